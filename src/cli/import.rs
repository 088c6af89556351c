//! `tiebreak import`: data into a project.

mod columns;

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use tiebreak_domain::import::{ColumnMapping, ImportPreview, ImportReport, LabelPolicy, RowProblem};
use tiebreak_domain::{ApiError, DataFormat, ErrorCode, Event, ImportPlan, Item, Reply, Request, TextFormat};

use crate::cli::desk::{Desk, text, unexpected};
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::progress::Progress;
use crate::cli::rubric;

/// How many problems are printed; `--report` writes them all.
const PROBLEMS_PRINTED: usize = 10;

/// The format and the columns are recognised by looking; say what was not recognised as you want it. An
/// import is all or nothing, and importing a file twice adds nothing.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project: a file, or postgres://user@host/database#project; a preview needs none
    project: PathBuf,
    /// The data
    #[arg(required_unless_present = "preview")]
    file: Option<PathBuf>,
    /// What the data is; recognised by looking if not said
    #[arg(long, value_parser = formats(), value_name = "FORMAT")]
    format: Option<DataFormat>,
    /// Take votes in the data in, as those of a past annotator of this name
    #[arg(long, value_name = "NAME", conflicts_with = "no_labels")]
    labels: Option<String>,
    /// Leave votes in the data out; this is what happens if nothing is said
    #[arg(long)]
    no_labels: bool,
    /// How texts are read
    #[arg(long = "text", value_name = "HOW", default_value = "markdown")]
    text_format: TextChoice,
    /// Where relative media paths start; the data's own folder if not said
    #[arg(long, value_name = "DIR")]
    media_folder: Option<PathBuf>,
    /// Media at http(s) addresses may be fetched when they are shown
    #[arg(long)]
    fetch_addresses: bool,
    /// What the project calls this data; the file's name if not said
    #[arg(long, value_name = "NAME")]
    source_name: Option<String>,
    #[command(flatten)]
    columns: columns::Columns,
    /// What becomes of items of more than two candidates
    #[arg(long, value_name = "WHICH", default_value = "none")]
    pairs: Pairs,
    /// Make the project if there is none
    #[arg(long)]
    create: bool,
    /// What the project asks: a rubric of `tiebreak rubric list`, or a rubric file; which is better if not said
    #[arg(long, value_name = "NAME_OR_FILE", requires = "create")]
    rubric: Option<String>,
    /// Write every refused row with its reason to this CSV file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Import nothing; say what would be
    #[arg(long)]
    preview: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum TextChoice {
    /// Every character as it stands
    Plain,
    /// CommonMark, with tables and strikethrough
    Markdown,
}

#[derive(Clone, Copy, ValueEnum)]
enum Pairs {
    /// Every two candidates are an item, so that the queue chooses which two to show; orders and ratings in the
    /// data become votes on each pair
    All,
    /// They are asked as a whole
    None,
}

/// Every format by its word, so that help names all of them.
fn formats() -> impl TypedValueParser<Value = DataFormat> {
    let of_word = |word: String| DataFormat::ALL.into_iter().find(|format| format.word() == word);
    PossibleValuesParser::new(DataFormat::ALL.map(DataFormat::word))
        .map(move |word| of_word(word).expect("it is the word of one of them"))
}

/// Imports, or says what would be imported.
pub fn run(arguments: Arguments) -> Result<Exit, ApiError> {
    // A preview needs no project: `tiebreak import --preview FILE` names the data first.
    let (project, file) = match (&arguments.file, arguments.preview) {
        (Some(file), _) => (Some(&arguments.project), file),
        (None, true) => (None, &arguments.project),
        (None, false) => {
            return Err(ApiError::new(ErrorCode::BadRequest, "the data to import is missing")
                .hint("say `tiebreak import PROJECT FILE`"));
        }
    };
    let desk = Desk::new();
    let plan = plan_from_arguments(&desk, &arguments, text(file)?)?;
    if arguments.preview {
        return preview(&desk, plan, arguments.json);
    }
    let project = project.expect("without a preview a project is named");
    let is_new = arguments.create && !tiebreak_engine::project_exists(project)?;
    if is_new {
        // A file that cannot be understood must not leave an empty project behind.
        desk.call(Request::PreviewImport(plan.clone()))?;
        let rubric = arguments.rubric.as_deref().map(|named| rubric::named(&desk, named)).transpose()?;
        desk.create(project)?;
        if let Some(template) = rubric {
            desk.call(Request::SetRubric(Box::new(template.rubric)))?;
        }
    } else if arguments.rubric.is_some() {
        return Err(ApiError::new(
            ErrorCode::Exists,
            format!("there is already a project {}", tiebreak_engine::shown_place(project)),
        )
        .hint("what it asks is changed in the app; leave --rubric out to import into it"));
    } else {
        desk.open(project).map_err(|error| match error.code {
            ErrorCode::NotFound => error.hint("add --create to make it"),
            _ => error,
        })?;
    }
    let ended = |job, event| match event {
        Event::ImportEnded(of, result) if of == job => Some(result),
        _ => None,
    };
    let imported = desk.run(Request::StartImport(plan), &mut Progress::new(), ended);
    if imported.is_err() && is_new {
        desk.call(Request::CloseProject)?;
        if let Err(error) = tiebreak_engine::remove_empty_project(project) {
            tracing::warn!(%error, "the empty project could not be removed");
        }
    }
    let (job, report) = imported?;
    if let Some(path) = &arguments.report {
        desk.call(Request::SaveImportReport { job, path: text(path)? })?;
    }
    if arguments.json {
        json::print(&*report)?;
    } else {
        print_report(&report, arguments.report.is_some());
    }
    Ok(Exit::of_refused_rows(report.rows_refused))
}

