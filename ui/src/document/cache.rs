//! Texts laid out, kept for as long as there is room, so that the next item is there before it is asked for.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Context, Galley};
use tiebreak_domain::TextFormat;
use tiebreak_domain::rubric::Anonymise;

use super::block::Document;
use super::laid_out::{LaidOut, Reading};
use super::layout::lay_out;
use super::mask::{self, WordMask};
use crate::theme::font::Face;

/// Memory that laid out texts may take unless told otherwise: about a hundred pairs of long answers.
pub const DEFAULT_BUDGET_BYTES: usize = 96 * 1024 * 1024;

/// The cache.
#[derive(Debug)]
pub struct DocumentCache {
    budget_bytes: usize,
    used_bytes: usize,
    clock: u64,
    texts: HashMap<u64, Text>,
    /// Laid out at every start of a frame. egui forgets its galleys when it rebuilds the texture of its
    /// letters; ours point into the same texture and must be forgotten with them.
    sentinel: Option<Arc<Galley>>,
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
    laid_out: Vec<(Reading, Arc<LaidOut>)>,
    last_used: u64,
}

impl Default for DocumentCache {
    fn default() -> Self {
        Self::new(DEFAULT_BUDGET_BYTES)
    }
}

impl DocumentCache {
    /// A cache that holds about `budget_bytes`, and always the text asked for last.
    pub fn new(budget_bytes: usize) -> Self {
        Self {
            budget_bytes,
            used_bytes: 0,
            clock: 0,
            texts: HashMap::new(),
            sentinel: None,
            mask: None,
            mask_number: 0,
        }
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

    /// Forgets layouts that egui's letters have moved away from. Call it in every frame in which the cache
    /// shall outlive the frame; `get` and `prepare` call it as well.
    pub fn begin_frame(&mut self, ctx: &Context) {
        let sentinel = ctx.fonts_mut(|fonts| {
            fonts.layout_no_wrap("0".to_owned(), Face::Regular.at(13.0), egui::Color32::PLACEHOLDER)
        });
        if self.sentinel.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &sentinel)) {
            self.sentinel = Some(sentinel);
            for text in self.texts.values_mut() {
                let freed: usize = text.laid_out.iter().map(|(_, laid_out)| laid_out.weight_bytes()).sum();
                self.used_bytes -= freed;
                text.laid_out.clear();
            }
        }
    }

    /// `text` laid out for `reading`, from memory or now.
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
        self.begin_frame(ctx);
        self.clock += 1;
        let is_masked = self.masks(of_prompt);
        let key = key_of(text, format, is_masked);
        if !self.texts.get(&key).is_some_and(|known| known.is(text, format, is_masked)) {
            self.forget(key);
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
                    laid_out: Vec::new(),
                    last_used: 0,
                },
            );
        }
        let known = self.texts.get_mut(&key).expect("a text that is not known was added just now");
        known.last_used = self.clock;
        if let Some((_, laid_out)) = known.laid_out.iter().find(|(known, _)| *known == reading) {
            return Arc::clone(laid_out);
        }
        let laid_out = Arc::new(lay_out(ctx, &known.document, reading));
        // Two widths at once happen (side by side and folded prompt); more are leftovers of resizing.
        if known.laid_out.len() >= 2 {
            let (_, oldest) = known.laid_out.remove(0);
            self.used_bytes -= oldest.weight_bytes();
        }
        known.laid_out.push((reading, Arc::clone(&laid_out)));
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
        self.begin_frame(ctx);
        let (clock, is_masked) = (self.clock, self.masks(Some(is_prompt)));
        let known = self.texts.get_mut(&key_of(text, format, is_masked));
        if let Some(known) = known.filter(|known| known.is(text, format, is_masked))
            && known.laid_out.iter().any(|(known, _)| *known == reading)
        {
            known.last_used = clock;
            return false;
        }
        self.get_masked(ctx, text, format, reading, Some(is_prompt));
        true
    }

    /// Whether [`Self::get`] would answer from memory.
    pub fn is_ready(&mut self, ctx: &Context, text: &str, format: TextFormat, reading: Reading) -> bool {
        self.begin_frame(ctx);
        self.texts.get(&key_of(text, format, false)).is_some_and(|known| {
            known.is(text, format, false) && known.laid_out.iter().any(|(known, _)| *known == reading)
        })
    }

    fn masks(&self, of_prompt: Option<bool>) -> bool {
        of_prompt.is_some_and(|is_prompt| self.mask_of(is_prompt).is_some())
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
            let laid_out: usize = text.laid_out.iter().map(|(_, laid_out)| laid_out.weight_bytes()).sum();
            self.used_bytes -= laid_out + text.document_bytes;
        }
    }
}

impl Text {
    fn is(&self, source: &str, format: TextFormat, is_masked: bool) -> bool {
        (self.format, self.is_masked) == (format, is_masked) && *self.source == *source
    }
}

fn key_of(text: &str, format: TextFormat, is_masked: bool) -> u64 {
    egui::util::hash((text, format, is_masked))
}
