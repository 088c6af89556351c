//! Rows as other programs want them. What is lossless is in [`crate::lossless`].
//!
//! Start at [`Writing`]: item after item and its judgments in, lines out, with an account of what was left out
//! and what was refused. Each format has a file of its own, with the row it writes; what they share is in `judged`
//! (what goes in), `output` (what comes out), `questions` (which question is meant), `standing` (who is better
//! by an answer), `policy` (what becomes of doubtful judgments), `aggregate` (several numbers as one),
//! `rewrites` (responses that annotators wrote), `turns` (texts and conversations), `told` (what the formats of other
//! annotation tools say of everyone's answers) and `snippet` (what a trainer or a tool needs to read the file).

pub mod aggregate;
mod answers;
mod arena;
mod arena_one_hot;
mod argilla;
mod auto_arena;
mod axolotl;
mod code_pref_bench;
mod criteria;
mod heat_map;
mod help_steer2;
mod help_steer3;
mod hpd;
mod image_reward;
pub mod judged;
mod kto;
mod label_studio;
mod language_feedback;
mod llama_factory;
mod openai;
pub mod output;
mod pairs;
mod pick_a_pic;
mod png;
pub mod policy;
pub mod preference;
mod prism;
mod prodigy;
pub mod questions;
mod ranking;
mod rewrites;
mod rich_hf;
#[cfg(test)]
mod round_trip;
mod snippet;
pub mod standing;
mod stepwise;
mod survey;
pub mod table;
#[cfg(test)]
mod testing;
mod told;
mod turns;
mod ultra_feedback;
mod unified_reward;
mod videoalign;

pub use kto::ClassBalance;
pub use questions::refusal;
pub use snippet::Snippet;

use tiebreak_domain::export::AxolotlType;
use tiebreak_domain::{ExportFormat, ExportPlan};

use judged::{Judged, Names};
use output::ItemOutput;
use policy::WAITING;

/// The files of lines that a format has beside its own, by what their names end in.
pub fn line_files(format: ExportFormat) -> &'static [&'static str] {
    match format {
        ExportFormat::Prism => &[prism::UTTERANCES, prism::SURVEY, prism::METADATA],
        _ => &[],
    }
}

/// An export under way. Most formats write each item by itself; where several are one (a conversation, whose
/// turns are items), they wait until the last of them was seen.
#[derive(Debug, Default)]
pub struct Writing {
    conversations: prism::Conversations,
}

impl Writing {
    /// What the next item becomes, and what waited for it.
    pub fn item(&mut self, plan: &ExportPlan, judged: &Judged) -> ItemOutput {
        match (plan.format, questions::question_of_plan(plan, judged.names)) {
            (ExportFormat::Prism, Some(question)) => self.conversations.add(question, judged),
            _ => write_item(plan, judged),
        }
    }

    /// What is left at the end.
    pub fn finish(&mut self, plan: &ExportPlan, names: &Names) -> ItemOutput {
        match plan.format {
            ExportFormat::Prism => self.conversations.finish(names),
            _ => ItemOutput::default(),
        }
    }
}

/// What one item becomes by itself. Judgments on which the plan leaves open what it must say are left out as waiting.
fn write_item(plan: &ExportPlan, judged: &Judged) -> ItemOutput {
    let mut output = ItemOutput::default();
    let question = questions::question_of_plan(plan, judged.names);
    let Some(question) = question else {
        match plan.format {
            ExportFormat::HelpSteer2 => help_steer2::write_ratings(plan, judged, &mut output),
            ExportFormat::UltraFeedback => ultra_feedback::write(plan, judged, &mut output),
            ExportFormat::RichHf => rich_hf::write(plan, judged, &mut output),
            ExportFormat::VideoAlign => videoalign::write(plan, judged, &mut output),
            ExportFormat::Criteria => criteria::write(plan, judged, &mut output),
            ExportFormat::LabelStudio => label_studio::write(judged, &mut output),
            ExportFormat::Argilla => argilla::write(judged, &mut output),
            ExportFormat::Answers => answers::write(judged, &mut output),
            ExportFormat::Csv => table::write(judged, &mut output),
            _ => output.leave_out(WAITING, judged.judgments.len() as u64),
        }
        return output;
    };
    match plan.format {
        ExportFormat::Kto | ExportFormat::Axolotl(AxolotlType::Kto) => {
            kto::write(plan, question, judged, &mut output);
        }
        ExportFormat::Axolotl(AxolotlType::Nectar) => {
            axolotl::write_ranked(plan, question, judged, &mut output);
        }
        ExportFormat::PickAPic => pick_a_pic::write(question, judged, &mut output),
        ExportFormat::Prodigy => prodigy::write(question, judged, &mut output),
        ExportFormat::AutoArena => auto_arena::write(question, judged, &mut output),
        ExportFormat::HelpSteer2Preference => help_steer2::write_preferences(question, judged, &mut output),
        ExportFormat::HelpSteer3 => help_steer3::write(question, judged, &mut output),
        ExportFormat::Ranking => ranking::write(question, judged, &mut output),
        ExportFormat::ImageReward => image_reward::write(plan, question, judged, &mut output),
        ExportFormat::HpdV2 => hpd::write(question, judged, &mut output),
        ExportFormat::Arena => arena::write(question, judged, &mut output),
        ExportFormat::ArenaOneHot => arena_one_hot::write(question, judged, &mut output),
        ExportFormat::CodePrefBench => code_pref_bench::write(question, judged, &mut output),
        ExportFormat::Stepwise | ExportFormat::Axolotl(AxolotlType::Stepwise) => {
            stepwise::write(plan, question, judged, &mut output);
        }
        _ => pairs::write(plan, question, judged, &mut output),
    }
    output
}

/// The names of the columns as one line, without its end, where the format has such a line.
pub fn header(format: ExportFormat, names: &Names) -> Option<String> {
    match format {
        ExportFormat::Csv => Some(table::csv_header()),
        ExportFormat::Answers => Some(answers::header()),
        ExportFormat::VideoAlign => Some(videoalign::header(names)),
        ExportFormat::ArenaOneHot => Some(arena_one_hot::header()),
        ExportFormat::AutoArena => Some(auto_arena::header()),
        _ => None,
    }
}
