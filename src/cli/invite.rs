//! `tiebreak invite`: a link that lets one person into a served project.

use std::path::PathBuf;

use tiebreak_domain::{ApiError, Role};
use tiebreak_engine::AccountDesk;

use crate::cli::exit::Exit;
use crate::cli::serve::public_url;
use crate::machine;

const LONG: &str = "\
The link lets one person in, once. Hand it to that person alone. It works while the project is being served, and may \
be made before that or meanwhile.";

/// The link is printed, and cannot be shown again.
#[derive(clap::Args)]
#[command(after_help = LONG)]
pub struct Arguments {
    /// The project
    project: PathBuf,
    /// What the person may do: annotator, lead or owner
    #[arg(long, default_value = "annotator")]
    role: Role,
    /// What the person is called in the project [default: they choose]
    #[arg(long)]
    name: Option<String>,
    /// For how many days the link works
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    days: u32,
    /// Where the project is served
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7411", value_parser = public_url)]
    at: String,
}

/// Makes the link and prints it.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let mut desk = AccountDesk::open(&arguments.project, machine::host())?;
    let (secret, _) = desk.invite(arguments.role, arguments.name.as_deref(), arguments.days)?;
    println!("{}/join?invitation={secret}", arguments.at);
    Ok(Exit::Done)
}
