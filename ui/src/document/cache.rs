//! Texts laid out, kept for as long as there is room, so that the next item is there before it is asked for.
//!
//! A long text is laid out a slice at a time: one whenever it is asked for or prepared, at most one a frame.

use std::collections::HashMap;
use std::sync::Arc;

use egui::Context;
use tiebreak_domain::TextFormat;
use tiebreak_domain::rubric::Anonymise;

use super::block::Document;
use super::laid_out::{LaidOut, Reading};
use super::layout::Progress;
use super::mask::{self, WordMask};

/// Memory that laid out texts may take unless told otherwise: about a hundred pairs of long answers.
pub const DEFAULT_BUDGET_BYTES: usize = 96 * 1024 * 1024;

/// Bytes of words that are laid out in one frame.
const SLICE_BYTES: usize = 8_000;

/// The height of which letters are drawn ahead, in points: a large screen of them.
const DRAWN_AHEAD: f32 = 1_400.0;

/// The cache.
#[derive(Debug)]
pub struct DocumentCache {
    budget_bytes: usize,
    used_bytes: usize,
    clock: u64,
    texts: HashMap<u64, Text>,
    /// What a study hides, and the words by which it does.
    mask: Option<(Anonymise, WordMask)>,
    mask_number: u64,
}

#[derive(Debug)]
struct Text {
    /// Compared in full: two texts of one hash must never be taken for each other.
    source: Box<str>,
    format: TextFormat,
    is_masked: bool,
    document: Arc<Document>,
    document_bytes: usize,
    layouts: Vec<Kept>,
    last_used: u64,
}

/// A layout, or as much of it as there is.
#[derive(Debug)]
struct Kept {
    reading: Reading,
    laid_out: Arc<LaidOut>,
    /// How to go on with it, and the frame in which it last was.
    rest: Option<(Progress, u64)>,
    /// Whether the letters of its beginning are drawn.
    is_drawn: bool,
}

impl Kept {
    fn new(ctx: &Context, document: &Document, reading: Reading) -> Self {
        let mut progress = Progress::new(document, reading);
        progress.go_on(ctx, document, SLICE_BYTES);
        let laid_out = Arc::new(progress.laid_out(document));
        let is_drawn = laid_out.draw_ahead(ctx, reading, DRAWN_AHEAD);
        let rest = (!laid_out.is_complete()).then(|| (progress, ctx.cumulative_pass_nr()));
        Self { reading, laid_out, rest, is_drawn }
    }

    /// Lays out one slice more, unless that was done in this frame.
    fn go_on(&mut self, ctx: &Context, document: &Document) {
        if !self.is_drawn {
            self.is_drawn = self.laid_out.draw_ahead(ctx, self.reading, DRAWN_AHEAD);
        }
        let Some((progress, pass)) = &mut self.rest else { return };
        ctx.request_repaint();
        if std::mem::replace(pass, ctx.cumulative_pass_nr()) == ctx.cumulative_pass_nr() {
            return;
        }
        let is_complete = progress.go_on(ctx, document, SLICE_BYTES);
        self.laid_out = Arc::new(progress.laid_out(document));
        if is_complete {
            self.rest = None;
        }
    }
}

impl Default for DocumentCache {
    fn default() -> Self {
        Self::new(DEFAULT_BUDGET_BYTES)
    }
}

