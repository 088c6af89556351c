//! `tiebreak check`: is this project file sound?

use std::path::PathBuf;

use tiebreak_domain::ApiError;
use tiebreak_engine::ProjectFile;

use crate::cli::exit::Exit;
use crate::cli::json;

/// Nothing is changed, and the project may be open elsewhere.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project: a file, or postgres://user@host/database#project
    project: PathBuf,
    /// Print the problems as a JSON list
    #[arg(long)]
    json: bool,
}

/// Prints what is wrong.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let problems = ProjectFile::open(&arguments.project)?.check()?;
    if arguments.json {
        json::print(&problems)?;
    } else if problems.is_empty() {
        println!("{} is sound", tiebreak_engine::shown_place(&arguments.project));
    } else {
        for problem in &problems {
            println!("{problem}");
        }
    }
    Ok(if problems.is_empty() { Exit::Done } else { Exit::Failed })
}
