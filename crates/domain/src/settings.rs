//! What a person has set on this machine; not part of any project.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::UnixMillis;

/// Which theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A project opened before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentProject {
    /// The file.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What it holds: "texts", "images", "texts and images".
    pub content: String,
    /// Items judged by whoever sat here, when it was last open.
    pub judged: u64,
    /// Items asked, when it was last open.
    pub total: u64,
    /// Items flagged, when it was last open.
    pub flagged: u64,
    /// When it was last open.
    pub opened_at: UnixMillis,
}

/// The settings file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What new projects call whoever sits here.
    pub annotator_name: String,
    /// Which theme.
    pub theme: ThemeChoice,
    /// Body text size in points, 12 to 28.
    pub text_size: f32,
    /// Whether choosing an outcome submits it.
    pub auto_advance: bool,
    /// The moment of grace before it does, in milliseconds.
    pub grace_ms: u32,
    /// Whether scrolling one candidate scrolls the other.
    pub linked_scrolling: bool,
    /// Whether the prompt is folded.
    pub prompt_collapsed: bool,
    /// Whether what models believe of an item is told once it was judged.
    pub tells_beliefs: bool,
    /// After how many seconds without input time counts as idle.
    pub idle_after_s: u32,
    /// Keys that differ from the built-in ones: command name to key, as `1`, `Enter`, `Ctrl+Z`; empty for none.
    pub keys: BTreeMap<String, String>,
    /// Projects opened before, latest first.
    pub recent: Vec<RecentProject>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            annotator_name: String::new(),
            theme: ThemeChoice::System,
            text_size: 16.0,
            auto_advance: false,
            grace_ms: 500,
            linked_scrolling: true,
            prompt_collapsed: false,
            tells_beliefs: false,
            idle_after_s: 30,
            keys: BTreeMap::new(),
            recent: Vec::new(),
        }
    }
}
