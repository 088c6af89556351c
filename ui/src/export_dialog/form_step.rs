//! What to write, whose judgments, and where to.

use std::collections::BTreeSet;

use egui::Ui;
use tiebreak_domain::export::{AxolotlType, FormatFamily};
use tiebreak_domain::export::{ExportPreview, IdentityChoice, LabelChoice};
use tiebreak_domain::{ErrorCode, ExportFormat, ProjectInfo};

use super::rows_preview::rows_preview_ui;
use super::{ExportDialog, Signals};
use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::desk::{Desk, Job};
use crate::form;
use crate::host::Pick;
use crate::widget::Notice;

/// Height of the path's row under the columns.
const PATH: f32 = 72.0;

impl ExportDialog {
    pub(super) fn form_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        desk: &Desk,
        height: f32,
        signals: &mut Signals,
        wanted: &mut Vec<Action>,
    ) {
        let mut tries_again = false;
        form::columns_ui(
            ui,
            self,
            (height - PATH).max(120.0),
            |ui, state| {
                form::section_ui(ui, "export before", |ui| state.before_ui(ui, desk, signals));
                state.format_ui(ui, &desk.info);
                if let Some(preview) = &state.preview.answer {
                    labels_ui(ui, state.format, preview, &mut state.labels);
                    state.policies.policies_ui(ui, state.format, preview);
                }
                state.annotators_ui(ui, &desk.info);
                identity_ui(ui, state.format, &mut state.identity);
                test_share_ui(ui, state.format, &mut state.test_share);
            },
            |ui, state| {
                tries_again = rows_preview_ui(ui, &state.preview);
            },
        );
        signals.tries_again |= tries_again;
        let path = form::section_ui(ui, "export file", |ui| {
            form::path_field_ui(ui, "File", &mut self.path, "/path/to/pairs.jsonl", scene.has_dialogs)
        });
        self.is_path_typed |= path.field.changed();
        signals.enter |= path.entered;
        if path.browses {
            wanted.push(Action::Dialog(Pick::ExportFile, form::file_name_of(&self.path).to_owned()));
        }
    }

    /// The formats that the project's questions can be said in, family by family.
    fn format_ui(&mut self, ui: &mut Ui, info: &ProjectInfo) {
        for family in FormatFamily::ALL {
            let is_listed =
                |format: &ExportFormat| format.family() == family && format.fits(&info.rubric.questions);
            let formats: Vec<ExportFormat> = ExportFormat::ALL.into_iter().filter(is_listed).collect();
            if formats.is_empty() {
                continue;
            }
            form::titled_ui(ui, family.title(), |ui| {
                let options: Vec<(&str, &str)> =
                    formats.iter().map(|format| (format.title(), explained(*format))).collect();
                let mut chosen = formats.iter().position(|format| *format == self.format);
                if form::options_ui(ui, "Format", &options, &mut chosen)
                    && let Some(chosen) = chosen
                {
                    self.format = formats[chosen];
                    self.policies.forget_question();
                    self.suggest_path();
                }
            });
        }
    }

    /// How the export before went, where it says something about this one.
    fn before_ui(&self, ui: &mut Ui, desk: &Desk, signals: &mut Signals) {
        match &desk.export {
            Some(Job::Ended(_, Ok(report))) if !self.shows_job => {
                let what = format!("{} went out before", form::counted(report.counts.rows, "row", "rows"));
                let notice = Notice::success(&what).why(&report.path).action("Show the result");
                signals.shows_result |= notice.show(ui).is_some();
            }
            Some(Job::Ended(_, Err(error))) if error.code == ErrorCode::Cancelled && self.shows_job => {
                Notice::info("The export was stopped").why("No file was written").show(ui);
            }
            Some(Job::Ended(_, Err(error))) if error.code == ErrorCode::Cancelled => {}
            // It may have failed while the dialog was closed.
            Some(Job::Ended(_, Err(error))) => {
                let why = with_capital(&error.message);
                if error.code == ErrorCode::Exists && self.shows_job {
                    let notice = Notice::warning("This file is there already").why(&why);
                    let notice =
                        notice.todo("Choose another name, or write over it").action("Replace the file");
                    signals.replaces |= notice.show(ui).is_some();
                } else {
                    let todo = error.hint.as_deref().map(with_capital).unwrap_or_default();
                    let what = if self.shows_job { "Nothing was exported" } else { "The last export failed" };
                    Notice::error(what).why(&why).todo(&todo).show(ui);
                }
            }
            _ => {}
        }
    }

    fn annotators_ui(&mut self, ui: &mut Ui, info: &ProjectInfo) {
        if info.annotators.len() < 2 || self.format == ExportFormat::Tiebreak {
            return;
        }
        form::titled_ui(ui, "Whose judgments", |ui| {
            let mut is_everyone = self.chosen_annotators.is_none();
            if form::one_of_ui(
                ui,
                "Whose judgments",
                &[("Everyone's", true), ("Those of…", false)],
                &mut is_everyone,
            ) {
                self.chosen_annotators = (!is_everyone).then(BTreeSet::new);
            }
            let Some(chosen) = &mut self.chosen_annotators else { return };
            for annotator in &info.annotators {
                let judged = form::counted(annotator.judged, "judgment", "judgments");
                let mut is_on = chosen.contains(&annotator.id);
                form::section_ui(ui, ("annotator", annotator.id), |ui| {
                    if form::check_ui(ui, &mut is_on, &format!("{}, {judged}", annotator.name)) {
                        if is_on {
                            chosen.insert(annotator.id);
                        } else {
                            chosen.remove(&annotator.id);
                        }
                    }
                });
            }
        });
    }
}

