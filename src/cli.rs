//! The command line: what can be asked, and the codes it leaves with.
//!
//! Results go to stdout, progress and errors to stderr. Each command lives in a file of its own and speaks
//! to the engine through [`desk::Desk`].

mod check;
mod desk;
mod doctor;
mod exit;
mod export;
mod filter;
mod import;
mod info;
mod invite;
mod json;
mod labels;
mod merge;
mod models;
mod moving;
mod pairs;
mod progress;
mod report;
mod rubric;
mod sample;
mod score;
mod serve;
mod simulate;
mod token;

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tiebreak_domain::{ApiError, ErrorCode};
use tracing_subscriber::EnvFilter;

use exit::Exit;

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    refused or failed; the reason is on stderr
  2    the command line makes no sense
  3    done, but some rows were refused
  4    the project is open elsewhere
  130  cancelled by Ctrl-C; nothing half-done is kept

TIEBREAK_LOG=debug tells more on stderr. TIEBREAK_HOME=FOLDER keeps settings and the sample in that folder.";

/// The most bytes that what is to be opened takes.
const LONGEST_PLACE: u64 = 64 * 1024;

/// Compare the outputs of generative models, and say which are better and why.
#[derive(Parser)]
#[command(name = "tiebreak", version, after_help = EXIT_CODES, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// A project to open in the window, or data to import
    file: Option<PathBuf>,
    /// Open what stands on the standard input: how the installed program hands over an address with a password, which
    /// no list of processes shall show
    #[arg(long, hide = true, conflicts_with = "file")]
    place_on_stdin: bool,
}

impl Arguments {
    /// What is to be opened in the window.
    fn place(self) -> Result<Option<PathBuf>, ApiError> {
        if !self.place_on_stdin {
            return Ok(self.file);
        }
        let mut place = String::new();
        std::io::stdin().take(LONGEST_PLACE).read_to_string(&mut place).map_err(|error| {
            ApiError::new(ErrorCode::System, format!("what to open cannot be read: {error}"))
                .hint("name it as an argument")
        })?;
        Ok(Some(place.trim_end_matches(['\r', '\n']).to_owned())
            .filter(|place| !place.is_empty())
            .map(PathBuf::from))
    }
}

#[derive(Subcommand)]
enum Command {
    /// Take data into a project: JSONL, JSON, CSV or TSV, also gzipped
    Import(Box<import::Arguments>),
    /// Write what was judged, for training or for another project
    Export(export::Arguments),
    /// Bring copies of a project together: items, annotators and judgments
    Merge(merge::Arguments),
    /// Carry a project from a file into a database, or back
    Move(moving::Arguments),
    /// List the rubrics that come with the program, show one, or check a rubric file
    Rubric(rubric::Arguments),
    /// Say what a project holds
    Info(info::Arguments),
    /// Hold a project file against its own rules
    Check(check::Arguments),
    /// Ask items of more than two candidates pair by pair
    Pairs(pairs::Arguments),
    /// Let reward models score the candidates
    Score(score::Arguments),
    /// Take a reward model's word in bulk, apart from what people say
    Labels(labels::Arguments),
    /// Say how reward models do against the people
    Report(report::Arguments),
    /// List, add and remove reward models
    Models(models::Arguments),
    /// Say what runs reward models on this machine, and what is missing
    Doctor(doctor::Arguments),
    /// Make the sample project
    Sample(sample::Arguments),
    /// Serve a project to browsers and programs, for one or several annotators
    Serve(serve::Arguments),
    /// Make a link that lets one person into a served project
    Invite(invite::Arguments),
    /// Make a token with which a program signs in at a served project
    Token(token::Arguments),
    /// Let a simulated annotator judge, to try a study before people do
    Simulate(simulate::Arguments),
}

/// Runs the program.
pub fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_env("TIEBREAK_LOG").unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let ended = match arguments.command {
        None => arguments.place().and_then(crate::window::open).map(|()| Exit::Done),
        Some(Command::Import(arguments)) => import::run(*arguments),
        Some(Command::Export(arguments)) => export::run(arguments),
        Some(Command::Merge(arguments)) => merge::run(&arguments),
        Some(Command::Move(arguments)) => moving::run(&arguments),
        Some(Command::Rubric(arguments)) => rubric::run(&arguments),
        Some(Command::Info(arguments)) => info::run(&arguments),
        Some(Command::Check(arguments)) => check::run(&arguments),
        Some(Command::Pairs(arguments)) => pairs::run(&arguments),
        Some(Command::Score(arguments)) => score::run(&arguments),
        Some(Command::Labels(arguments)) => labels::run(&arguments),
        Some(Command::Report(arguments)) => report::run(&arguments),
        Some(Command::Models(arguments)) => models::run(&arguments),
        Some(Command::Doctor(arguments)) => doctor::run(&arguments),
        Some(Command::Sample(arguments)) => sample::run(&arguments),
        Some(Command::Serve(arguments)) => serve::run(&arguments),
        Some(Command::Invite(arguments)) => invite::run(&arguments),
        Some(Command::Token(arguments)) => token::run(&arguments),
        Some(Command::Simulate(arguments)) => simulate::run(&arguments),
    };
    ended
        .unwrap_or_else(|error| {
            eprintln!("error: {error}");
            if let Some(hint) = &error.hint {
                eprintln!("hint: {hint}");
            }
            Exit::of_error(&error)
        })
        .into()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        super::Arguments::command().debug_assert();
    }
}
