//! The rubric files that come with the program, in the order of the gallery: the plain comparison, then texts,
//! code and reasoning, conversations and people, images, videos.

use tiebreak_domain::Template;

macro_rules! files {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("../../../../assets/rubrics/", $id, ".toml")))),*]
    };
}

/// Each file's name without `.toml`, and its text.
pub(super) const FILES: &[(&str, &str)] = files![
    "comparison",
    "helpsteer2",
    "helpsteer3",
    "ultrafeedback",
    "mt-bench",
    "hh-rlhf",
    "prism",
    "summarize-from-feedback",
    "opinpref",
    "language-feedback",
    "multi-objective-grpo",
    "armorm",
    "essay",
    "codeprefbench",
    "process-supervision",
    "enriched-instructions",
    "conditional-pretraining",
    "mind-the-goal",
    "objexmt",
    "value-kaleidoscope",
    "moral-graph",
    "influence-trial",
    "imagereward",
    "richhf",
    "visionreward",
    "eye4all",
    "onereward",
    "multicrafter",
    "d3po",
    "ncp-dpo",
    "perceptual-2afc",
    "finecapeval",
    "bikebench",
    "videoreward",
    "alignhuman",
    "basalt",
    "human-gain",
];

/// Every template, in the order of the gallery.
pub fn templates() -> Vec<Template> {
    let template = |(id, text): &(&str, &str)| {
        // A test reads every file, so none is left out.
        let template = super::read(text).ok()?;
        Some(Template { id: (*id).to_owned(), ..template })
    };
    FILES.iter().filter_map(template).collect()
}