/// Whose labels are written, where labels were taken from models and the format can say so.
fn labels_ui(ui: &mut Ui, format: ExportFormat, preview: &ExportPreview, labels: &mut LabelChoice) {
    let taken = preview.holds.model_labels;
    if taken == 0 || !format.can_name_a_source() {
        return;
    }
    form::titled_ui(ui, "Labels of models", |ui| {
        form::note_ui(ui, format!("{} taken", form::counted(taken, "label was", "labels were")));
        let options = [
            ("People's judgments alone", "What models say is not written"),
            ("Models' labels alone", "Every row names the model as its source"),
            ("Both, marked", "Models' where nobody judged; every row says whose word it is"),
        ];
        let mut chosen = LabelChoice::ALL.iter().position(|choice| choice == labels);
        form::options_ui(ui, "Labels of models", &options, &mut chosen);
        if let Some(choice) = chosen.and_then(|chosen| LabelChoice::ALL.get(chosen)) {
            *labels = *choice;
        }
    });
}

/// How annotators are called in the file.
fn identity_ui(ui: &mut Ui, format: ExportFormat, identity: &mut IdentityChoice) {
    if format == ExportFormat::Tiebreak {
        return;
    }
    form::titled_ui(ui, "How annotators are called", |ui| {
        let options = [
            ("By their names", "In the file and in its manifest"),
            ("By pseudonyms", "The same in every export of this project, and no key to them outside it"),
            ("Not at all", "Nobody can be told from another"),
        ];
        let mut chosen = IdentityChoice::ALL.iter().position(|choice| choice == identity);
        form::options_ui(ui, "How annotators are called", &options, &mut chosen);
        if let Some(choice) = chosen.and_then(|chosen| IdentityChoice::ALL.get(chosen)) {
            *identity = *choice;
        }
    });
}

/// How much is kept apart to test with.
fn test_share_ui(ui: &mut Ui, format: ExportFormat, test_share: &mut Option<u8>) {
    const SHARES: [Option<u8>; 3] = [None, Some(10), Some(20)];
    if !format.can_be_split() {
        return;
    }
    form::titled_ui(ui, "Test file", |ui| {
        let apart = "Items that share a prompt or a medium stay together";
        let options = [
            ("None", "Everything is in one file"),
            ("A tenth in a file of its own", apart),
            ("A fifth in a file of its own", apart),
        ];
        let mut chosen = SHARES.iter().position(|share| share == test_share);
        form::options_ui(ui, "Test file", &options, &mut chosen);
        if let Some(share) = chosen.and_then(|chosen| SHARES.get(chosen)) {
            *test_share = *share;
        }
    });
}

