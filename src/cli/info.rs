//! `tiebreak info`: what a project holds.

use std::path::PathBuf;

use tiebreak_domain::{ApiError, ProjectInfo};
use tiebreak_engine::ProjectFile;

use crate::cli::exit::Exit;
use crate::cli::json;

/// Nothing is changed, and the project may be open elsewhere.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project: a file, or postgres://user@host/database#project
    project: PathBuf,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

/// Prints the project's numbers.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let info = ProjectFile::open(&arguments.project)?.info()?;
    if arguments.json {
        json::print(&info)?;
    } else {
        print!("{}", page(&info));
    }
    Ok(Exit::Done)
}

fn page(info: &ProjectInfo) -> String {
    let mut lines = vec![
        format!("{}  ({})", info.name, info.path),
        format!("made        {}", info.created_at.rfc3339()),
        format!(
            "items       {} ({} excluded, {} deleted)",
            info.active_items, info.excluded_items, info.deleted_items
        ),
        format!("judgments   {} ({} revisions in the log)", info.judgments, info.revisions),
    ];
    for annotator in &info.annotators {
        lines.push(format!(
            "annotator   {}: {} judged, {} skipped",
            annotator.name, annotator.judged, annotator.skipped
        ));
    }
    for source in &info.sources {
        let media =
            source.media_folder.as_ref().map(|folder| format!(", media in {folder}")).unwrap_or_default();
        lines.push(format!("source      {} ({}{media})", source.name, source.imported_at.rfc3339()));
    }
    let index = info.search_index;
    if !index.is_complete() {
        lines.push(format!("search      {} of {} items indexed", index.indexed, index.total));
    }
    lines.push(String::new());
    lines.join("\n")
}
