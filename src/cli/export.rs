//! `tiebreak export`: what was judged, as training data or for another project.

use std::path::PathBuf;

use clap::ValueEnum;
use tiebreak_domain::export::{
    BothBadPolicy, ExportCounts, ExportPreview, ExportReport, PolicyQuestion, SeveralPolicy, StrengthPolicy,
    TiePolicy,
};
use tiebreak_domain::{ApiError, ErrorCode, Event, ExportFormat, ExportPlan, JobId, ProjectInfo, Strength};
use tiebreak_engine::ProjectFile;

use crate::cli::desk::interrupted;
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::progress::Progress;
use crate::machine;

/// The project may be open elsewhere. Nothing about ties, both bad, strength or several judgments is assumed: where the project holds such
/// judgments, the policy must be said.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project file
    project: PathBuf,
    /// The file to write; its manifest is put beside it, as OUT.manifest.json
    #[arg(required_unless_present = "preview")]
    out: Option<PathBuf>,
    /// What to write
    #[arg(long, value_parser = format_from_word, value_name = "trl-explicit|trl-implicit|trl-conversational|hh|csv|tiebreak")]
    format: ExportFormat,
    /// What becomes of ties
    #[arg(long)]
    ties: Option<Ties>,
    /// What becomes of pairs in which both are bad
    #[arg(long)]
    both_bad: Option<BothBad>,
    /// What becomes of strength: `ignore`; `margin` or `margin:X`, where X stands for no strength (1 if not
    /// said); `drop-below:slightly|clearly|much`, to which `,drop-unset` leaves out those without strength
    #[arg(long, value_parser = strength_from_words)]
    strength: Option<StrengthPolicy>,
    /// What becomes of several judgments of one item
    #[arg(long)]
    several: Option<Several>,
    /// Only the judgments of this annotator; may be repeated
    #[arg(long = "annotator", value_name = "NAME")]
    annotators: Vec<String>,
    /// Replace an existing file
    #[arg(long)]
    replace: bool,
    /// Write nothing; print the first rows and the counts
    #[arg(long)]
    preview: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Ties {
    /// Leave them out
    Drop,
    /// One row with margin 0
    MarginZero,
    /// Two rows, one in each direction
    BothDirections,
}

#[derive(Clone, Copy, ValueEnum)]
enum BothBad {
    /// Leave them out
    Drop,
    /// Treat them as ties
    AsTie,
}

#[derive(Clone, Copy, ValueEnum)]
enum Several {
    /// One row for each judgment
    Each,
    /// What more than half say
    Majority,
    /// Only where all agree
    Unanimous,
    /// The latest judgment
    Latest,
}

fn format_from_word(word: &str) -> Result<ExportFormat, String> {
    ExportFormat::ALL.into_iter().find(|format| format.word() == word).ok_or_else(|| {
        let words: Vec<&str> = ExportFormat::ALL.iter().map(|format| format.word()).collect();
        format!("expected one of {}", words.join(", "))
    })
}

fn strength_from_words(words: &str) -> Result<StrengthPolicy, String> {
    let refused = || "expected ignore, margin, margin:NUMBER, or drop-below:slightly|clearly|much".to_owned();
    match words.split_once(':') {
        None if words == "ignore" => Ok(StrengthPolicy::Ignore),
        None if words == "margin" => Ok(StrengthPolicy::Margin { unset: 1.0 }),
        Some(("margin", unset)) => {
            let unset = unset.parse().ok().filter(|unset: &f64| unset.is_finite()).ok_or_else(refused)?;
            Ok(StrengthPolicy::Margin { unset })
        }
        Some(("drop-below", rest)) => {
            let (weakest, keep_unset) = match rest.strip_suffix(",drop-unset") {
                Some(weakest) => (weakest, false),
                None => (rest, true),
            };
            let weakest = Strength::from_word(weakest).ok_or_else(refused)?;
            Ok(StrengthPolicy::DropBelow { weakest, keep_unset })
        }
        _ => Err(refused()),
    }
}

