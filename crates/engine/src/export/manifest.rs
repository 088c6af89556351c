//! The manifest beside an exported file: what is in it, by which policies, and how to tell it is whole.

use serde::Serialize;
use tiebreak_domain::export::{BothBadPolicy, ExportCounts, SeveralPolicy, StrengthPolicy, TiePolicy};
use tiebreak_domain::{AnnotatorKey, ExportPlan, ProjectKey};

/// Everything that is told of a file. Fields are only ever added.
#[derive(Serialize)]
pub struct Manifest<'a> {
    /// `tiebreak`.
    pub program: &'static str,
    /// The program's version.
    pub program_version: &'a str,
    /// When it was written, RFC 3339, in UTC.
    pub created_at: String,
    /// Where it came from.
    pub project: ManifestProject<'a>,
    /// The format's word.
    pub format: &'static str,
    /// What was decided about doubtful judgments; null for what the format does not ask.
    pub policies: Policies,
    /// What went in and what not.
    pub counts: ManifestCounts,
    /// Whose judgments went in.
    pub annotators: Vec<ManifestAnnotator>,
    /// The data file.
    pub file: ManifestFile<'a>,
}

/// The project a file was written from.
#[derive(Serialize)]
pub struct ManifestProject<'a> {
    /// Its identity.
    pub key: ProjectKey,
    /// Its name.
    pub name: &'a str,
}

/// The plan's policies.
#[derive(Serialize)]
pub struct Policies {
    /// Ties.
    pub ties: Option<TiePolicy>,
    /// Both bad.
    pub both_bad: Option<BothBadPolicy>,
    /// Strength.
    pub strength: Option<StrengthPolicy>,
    /// Several judgments of one item.
    pub several: Option<SeveralPolicy>,
}

impl From<&ExportPlan> for Policies {
    fn from(plan: &ExportPlan) -> Self {
        if plan.format.is_preference() {
            Self { ties: plan.ties, both_bad: plan.both_bad, strength: plan.strength, several: plan.several }
        } else {
            Self { ties: None, both_bad: None, strength: None, several: None }
        }
    }
}

/// What went in and what not, with names for the reasons.
#[derive(Serialize)]
pub struct ManifestCounts {
    /// Rows written.
    pub rows: u64,
    /// Judgments they stand for.
    pub judgments: u64,
    /// Judgments left out, by reason.
    pub left_out: serde_json::Map<String, serde_json::Value>,
    /// Rows refused because they would not be valid.
    pub rows_refused: u64,
}

/// A person whose judgments went in.
#[derive(Serialize)]
pub struct ManifestAnnotator {
    /// Identity.
    pub key: AnnotatorKey,
    /// Name.
    pub name: String,
}

/// The data file.
#[derive(Serialize)]
pub struct ManifestFile<'a> {
    /// Its name, without its folder.
    pub name: &'a str,
    /// Its length.
    pub size_bytes: u64,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: &'a str,
}

impl From<&ExportCounts> for ManifestCounts {
    fn from(counts: &ExportCounts) -> Self {
        let left_out = counts.left_out.iter().map(|(reason, count)| (reason.clone(), (*count).into()));
        Self {
            rows: counts.rows,
            judgments: counts.judgments,
            left_out: left_out.collect(),
            rows_refused: counts.rows_refused,
        }
    }
}
