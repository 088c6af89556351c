//! `tiebreak score`: let reward models score a project's candidates.

use std::path::PathBuf;

use tiebreak_domain::{ApiError, Event, Request};

use crate::cli::desk::Desk;
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::models;
use crate::cli::progress::Progress;

/// What is scored already is not scored again; a run that is stopped keeps what it had, and the next goes on there.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project: a file, or postgres://user@host/database#project
    project: PathBuf,
    /// Score by this model only, by key or name; may be given several times
    #[arg(long)]
    model: Vec<String>,
    /// Go on with what is added later, until Ctrl-C; of a project in a database. Any number of machines can do this:
    /// they share the work
    #[arg(long)]
    watch: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Scores, and prints what was done.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let desk = Desk::new();
    desk.open(&arguments.project)?;
    let chosen = arguments.model.iter().map(|name| models::named(&desk, name)).collect::<Result<_, _>>()?;
    let mut told = Vec::new();
    let ended = |job, event| match event {
        Event::ScoringEnded(of, result) if of == job => Some(result),
        Event::ScoringProgress(_, progress) if arguments.watch && progress.done == progress.total => {
            // Said again when more was scored, by each model.
            let is_done = (progress.name, progress.total);
            if !told.contains(&is_done) {
                eprintln!("{}: all of {} candidates; waiting for more, Ctrl-C ends", is_done.0, is_done.1);
                told.push(is_done);
            }
            None
        }
        _ => None,
    };
    let request = Request::StartScoring { models: chosen, keeps_watch: arguments.watch };
    let (_, report) = desk.run(request, &mut Progress::new(), ended)?;
    if arguments.json {
        json::print(&report)?;
    } else {
        println!(
            "{} candidates scored, {} known before, {} refused, in {:.1} s ({:.1} s in models; {:.1} % of their \
             work was no padding)",
            report.scored,
            report.known,
            report.refused_count,
            report.seconds,
            report.model_seconds,
            report.real_share * 100.0
        );
        for remark in &report.remarks {
            println!("{remark}");
        }
        for refusal in &report.refused {
            eprintln!("item {}, candidate {}: {}", refusal.item, refusal.candidate, refusal.reason);
        }
    }
    // A watch has no other end.
    if report.is_partial && !arguments.watch {
        return Ok(Exit::Cancelled);
    }
    Ok(if report.refused_count > 0 { Exit::RowsRefused } else { Exit::Done })
}