impl DocumentCache {
    /// A cache that holds about `budget_bytes`, and always the text asked for last.
    pub fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, used_bytes: 0, clock: 0, texts: HashMap::new(), mask: None, mask_number: 0 }
    }

    /// Hides what a study hides, from now on, here and in excerpts ([`super::hidden_in`]).
    pub fn hide(&mut self, ctx: &Context, anonymise: Option<&Anonymise>) {
        if self.mask.as_ref().map(|(known, _)| known) == anonymise {
            return;
        }
        self.mask = anonymise.and_then(|anonymise| Some((anonymise.clone(), WordMask::of(anonymise)?)));
        self.mask_number += 1;
        let masked: Vec<u64> =
            self.texts.iter().filter(|(_, text)| text.is_masked).map(|(key, _)| *key).collect();
        for key in masked {
            self.forget(key);
        }
        mask::publish(ctx, self.mask_of(false), self.mask_of(true));
    }

    /// How often something else was to be hidden.
    pub fn mask_number(&self) -> u64 {
        self.mask_number
    }

    /// What is hidden of candidates, or of the prompt and references.
    pub fn mask_of(&self, is_prompt: bool) -> Option<&WordMask> {
        self.mask.as_ref().filter(|(anonymise, _)| !is_prompt || anonymise.in_prompt).map(|(_, mask)| mask)
    }

    fn masks(&self, of_prompt: Option<bool>) -> bool {
        of_prompt.is_some_and(|is_prompt| self.mask_of(is_prompt).is_some())
    }

    /// `text` laid out for `reading`, from memory or now; a long one as far as it has come.
    pub fn get(&mut self, ctx: &Context, text: &str, format: TextFormat, reading: Reading) -> Arc<LaidOut> {
        self.get_masked(ctx, text, format, reading, None)
    }

    /// The same with what is hidden of candidates, or of the prompt and references (`Some(true)`).
    pub fn get_masked(
        &mut self,
        ctx: &Context,
        text: &str,
        format: TextFormat,
        reading: Reading,
        of_prompt: Option<bool>,
    ) -> Arc<LaidOut> {
        self.clock += 1;
        let is_masked = self.masks(of_prompt);
        let key = key_of(text, format, is_masked);
        if !self.texts.get(&key).is_some_and(|known| known.is(text, format, is_masked)) {
            self.forget(key);
            // Natively the system is asked for fonts.
            if cfg!(target_arch = "wasm32") {
                super::lent_fonts::look(text);
            }
            let mut document = Document::parse(text, format);
            if let Some((_, mask)) = self.mask.as_ref().filter(|_| is_masked) {
                document.hide(mask);
            }
            let document = Arc::new(document);
            let document_bytes = text.len() * 4;
            self.used_bytes += document_bytes;
            self.texts.insert(
                key,
                Text {
                    source: text.into(),
                    format,
                    is_masked,
                    document,
                    document_bytes,
                    layouts: Vec::new(),
                    last_used: 0,
                },
            );
        }
        let known = self.texts.get_mut(&key).expect("a text that is not known was added just now");
        known.last_used = self.clock;
        if let Some(kept) = known.layouts.iter_mut().find(|kept| kept.reading == reading) {
            if kept.rest.is_some() || !kept.is_drawn {
                let before = kept.laid_out.weight_bytes();
                kept.go_on(ctx, &known.document);
                self.used_bytes = self.used_bytes - before + kept.laid_out.weight_bytes();
            }
            let laid_out = Arc::clone(&kept.laid_out);
            self.make_room(key);
            return laid_out;
        }
        let kept = Kept::new(ctx, &known.document, reading);
        let laid_out = Arc::clone(&kept.laid_out);
        // Two widths at once happen (side by side and folded prompt); more are leftovers of resizing.
        if known.layouts.len() >= 2 {
            let oldest = known.layouts.remove(0);
            self.used_bytes -= oldest.laid_out.weight_bytes();
        }
        known.layouts.push(kept);
        self.used_bytes += laid_out.weight_bytes();
        self.make_room(key);
        laid_out
    }

    /// Lays `text` out ahead, of the prompt or of a candidate. Gives whether there was anything to do, so that a
    /// frame can stop after one.
    pub fn prepare(
        &mut self,
        ctx: &Context,
        text: &str,
        format: TextFormat,
        reading: Reading,
        is_prompt: bool,
    ) -> bool {
        let (clock, is_masked) = (self.clock, self.masks(Some(is_prompt)));
        let known = self.texts.get_mut(&key_of(text, format, is_masked));
        if let Some(known) = known.filter(|known| known.is_ready(text, format, is_masked, reading)) {
            known.last_used = clock;
            return false;
        }
        self.get_masked(ctx, text, format, reading, Some(is_prompt));
        true
    }

    /// Whether [`Self::get`] would answer from memory, with all of the text.
    pub fn is_ready(&self, text: &str, format: TextFormat, reading: Reading) -> bool {
        let known = self.texts.get(&key_of(text, format, false));
        known.is_some_and(|known| known.is_ready(text, format, false, reading))
    }

    /// Bytes held, roughly.
    pub fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// Texts held.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    fn make_room(&mut self, keep: u64) {
        while self.used_bytes > self.budget_bytes {
            let others = self.texts.iter().filter(|(key, _)| **key != keep);
            let Some(oldest) = others.min_by_key(|(_, text)| text.last_used).map(|(key, _)| *key) else {
                return;
            };
            self.forget(oldest);
        }
    }

    fn forget(&mut self, key: u64) {
        if let Some(text) = self.texts.remove(&key) {
            let laid_out: usize = text.layouts.iter().map(|kept| kept.laid_out.weight_bytes()).sum();
            self.used_bytes -= laid_out + text.document_bytes;
        }
    }
}

impl Text {
    fn is(&self, source: &str, format: TextFormat, is_masked: bool) -> bool {
        (self.format, self.is_masked) == (format, is_masked) && *self.source == *source
    }

    fn is_ready(&self, source: &str, format: TextFormat, is_masked: bool, reading: Reading) -> bool {
        let is_whole = |kept: &Kept| kept.reading == reading && kept.rest.is_none() && kept.is_drawn;
        self.is(source, format, is_masked) && self.layouts.iter().any(is_whole)
    }
}

fn key_of(text: &str, format: TextFormat, is_masked: bool) -> u64 {
    egui::util::hash((text, format, is_masked))
}
