//! `tiebreak pairs`: items of more than two candidates, asked pair by pair from now on.

use std::path::PathBuf;

use tiebreak_domain::candidate_pairs::PairsMade;
use tiebreak_domain::{ApiError, Reply, Request};

use crate::cli::desk::{Desk, unexpected};
use crate::cli::exit::Exit;
use crate::cli::{filter, json};

/// Every two candidates of an item become an item of their own, and the whole is excluded, which the items browser
/// takes back. What people have judged or skipped stays as it is. Doing it twice adds nothing.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project: a file, or postgres://user@host/database#project
    project: PathBuf,
    #[arg(long, value_name = "FILTER", help = filter::HELP)]
    of: Option<String>,
    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

/// Makes them.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let desk = Desk::new();
    let info = desk.open(&arguments.project)?;
    let filter = filter::from_words(&desk, &info, arguments.of.as_deref().unwrap_or_default())?;
    let made = match desk.call(Request::MakePairs(filter))? {
        Reply::PairsMade(made) => made,
        other => return Err(unexpected(&other)),
    };
    if arguments.json {
        json::print(&made)?;
    } else {
        print(&made);
    }
    Ok(Exit::Done)
}

fn print(made: &PairsMade) {
    println!(
        "{} pairs added, {} known before, of {} items, which are excluded now",
        made.pairs_added, made.pairs_known, made.items
    );
    if made.labels_carried > 0 {
        println!("{} votes on pairs came of labels on whole items", made.labels_carried);
    }
    if made.items_judged > 0 {
        println!("{} items stay as they are: somebody judged or skipped them whole", made.items_judged);
    }
    if made.items_kept > 0 {
        println!(
            "{} items stay as they are: their answers are known, or nothing is asked of their pairs",
            made.items_kept
        );
    }
}
