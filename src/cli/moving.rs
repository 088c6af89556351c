//! `tiebreak move`: a project, carried from a file into a database or back.

use std::path::PathBuf;

use tiebreak_domain::ApiError;

use crate::cli::desk::interrupted;
use crate::cli::exit::Exit;
use crate::cli::json;

/// A place is a file, or an address of PostgreSQL: postgres://user:password@host:port/database#project.
///
/// Everything comes along as it is and is held against what was sent before it is kept: all of it, or nothing. Nothing
/// is replaced, and FROM stays as it is. PGPASSWORD may hold the password. Media that stand in folders stay where they
/// are; relative folders of a project in a database are looked for below TIEBREAK_MEDIA.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where the project is
    from: PathBuf,
    /// Where it is to go
    to: PathBuf,
    /// Print the tables as a JSON list
    #[arg(long)]
    json: bool,
}

/// Moves a project.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let tables = tiebreak_engine::move_project(&arguments.from, &arguments.to, &interrupted(), |_| {})?;
    if arguments.json {
        json::print(&tables)?;
        return Ok(Exit::Done);
    }
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    println!(
        "{} rows of {} tables are in {}, the same as they were",
        rows,
        tables.len(),
        tiebreak_engine::shown_place(&arguments.to)
    );
    Ok(Exit::Done)
}