fn plan_from_arguments(arguments: &Arguments, info: &ProjectInfo) -> Result<ExportPlan, ApiError> {
    let annotators = arguments.annotators.iter().map(|name| {
        info.annotators
            .iter()
            .find(|annotator| annotator.name == *name)
            .map(|annotator| annotator.id)
            .ok_or_else(|| {
                let names: Vec<&str> =
                    info.annotators.iter().map(|annotator| annotator.name.as_str()).collect();
                ApiError::new(ErrorCode::NotFound, format!("nobody of this name has judged, {name:?}"))
                    .hint(format!("the project knows {}", names.join(", ")))
            })
    });
    Ok(ExportPlan {
        format: arguments.format,
        ties: arguments.ties.map(|ties| match ties {
            Ties::Drop => TiePolicy::Drop,
            Ties::MarginZero => TiePolicy::MarginZero,
            Ties::BothDirections => TiePolicy::BothDirections,
        }),
        both_bad: arguments.both_bad.map(|both_bad| match both_bad {
            BothBad::Drop => BothBadPolicy::Drop,
            BothBad::AsTie => BothBadPolicy::AsTie,
        }),
        strength: arguments.strength,
        several: arguments.several.map(|several| match several {
            Several::Each => SeveralPolicy::Each,
            Several::Majority => SeveralPolicy::Majority,
            Several::Unanimous => SeveralPolicy::Unanimous,
            Several::Latest => SeveralPolicy::Latest,
        }),
        annotators: annotators.collect::<Result<_, _>>()?,
    })
}

/// Writes the file, or prints its preview.
pub fn run(arguments: Arguments) -> Result<Exit, ApiError> {
    let file = ProjectFile::open(&arguments.project)?;
    let plan = plan_from_arguments(&arguments, &file.info()?)?;
    let out = match &arguments.out {
        Some(out) if !arguments.preview => out,
        _ => return preview(&file, &plan, arguments.json),
    };
    let mut progress = Progress::new();
    let shown = |done| progress.show(&Event::ExportProgress(JobId(0), done));
    let ended = file.export(&plan, out, arguments.replace, &machine::host(), &interrupted(), shown);
    progress.end();
    let report = ended.map_err(with_options)?;
    if arguments.json {
        json::print(&report)?;
    } else {
        print_report(&report);
    }
    Ok(Exit::of_refused_rows(report.counts.rows_refused))
}

fn preview(file: &ProjectFile, plan: &ExportPlan, as_json: bool) -> Result<Exit, ApiError> {
    let preview = file.preview_export(plan)?;
    if as_json {
        json::print(&preview)?;
    } else {
        print_preview(&preview);
    }
    Ok(Exit::Done)
}

fn print_preview(preview: &ExportPreview) {
    for row in &preview.rows {
        println!("{row}");
    }
    print_counts(&preview.counts);
    for question in &preview.unanswered {
        eprintln!("to be said: {}", option_of(*question));
    }
    for problem in &preview.problems {
        eprintln!("item {}: {}", problem.line, problem.reason);
    }
}

fn print_report(report: &ExportReport) {
    println!("{}", report.path);
    println!("{}", report.manifest_path);
    print_counts(&report.counts);
    for problem in &report.problems {
        eprintln!("item {}: {}", problem.line, problem.reason);
    }
}

fn print_counts(counts: &ExportCounts) {
    eprintln!("{} rows from {} judgments", counts.rows, counts.judgments);
    for (reason, count) in &counts.left_out {
        eprintln!("left out: {count} ({reason})");
    }
    if counts.rows_refused > 0 {
        eprintln!("refused: {} rows that would not be valid", counts.rows_refused);
    }
}

fn option_of(question: PolicyQuestion) -> &'static str {
    match question {
        PolicyQuestion::Ties => "--ties drop|margin-zero|both-directions",
        PolicyQuestion::BothBad => "--both-bad drop|as-tie",
        PolicyQuestion::Strength => {
            "--strength ignore|margin[:X]|drop-below:slightly|clearly|much[,drop-unset]"
        }
        PolicyQuestion::Several => "--several each|majority|unanimous|latest",
    }
}

/// The engine's hints speak of a dialog; here the options are meant.
fn with_options(error: ApiError) -> ApiError {
    match error.code {
        ErrorCode::PolicyNeeded => {
            error.hint("say --ties, --both-bad, --strength, --several; see `tiebreak export --help`")
        }
        ErrorCode::Exists => error.hint("choose another name, or add --replace"),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_reads_as_help_says() {
        use StrengthPolicy::{DropBelow, Ignore, Margin};
        let below = |weakest, keep_unset| DropBelow { weakest, keep_unset };
        for (words, expected) in [
            ("ignore", Some(Ignore)),
            ("margin", Some(Margin { unset: 1.0 })),
            ("margin:0.5", Some(Margin { unset: 0.5 })),
            ("margin:NaN", None),
            ("drop-below:clearly", Some(below(Strength::Clearly, true))),
            ("drop-below:much,drop-unset", Some(below(Strength::Much, false))),
            ("drop-below:hugely", None),
            ("", None),
        ] {
            assert_eq!(strength_from_words(words).ok(), expected, "{words}");
        }
    }
}
