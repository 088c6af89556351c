//! `tiebreak export`: what was judged, as training data or for another project.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use tiebreak_domain::export::{
    BothBadPolicy, ExportCounts, ExportPreview, ExportReport, IdentityChoice, LabelChoice, NWayPolicy,
    NeutralSteps, PolicyQuestion, RatingPolicy, RewritePolicy, SeveralPolicy, StrengthPolicy, TiePolicy,
};
use tiebreak_domain::{ApiError, ErrorCode, Event, ExportFormat, ExportPlan, JobId, ProjectInfo};
use tiebreak_engine::ProjectFile;

use crate::cli::desk::interrupted;
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::progress::Progress;
use crate::machine;

/// The project may be open elsewhere. Nothing about ties, both bad, strength, several judgments and the like is
/// assumed: where the project holds such judgments, and the format asks, the policy must be said. A policy that
/// the format does not ask for changes nothing.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project: a file, or postgres://user@host/database#project
    project: PathBuf,
    /// The file to write; its manifest is put beside it, as OUT.manifest.json, and so are what else the
    /// format has: utterances (prism), heat maps (richhf), the entry for dataset_info.json (llama-factory)
    #[arg(required_unless_present = "preview")]
    out: Option<PathBuf>,
    /// What to write
    #[arg(long, value_parser = formats())]
    format: ExportFormat,
    /// Whose answers are written, by the question's key; must be said where several questions fit the format.
    /// Pairs are made of preferences, of rankings, of ratings of the candidates, or of rewrites alone
    #[arg(long, value_name = "KEY")]
    question: Option<String>,
    /// What becomes of ties
    #[arg(long)]
    ties: Option<Ties>,
    /// What becomes of pairs in which both are bad
    #[arg(long)]
    both_bad: Option<BothBad>,
    /// What becomes of strength: `ignore`; `margin` or `margin:X`, where X stands for no strength (1 if not
    /// said); `drop-below:slightly|clearly|much`, to which `,drop-unset` leaves out those without strength
    #[arg(long, value_parser = StrengthPolicy::from_words)]
    strength: Option<StrengthPolicy>,
    /// What becomes of several judgments of one item
    #[arg(long)]
    several: Option<Several>,
    /// Which pairs are made of more than two candidates
    #[arg(long)]
    n_way: Option<NWay>,
    /// What becomes of several annotators' ratings of one candidate
    #[arg(long)]
    ratings: Option<Ratings>,
    /// What becomes of steps that were called neutral
    #[arg(long)]
    neutral_steps: Option<Neutral>,
    /// What becomes of responses that annotators rewrote
    #[arg(long)]
    rewrites: Option<Rewrites>,
    /// Whose labels: people's judgments; those that were taken from models (`tiebreak labels`); or people's, and
    /// models' where nobody judged, every row with its `source`
    #[arg(long, value_name = "WHOSE", default_value = "people")]
    labels: Labels,
    /// How annotators are called: by name; by a word that is the same in every export of the project; or not at all
    #[arg(long, value_name = "HOW", default_value = "names")]
    identity: Identity,
    /// Put about so many of a hundred groups of items in OUT.test beside it; items that share a prompt or a medium
    /// are one group, so that nothing is trained on that is tested with
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=50))]
    test_share: Option<u8>,
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
enum Identity {
    /// By their names
    Names,
    /// By words that say nothing without the project
    Pseudonyms,
    /// Not at all
    Nobody,
}

#[derive(Clone, Copy, ValueEnum)]
enum Ties {
    /// Leave them out
    Drop,
    /// One row with margin 0
    MarginZero,
    /// Two rows, one in each direction
    BothDirections,
    /// Both desirable (kto)
    BothChosen,
    /// Neither desirable (kto)
    BothRejected,
}

