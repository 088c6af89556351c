//! What a browser keeps until the server has it: judgments and drafts that were given, and the settings.
//!
//! Each is one entry of the browser's memory, under a name that tells it apart wherever it was written, so that two
//! pages of one browser never write over one another. A judgment is kept with the project that it belongs to, since
//! the same server may open another.

use serde::{Deserialize, Serialize};
use tiebreak_domain::{NewJudgment, ProjectKey, Request, Settings};

use super::Wire;

const WAITING: &str = "tiebreak.waiting.";
const ASIDE: &str = "tiebreak.aside.";
const SETTINGS: &str = "tiebreak.settings";

#[derive(Serialize, Deserialize)]
struct Entry {
    /// When it was kept, so that what was given first is sent first.
    number: u64,
    project: ProjectKey,
    request: Request,
}

/// Which entries there are.
pub struct Keeping {
    last_number: u64,
    /// What nobody sends now: what pages before this one left, what was refused for now, and what waits for another
    /// project.
    left: Vec<(String, Entry)>,
}

impl Entry {
    /// Whether it is about the item of a judgment, by the same annotator.
    fn is_about(&self, project: ProjectKey, judgment: &NewJudgment) -> bool {
        let about = match &self.request {
            Request::Submit(kept) => (kept.annotator, kept.item),
            Request::SaveDraft { annotator, item, .. } => (*annotator, *item),
            _ => return false,
        };
        self.project == project && about == (judgment.annotator, judgment.item)
    }

    /// Whether it is a judgment that was given before another; their identities sort by age.
    fn is_older(&self, judgment: &NewJudgment) -> bool {
        matches!(&self.request, Request::Submit(kept) if kept.id < judgment.id)
    }
}

impl Keeping {
    /// What was kept before, by name.
    pub fn new(kept: Vec<(String, String)>) -> Self {
        let entries = kept.into_iter().filter(|(name, _)| name.starts_with(WAITING));
        let mut left: Vec<(String, Entry)> = entries
            .filter_map(|(name, text)| match serde_json::from_str(&text) {
                Ok(entry) => Some((name, entry)),
                Err(error) => {
                    tracing::warn!(%name, %error, "what the browser kept cannot be read");
                    None
                }
            })
            .collect();
        left.sort_by_key(|(_, entry)| entry.number);
        let last_number = left.last().map_or(0, |(_, entry)| entry.number);
        Self { last_number, left }
    }

    /// Whether a request is kept until it is answered.
    pub fn is_kept(request: &Request) -> bool {
        matches!(request, Request::Submit(_) | Request::SaveDraft { .. })
    }

    /// Keeps a request; the name it is kept under, or none where the browser has no room.
    pub fn keep(&mut self, wire: &mut impl Wire, project: ProjectKey, request: &Request) -> Option<String> {
        let name = match request {
            Request::Submit(judgment) => format!("{WAITING}{}", judgment.id),
            Request::SaveDraft { annotator, item, .. } => format!("{WAITING}{project}.{annotator}.{item}"),
            _ => return None,
        };
        self.last_number += 1;
        let entry = Entry { number: self.last_number, project, request: request.clone() };
        let text = serde_json::to_string(&entry).expect("keys are strings and the writer is memory");
        // What is newer of the same draft takes the place of what an earlier page left.
        self.left.retain(|(left, _)| *left != name);
        wire.keep(&name, &text).then_some(name)
    }

    /// Leaves an entry to be sent later.
    pub fn put_back(&mut self, wire: &impl Wire, name: &str) {
        let kept = wire.kept().into_iter().find(|(kept, _)| kept == name);
        let entry = kept.and_then(|(_, text)| serde_json::from_str::<Entry>(&text).ok());
        if let (Some(entry), false) = (entry, self.left.iter().any(|(left, _)| left == name)) {
            let place = self.left.partition_point(|(_, left)| left.number <= entry.number);
            self.left.insert(place, (name.to_owned(), entry));
        }
    }

    /// Judgments of the same item that were given before and are not stored yet, oldest first.
    pub fn take_older(&mut self, project: ProjectKey, judgment: &NewJudgment) -> Vec<(String, Request)> {
        self.take(|entry| entry.is_about(project, judgment) && entry.is_older(judgment))
    }

    /// A judgment is stored: what was said of its item before means nothing any more.
    pub fn forget_older(&mut self, wire: &mut impl Wire, project: ProjectKey, judgment: &NewJudgment) {
        let is_over = |entry: &Entry| {
            entry.is_about(project, judgment)
                && (matches!(entry.request, Request::SaveDraft { .. }) || entry.is_older(judgment))
        };
        for (name, _) in self.take(is_over) {
            wire.forget(&name);
        }
    }

    /// What pages before this one left for a project, oldest first.
    pub fn take_left(&mut self, project: ProjectKey) -> Vec<(String, Request)> {
        self.take(|entry| entry.project == project)
    }

    fn take(&mut self, is_meant: impl Fn(&Entry) -> bool) -> Vec<(String, Request)> {
        let (taken, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.left).into_iter().partition(|(_, entry)| is_meant(entry));
        self.left = others;
        taken.into_iter().map(|(name, entry)| (name, entry.request)).collect()
    }

    /// Keeps an entry where it is not sent again.
    pub fn put_aside(wire: &mut impl Wire, name: &str) {
        let kept = wire.kept().into_iter().find(|(kept, _)| kept == name);
        if let (Some((_, text)), Some(rest)) = (kept, name.strip_prefix(WAITING))
            && wire.keep(&format!("{ASIDE}{rest}"), &text)
        {
            wire.forget(name);
        }
    }
}

/// The settings that the browser keeps.
pub fn settings(kept: &[(String, String)]) -> Settings {
    let text = kept.iter().find(|(name, _)| name == SETTINGS).map(|(_, text)| text);
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Keeps settings in the browser.
pub fn keep_settings(wire: &mut impl Wire, settings: &Settings) {
    let text = serde_json::to_string(settings).expect("keys are strings and the writer is memory");
    wire.keep(SETTINGS, &text);
}