/// Who reads a format.
fn explained(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::TrlExplicit => {
            "For DPO, reward models and the like in TRL: prompt, chosen and rejected as texts"
        }
        ExportFormat::TrlImplicit => {
            "The same with the prompt inside chosen and rejected, as some reward trainers want it"
        }
        ExportFormat::TrlConversational => {
            "The same as messages with roles, so that the model's chat template is used"
        }
        ExportFormat::AnthropicHh => {
            "Human: and Assistant: transcripts, for code that was written for HH-RLHF"
        }
        ExportFormat::OpenAi => "For preference fine-tuning at OpenAI, Together and Fireworks",
        ExportFormat::LlamaFactory => {
            "ShareGPT form, with the entry for dataset_info.json in a file beside it"
        }
        ExportFormat::LanguageFeedback => {
            "Prompt, chosen, rejected, and in words what is wrong with the rejected one"
        }
        ExportFormat::Kto => "Prompt, completion and label, for KTO in TRL and elsewhere",
        ExportFormat::UnifiedReward => {
            "The preferred picture and the other one, for UnifiedReward and diffusion DPO"
        }
        ExportFormat::VideoDpo => "The preferred video and the other one, for UnifiedReward and VideoDPO",
        ExportFormat::Axolotl(kind) => explained_axolotl(kind),
        ExportFormat::HelpSteer2 => "One row for each response with its ratings as whole numbers",
        ExportFormat::HelpSteer2Preference => {
            "One row for each pair, from -3 to 3, with the three most similar judgments"
        }
        ExportFormat::HelpSteer3 => "One row for each pair with every annotator's score and reasons",
        ExportFormat::UltraFeedback => "One row for each prompt with all candidates and their ratings",
        ExportFormat::Ranking => "Candidates with each annotator's ranks, for losses over whole lists",
        ExportFormat::ImageReward => "Pictures of one prompt and their ranks",
        ExportFormat::RichHf => "Scores and marks of each picture, with heat maps in a folder beside it",
        ExportFormat::HpdV2 => "Pictures of one prompt and everyone's ranks",
        ExportFormat::HpdV3 => "The preferred picture and the other one, for reward models of pictures",
        ExportFormat::PickAPic => {
            "Two pictures by their paths and each vote, for diffusion DPO and PickScore"
        }
        ExportFormat::Prism => {
            "Conversations with scores, with utterances, survey and metadata in files beside it"
        }
        ExportFormat::Arena => "Battles of two models, for leaderboards",
        ExportFormat::ArenaOneHot => "The same as a table with one column for each winner",
        ExportFormat::CodePrefBench => "Two programs with every annotator's vote",
        ExportFormat::Stepwise => "Steps of a solution with labels, for process supervision in TRL",
        ExportFormat::VideoAlign => "Pairs of videos with VQ, MQ and TA, as VideoReward is trained on",
        ExportFormat::Criteria => "Winner and loser for each criterion of each task",
        ExportFormat::LabelStudio => {
            "Tasks with everyone's annotations, skips too, and the labeling configuration beside it"
        }
        ExportFormat::Argilla => "Records with everyone's responses, skips too",
        ExportFormat::Prodigy => "The choice interface: each judgment with its options and what was chosen",
        ExportFormat::AutoArena => "Head-to-heads of two models as a table; both bad is a tie there",
        ExportFormat::Answers => "For pandas and R: each answer with candidate, annotator and times",
        ExportFormat::Csv => "For spreadsheets, pandas and R: each judgment with times and sides, skips too",
        ExportFormat::Tiebreak => {
            "For another project or an archive: everything there is, and it comes back the same"
        }
    }
}

/// What a type of axolotl's is for.
fn explained_axolotl(kind: AxolotlType) -> &'static str {
    match kind {
        AxolotlType::ChatTemplate => "For DPO and IPO: messages, chosen and rejected, with any chat template",
        AxolotlType::Argilla => "For DPO: instruction, chosen_response and rejected_response as texts",
        AxolotlType::ArgillaChat => {
            "For DPO: one question and its answer as messages, in chosen and rejected"
        }
        AxolotlType::Icr => "For DPO: input, chosen and rejected as texts",
        AxolotlType::Intel => "For DPO: question, chosen and rejected as texts",
        AxolotlType::PromptPairs => "For DPO: prompt, chosen and rejected as texts",
        AxolotlType::Ultra => "For DPO: prompt as a text, chosen and rejected as messages",
        AxolotlType::Nectar => "For DPO: ranked answers, of which axolotl takes the best two",
        AxolotlType::Orpo => "For ORPO: whole conversations in chosen and rejected",
        AxolotlType::Kto => "For KTO: prompt, completion and label as texts",
        AxolotlType::RewardModel => "For a reward model: input, chosen and rejected as texts",
        AxolotlType::Stepwise => "For a process reward model: steps of a solution with labels",
    }
}
