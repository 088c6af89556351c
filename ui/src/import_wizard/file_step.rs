//! The first step: which file.

use egui::Ui;
use tiebreak_domain::{DataFormat, ErrorCode};

use super::{ImportWizard, Signals};
use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::desk::{Desk, Job};
use crate::form;
use crate::host::Pick;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{Ink, Notice, caption_ui, text_ui};

impl ImportWizard {
    pub(super) fn file_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        desk: Option<&Desk>,
        height: f32,
        signals: &mut Signals,
        wanted: &mut Vec<Action>,
    ) {
        form::column_ui(ui, "file", height, |ui| {
            let path = form::section_ui(ui, "import file", |ui| {
                form::path_field_ui(ui, "File", &mut self.path, "/path/to/pairs.jsonl", scene.has_dialogs)
            });
            if !self.is_file_focused {
                path.field.request_focus();
                self.is_file_focused = true;
            }
            if path.browses {
                wanted.push(Action::Dialog(Pick::ImportFile, self.path.clone()));
            }
            signals.enter |= path.entered;
            form::note_ui(
                ui,
                "JSONL, JSON, CSV or TSV, each also gzipped. A file can be dropped on the window as well.",
            );
            ui.add_space(space::SMALL);
            signals.shows_result |= last_import_ui(ui, desk);
            ui.add_space(space::SMALL);
            caption_ui(ui, "What is understood");
            for format in DataFormat::ALL {
                ui.horizontal_top(|ui| {
                    ui.scope(|ui| {
                        ui.set_width(190.0);
                        text_ui(ui, format.title(), Ink::First, Face::Medium, text::SMALL + 1.0);
                    });
                    form::note_ui(ui, explained(format));
                });
            }
        });
    }
}

/// One sentence on each format.
pub(super) fn explained(format: DataFormat) -> &'static str {
    match format {
        DataFormat::TrlPreference => {
            "Rows with chosen and rejected, as texts or messages, with or without a prompt"
        }
        DataFormat::AnthropicHh => {
            "Transcripts with Human: and Assistant: turns; what both share becomes the prompt"
        }
        DataFormat::PandaLm => "An instruction, two responses and the votes of several annotators",
        DataFormat::HelpSteer2 => "A response to each row with five ratings; neighbours share their prompt",
        DataFormat::HelpSteer2Preference | DataFormat::HelpSteer3 => {
            "Two responses and preferences from −3 to 3, each annotator's own where they are there"
        }
        DataFormat::OpenAi => "Messages, the preferred answer and the other one",
        DataFormat::UltraFeedback => "An instruction and its completions, each with ratings and a critique",
        DataFormat::ImageReward => "A prompt, its images, and their ranking",
        DataFormat::Ranking => "A prompt, its candidates, and the ranks that each annotator gave them",
        DataFormat::CodePrefBench => "An instruction, two programs, and the votes of several developers",
        DataFormat::RichHf => "An image with scores, marks, and the words of the prompt that it misses",
        DataFormat::HpdV2 => "A prompt, its images, and a preference or everyone's ranks",
        DataFormat::HpdV3 => "A prompt, the preferred image and the other one",
        DataFormat::Arena => "Two conversations, which model won, and by whom",
        DataFormat::ArenaOneHot => "Two conversations and a column for each winner",
        DataFormat::SummarizeFromFeedback => "A post, two summaries, and which one a worker chose",
        DataFormat::SummarizeAxes => "A post, and a summary rated on several axes",
        DataFormat::Oasst => "Trees of messages; wherever there are several replies, their order",
        DataFormat::VideoAlign => "Two videos and verdicts on visual quality, motion and text alignment",
        DataFormat::Stepwise => "A solution in steps, each true or false",
        DataFormat::Kto => "Single completions, each good or not",
        DataFormat::Prism | DataFormat::PrismUtterances => {
            "Several replies to each message of a conversation, each scored from 1 to 100"
        }
        DataFormat::PrismSurvey => "What people say of themselves, for those whose votes are taken in",
        DataFormat::PrismMetadata => "What detectors say of texts; nothing of it is taken in",
        DataFormat::LabelStudio => "Tasks with everyone's annotations; cancelled ones are skips",
        DataFormat::Argilla => "Records with everyone's responses, nested or flattened",
        DataFormat::Prodigy => "Tasks of the choice interface, with what was accepted",
        DataFormat::AutoArena => "Head-to-heads of two models, or the answers of one",
        DataFormat::Columns => {
            "Any table: you say which column is the prompt and which are the two candidates"
        }
        DataFormat::Tiebreak => "Everything that another Tiebreak project exported, its judgments too",
    }
}

/// How the import before went; says whether its result is asked for.
fn last_import_ui(ui: &mut Ui, desk: Option<&Desk>) -> bool {
    let Some(Job::Ended(_, result)) = desk.and_then(|desk| desk.import.as_ref()) else { return false };
    match result {
        Ok(report) => {
            let what = format!(
                "{} came in from {}",
                form::counted(report.items_added, "item", "items"),
                report.source
            );
            let refused = match report.rows_refused {
                0 => String::new(),
                rows => format!("{} refused", form::counted(rows, "row was", "rows were")),
            };
            Notice::success(&what).why(&refused).action("Show the result").show(ui).is_some()
        }
        Err(error) if error.code == ErrorCode::Cancelled => false,
        Err(error) => {
            let why = with_capital(&error.message);
            let notice = Notice::error("The last import failed").why(&why);
            notice.todo(error.hint.as_deref().unwrap_or_default()).show(ui);
            false
        }
    }
}
