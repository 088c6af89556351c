//! `tiebreak labels`: a model's word in bulk, kept apart from what people say.

use std::path::PathBuf;

use clap::Subcommand;
use tiebreak_domain::{ApiError, Reply, Request};

use crate::cli::desk::{Desk, unexpected};
use crate::cli::exit::Exit;
use crate::cli::{filter, models};

/// Labels of a model are no judgments: they count for no person's progress, and stand in an export only where it is
/// told so (`tiebreak export --labels`), with the model as their source.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Take a model's word for open pairs that it is sure of
    Accept {
        /// The project: a file, or postgres://user@host/database#project
        project: PathBuf,
        /// How sure at least, between 0.5 and 1
        #[arg(long, value_name = "SHARE", default_value_t = 0.95)]
        above: f64,
        /// Whose word: the head that this project's votes taught, a model, or several models together
        /// (ensemble_mean, ensemble_worst_case, ensemble_uncertainty_weighted)
        #[arg(long, value_name = "head|MODEL|ENSEMBLE", default_value = "head")]
        by: String,
        #[arg(long, value_name = "FILTER", help = filter::HELP)]
        of: Option<String>,
    },
    /// Take all of them back
    Forget {
        /// The project: a file, or postgres://user@host/database#project
        project: PathBuf,
    },
}

/// Takes them, or takes them back.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let desk = Desk::new();
    let (request, what) = match &arguments.command {
        Command::Accept { project, above, by, of } => {
            let info = desk.open(project)?;
            let of = Box::new(filter::from_words(&desk, &info, of.as_deref().unwrap_or_default())?);
            let by = models::voice(&desk, by)?;
            (
                Request::AcceptModelLabels { above: *above, by, of },
                "taken; they are kept apart from judgments",
            )
        }
        Command::Forget { project } => {
            desk.open(project)?;
            (Request::ForgetModelLabels, "taken back")
        }
    };
    match desk.call(request)? {
        Reply::Count(count) => println!("{count} labels of a model {what}"),
        other => return Err(unexpected(&other)),
    }
    Ok(Exit::Done)
}