fn plan_from_arguments(desk: &Desk, arguments: &Arguments, path: String) -> Result<ImportPlan, ApiError> {
    let mut plan = ImportPlan {
        path,
        format: arguments.format,
        mapping: None,
        text_format: match arguments.text_format {
            TextChoice::Plain => TextFormat::Plain,
            TextChoice::Markdown => TextFormat::Markdown,
        },
        labels: match &arguments.labels {
            Some(name) => LabelPolicy::TakeIn { annotator: name.clone() },
            None => LabelPolicy::LeaveOut,
        },
        media_folder: arguments.media_folder.as_deref().map(text).transpose()?,
        fetches_addresses: arguments.fetch_addresses,
        source_name: arguments.source_name.clone(),
        makes_pairs: matches!(arguments.pairs, Pairs::All),
    };
    if arguments.columns.says_something() {
        // What other tools show has names of its own, which may have to be said.
        if !matches!(plan.format, Some(DataFormat::LabelStudio | DataFormat::Argilla)) {
            plan.format = Some(DataFormat::Columns);
        }
        // What is not said is what the file itself suggests.
        let proposed = match desk.call(Request::PreviewImport(plan.clone())) {
            Ok(Reply::ImportPreview(preview)) => preview.mapping.unwrap_or_default(),
            Ok(other) => return Err(unexpected(&other)),
            Err(_) if arguments.columns.names_candidates() => ColumnMapping::default(),
            Err(error) => return Err(error.hint("name both columns: --candidate FIRST --candidate SECOND")),
        };
        plan.mapping = Some(arguments.columns.mapping(proposed));
    }
    Ok(plan)
}

fn preview(desk: &Desk, plan: ImportPlan, as_json: bool) -> Result<Exit, ApiError> {
    let preview = match desk.call(Request::PreviewImport(plan))? {
        Reply::ImportPreview(preview) => preview,
        other => return Err(unexpected(&other)),
    };
    if as_json {
        json::print(&*preview)?;
    } else {
        print_preview(&preview);
    }
    Ok(Exit::of_refused_rows(preview.problems.len() as u64))
}

fn print_preview(preview: &ImportPreview) {
    println!("{}, {}: {}", preview.container, preview.format.title(), preview.because);
    for column in &preview.columns {
        println!("column {:?}: {}", column.name, one_line(&column.example, 80));
    }
    if let Some(mapping) = &preview.mapping {
        println!("{}", columns::described(mapping));
    }
    println!(
        "first {} rows: {} shown here, {} with votes, {} with problems",
        preview.rows_read,
        preview.items.len(),
        preview.items_with_labels,
        preview.problems.len()
    );
    for item in preview.items.iter().take(3) {
        print_item(item);
    }
    if !preview.media_hosts.is_empty() {
        println!("media would be fetched from {}", preview.media_hosts.join(", "));
    }
    print_problems(&preview.problems, preview.problems.len() as u64);
}

fn print_item(item: &Item) {
    println!("  prompt  {}", one_line(&item.prompt_text(), 90));
    for candidate in &item.candidates {
        let media = candidate.parts.iter().find_map(|part| part.uri()).unwrap_or_default();
        let model = candidate.model.as_ref().map(|model| format!(" [{model}]")).unwrap_or_default();
        println!("    {}{model}", one_line(&format!("{}{media}", candidate.text()), 90));
    }
}

fn one_line(text: &str, chars: usize) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= chars {
        return line;
    }
    line.chars().take(chars).chain(['…']).collect()
}

fn print_report(report: &ImportReport, is_saved: bool) {
    println!("{}: {} items added, {} known before", report.source, report.items_added, report.items_known);
    if report.items_deleted_before > 0 {
        println!("{} of those were deleted by hand and stay so", report.items_deleted_before);
    }
    if report.judgments_added > 0 {
        println!("{} judgments taken in", report.judgments_added);
    }
    if report.model_labels_added > 0 {
        println!("{} labels of models taken in, apart from the judgments", report.model_labels_added);
    }
    if report.profiles_added > 0 {
        println!("{} profiles taken in", report.profiles_added);
    }
    if report.rows_refused > 0 {
        println!("{} of {} rows refused", report.rows_refused, report.rows_read);
    }
    print_problems(&report.problems, report.problems.len() as u64);
    if report.problems.len() > PROBLEMS_PRINTED && !is_saved {
        eprintln!("hint: --report FILE writes them all");
    }
}

fn print_problems(problems: &[RowProblem], all: u64) {
    for problem in problems.iter().take(PROBLEMS_PRINTED) {
        eprintln!("line {}: {}", problem.line, problem.reason);
    }
    let more = all.saturating_sub(PROBLEMS_PRINTED as u64);
    if more > 0 {
        eprintln!("… and {more} more");
    }
}