#[derive(Clone, Copy, ValueEnum)]
enum BothBad {
    /// Leave them out
    Drop,
    /// Treat them as ties
    AsTie,
    /// Neither desirable (kto)
    BothRejected,
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

#[derive(Clone, Copy, ValueEnum)]
enum NWay {
    /// The best against the worst
    BestWorst,
    /// Each against the next one
    Adjacent,
    /// Every two, each row with the weight 1/(N-1)
    AllPairs,
}

#[derive(Clone, Copy, ValueEnum)]
enum Ratings {
    /// Each annotator's in a row of their own
    Each,
    /// Their mean; rounded where the format knows whole numbers only
    Mean,
    /// Their median; rounded likewise
    Median,
}

#[derive(Clone, Copy, ValueEnum)]
enum Neutral {
    /// They are true
    Right,
    /// They are false
    Wrong,
}

#[derive(Clone, Copy, ValueEnum)]
enum Rewrites {
    /// Leave them out
    Drop,
    /// A pair of each, the rewrite chosen over the response it was made of (kto: desirable)
    Chosen,
}

#[derive(Clone, Copy, ValueEnum)]
enum Labels {
    /// People's judgments
    People,
    /// Labels of models
    Model,
    /// People's, and models' where nobody judged
    BothMarked,
}

/// The words of the formats, with what each is in the help.
fn formats() -> impl TypedValueParser<Value = ExportFormat> {
    let words = ExportFormat::ALL.map(|format| PossibleValue::new(format.word()).help(format.title()));
    PossibleValuesParser::new(words)
        .try_map(|word| ExportFormat::from_word(&word).ok_or("this is no word of a format"))
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
            Ties::BothChosen => TiePolicy::BothChosen,
            Ties::BothRejected => TiePolicy::BothRejected,
        }),
        both_bad: arguments.both_bad.map(|both_bad| match both_bad {
            BothBad::Drop => BothBadPolicy::Drop,
            BothBad::AsTie => BothBadPolicy::AsTie,
            BothBad::BothRejected => BothBadPolicy::BothRejected,
        }),
        strength: arguments.strength,
        several: arguments.several.map(|several| match several {
            Several::Each => SeveralPolicy::Each,
            Several::Majority => SeveralPolicy::Majority,
            Several::Unanimous => SeveralPolicy::Unanimous,
            Several::Latest => SeveralPolicy::Latest,
        }),
        question: arguments.question.clone(),
        n_way: arguments.n_way.map(|n_way| match n_way {
            NWay::BestWorst => NWayPolicy::BestWorst,
            NWay::Adjacent => NWayPolicy::Adjacent,
            NWay::AllPairs => NWayPolicy::AllPairs,
        }),
        ratings: arguments.ratings.map(|ratings| match ratings {
            Ratings::Each => RatingPolicy::Each,
            Ratings::Mean => RatingPolicy::Mean,
            Ratings::Median => RatingPolicy::Median,
        }),
        neutral_steps: arguments.neutral_steps.map(|steps| match steps {
            Neutral::Right => NeutralSteps::Right,
            Neutral::Wrong => NeutralSteps::Wrong,
        }),
        rewrites: arguments.rewrites.map(|rewrites| match rewrites {
            Rewrites::Drop => RewritePolicy::Drop,
            Rewrites::Chosen => RewritePolicy::Chosen,
        }),
        annotators: annotators.collect::<Result<_, _>>()?,
        labels: match arguments.labels {
            Labels::People => LabelChoice::People,
            Labels::Model => LabelChoice::Model,
            Labels::BothMarked => LabelChoice::BothMarked,
        },
        identity: match arguments.identity {
            Identity::Names => IdentityChoice::Names,
            Identity::Pseudonyms => IdentityChoice::Pseudonyms,
            Identity::Nobody => IdentityChoice::Nobody,
        },
        test_share: arguments.test_share,
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
    for question in &preview.questions {
        eprintln!("question {}: {}", question.key, question.title);
    }
    for problem in &preview.problems {
        eprintln!("item {}: {}", problem.line, problem.reason);
    }
}

fn print_report(report: &ExportReport) {
    println!("{}", report.path);
    println!("{}", report.manifest_path);
    for companion in &report.companions {
        println!("{companion}");
    }
    print_counts(&report.counts);
    for problem in &report.problems {
        eprintln!("item {}: {}", problem.line, problem.reason);
    }
}

fn print_counts(counts: &ExportCounts) {
    eprintln!("{} rows from {} judgments", counts.rows, counts.judgments);
    for (source, count) in &counts.model_labels {
        eprintln!("labels of a model: {count} ({source})");
    }
    for (reason, count) in &counts.left_out {
        eprintln!("left out: {count} ({reason})");
    }
    if counts.rewrites + counts.rewrites_left_out > 0 {
        eprintln!("rewrites: {} written, {} left out", counts.rewrites, counts.rewrites_left_out);
    }
    if counts.rows_refused > 0 {
        eprintln!("refused: {} rows that would not be valid", counts.rows_refused);
    }
}

fn option_of(question: PolicyQuestion) -> &'static str {
    match question {
        PolicyQuestion::Ties => "--ties drop|margin-zero|both-directions|both-chosen|both-rejected",
        PolicyQuestion::BothBad => "--both-bad drop|as-tie|both-rejected",
        PolicyQuestion::Strength => {
            "--strength ignore|margin[:X]|drop-below:slightly|clearly|much[,drop-unset]"
        }
        PolicyQuestion::Several => "--several each|majority|unanimous|latest",
        PolicyQuestion::Question => "--question KEY",
        PolicyQuestion::NWay => "--n-way best-worst|adjacent|all-pairs",
        PolicyQuestion::Ratings => "--ratings each|mean|median",
        PolicyQuestion::NeutralSteps => "--neutral-steps right|wrong",
        PolicyQuestion::Rewrites => "--rewrites drop|chosen",
    }
}

/// The engine's hints speak of a dialog; here the options are meant.
fn with_options(error: ApiError) -> ApiError {
    match error.code {
        ErrorCode::PolicyNeeded => error
            .hint("say --ties, --both-bad, --strength, --several and so on; --preview lists what is open"),
        ErrorCode::Exists => error.hint("choose another name, or add --replace"),
        _ => error,
    }
}
