//! The manifest beside an exported file: what is in it, by which policies, and how to tell it is whole.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;
use tiebreak_domain::export::{
    BothBadPolicy, ExportCounts, IdentityChoice, LabelChoice, NWayPolicy, NeutralSteps, PolicyQuestion,
    RatingPolicy, RewritePolicy, SeveralPolicy, StrengthPolicy, TiePolicy,
};
use tiebreak_domain::{AnnotatorKey, ExportPlan, ProjectKey};
use tiebreak_formats::export::ClassBalance;

use crate::export::identity::identity_of;
use crate::export::split::ToldSplit;

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
    /// Whose judgments went in, as the file calls them.
    pub annotators: Vec<ManifestAnnotator>,
    /// The rubric versions that the judgments looked at were given under.
    pub rubric_versions: BTreeSet<u32>,
    /// How many rows are desirable and how many not, where the format has such rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_balance: Option<ClassBalance>,
    /// How the items were parted into those to train on and those to test with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<ToldSplit>,
    /// The data file.
    pub file: ManifestFile<'a>,
    /// What else was written.
    pub companions: Vec<ManifestCompanion>,
}

/// The project a file was written from.
#[derive(Serialize)]
pub struct ManifestProject<'a> {
    /// Its identity; left out where annotators have pseudonyms or no names, which it could give away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<ProjectKey>,
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
    /// The question whose answers were written.
    pub question: Option<String>,
    /// Items with more than two candidates.
    pub n_way: Option<NWayPolicy>,
    /// Several ratings of one candidate.
    pub ratings: Option<RatingPolicy>,
    /// Neutral steps.
    pub neutral_steps: Option<NeutralSteps>,
    /// Rewritten responses.
    pub rewrites: Option<RewritePolicy>,
    /// Whether labels of models were written.
    pub labels: LabelChoice,
    /// How annotators are called.
    pub identity: IdentityChoice,
}

impl Policies {
    /// The plan's, of those that its format asks for, and the question that was meant.
    pub fn new(plan: &ExportPlan, question: Option<&str>) -> Self {
        fn asked<T>(plan: &ExportPlan, question: PolicyQuestion, policy: Option<T>) -> Option<T> {
            policy.filter(|_| plan.format.asks().contains(&question))
        }
        Self {
            ties: asked(plan, PolicyQuestion::Ties, plan.ties),
            both_bad: asked(plan, PolicyQuestion::BothBad, plan.both_bad),
            strength: asked(plan, PolicyQuestion::Strength, plan.strength),
            several: asked(plan, PolicyQuestion::Several, plan.several),
            question: question.map(str::to_owned),
            n_way: asked(plan, PolicyQuestion::NWay, plan.n_way),
            ratings: asked(plan, PolicyQuestion::Ratings, plan.ratings),
            neutral_steps: asked(plan, PolicyQuestion::NeutralSteps, plan.neutral_steps),
            rewrites: asked(plan, PolicyQuestion::Rewrites, plan.rewrites),
            labels: plan.labels,
            identity: identity_of(plan),
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
    /// Rewritten responses that went in.
    pub rewrites: u64,
    /// Rewritten responses that were left out.
    pub rewrites_left_out: u64,
    /// Labels of models that went in, by whoever said it.
    pub model_labels: serde_json::Map<String, serde_json::Value>,
}

/// A person whose judgments went in.
#[derive(Serialize)]
pub struct ManifestAnnotator {
    /// Identity; left out where it would tell who somebody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<AnnotatorKey>,
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

/// A file or a folder of files beside the data file.
#[derive(Serialize)]
pub struct ManifestCompanion {
    /// Its name, without its folder.
    pub name: String,
    /// How many files are in it; none if it is a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<u64>,
    /// The length of all of it.
    pub size_bytes: u64,
    /// BLAKE3 of its bytes, in hexadecimal; of a folder, of all its files in the order of the rows.
    pub blake3: String,
}

impl ManifestCompanion {
    /// A file.
    pub fn file(path: &Path, size_bytes: u64, blake3: String) -> Self {
        Self { name: name_of(path), files: None, size_bytes, blake3 }
    }

    /// A folder of so many files.
    pub fn folder(path: &Path, files: u64, size_bytes: u64, blake3: String) -> Self {
        Self { name: name_of(path), files: Some(files), size_bytes, blake3 }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

impl From<&ExportCounts> for ManifestCounts {
    fn from(counts: &ExportCounts) -> Self {
        let left_out = counts.left_out.iter().map(|(reason, count)| (reason.clone(), (*count).into()));
        let labels = counts.model_labels.iter().map(|(source, count)| (source.clone(), (*count).into()));
        Self {
            rows: counts.rows,
            judgments: counts.judgments,
            left_out: left_out.collect(),
            rows_refused: counts.rows_refused,
            rewrites: counts.rewrites,
            rewrites_left_out: counts.rewrites_left_out,
            model_labels: labels.collect(),
        }
    }
}
