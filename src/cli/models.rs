//! `tiebreak models`: the reward models of this machine: listing, adding and removing, and the tokens of those that
//! run on a server.

use std::io::{BufRead, IsTerminal};

use clap::Subcommand;
use tiebreak_domain::reward::{ModelKey, ModelPlace, Scorer, ServerToken};
use tiebreak_domain::{ApiError, ErrorCode, Event, Request};

use crate::cli::desk::Desk;
use crate::cli::doctor;
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::progress::Progress;

/// A model is a folder with a `reward.toml`, which crates/reward/README.md describes. Nothing is fetched unless it
/// is asked for here or in the window.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the models of this machine
    List {
        /// Print everything about them as a JSON list
        #[arg(long)]
        json: bool,
    },
    /// Bring a model here: a folder with a reward.toml, or the address of one
    Add {
        /// A folder, or an address that begins with http:// or https://
        place: String,
    },
    /// Take a model away; its scores stay in the projects that have them
    Remove {
        /// Its key or its name, as the list has them
        model: String,
    },
    /// Keep the token for a model's server in the system's keyring; it is read from standard input
    Token {
        /// The model's key or its name, as the list has them
        model: String,
        /// Forget the token that is kept
        #[arg(long)]
        forget: bool,
    },
}

/// Lists, adds or removes, keeps or forgets.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let desk = Desk::new();
    match &arguments.command {
        Command::List { json } => {
            let models = doctor::models(&desk)?.models;
            if *json {
                json::print(&models)?;
                return Ok(Exit::Done);
            }
            for model in models {
                let state = model.problem.unwrap_or_else(|| {
                    let scores = if model.dimensions.is_empty() {
                        "embeds".to_owned()
                    } else {
                        format!("scores {}", model.dimensions.join(", "))
                    };
                    format!("reads {}, {scores}, {}", model.input.label(), model.licence)
                });
                println!("{}  {} {}: {state}", model.key, model.name, model.version);
            }
        }
        Command::Add { place } => {
            let is_address = place.starts_with("http://") || place.starts_with("https://");
            let place = if is_address {
                ModelPlace::Address(place.clone())
            } else {
                ModelPlace::Folder(place.clone())
            };
            let ended = |job, event| match event {
                Event::InstallEnded(of, result) if of == job => Some(result),
                _ => None,
            };
            let (_, model) = desk.run(Request::AddModel(place), &mut Progress::new(), ended)?;
            println!("{}  {} {} is here", model.key, model.name, model.version);
        }
        Command::Remove { model } => {
            let key = named(&desk, model)?;
            desk.call(Request::RemoveModel(key))?;
            println!("{model} is gone");
        }
        Command::Token { model, forget } => {
            let model = named(&desk, model)?;
            if *forget {
                desk.call(Request::ForgetToken(model))?;
                println!("the token is forgotten");
            } else {
                let token = read_token()?;
                desk.call(Request::KeepToken { model, token })?;
                println!("the token is in the system's keyring");
            }
        }
    }
    Ok(Exit::Done)
}

/// A token from standard input: an argument would be seen by every user of the machine, and kept by the shell.
fn read_token() -> Result<ServerToken, ApiError> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        eprint!("token: ");
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line).map_err(|error| {
        ApiError::new(ErrorCode::BadInput, format!("the token cannot be read: {error}"))
            .hint("give it on standard input")
    })?;
    Ok(ServerToken(line.trim().to_owned()))
}

/// Whose word it is: the head's, several models' together, or that of the model of this name.
pub fn voice(desk: &Desk, name: &str) -> Result<Scorer, ApiError> {
    match Scorer::from_word(name) {
        Scorer::Model(_) => Ok(Scorer::Model(named(desk, name)?)),
        Scorer::RatingHead => Err(ApiError::new(
            ErrorCode::BadRequest,
            "the head that learns from ratings has no word on which candidate is better",
        )
        .hint("name the head, a model, or several models together")),
        other => Ok(other),
    }
}

/// The model that a key, its beginning or a name means.
pub fn named(desk: &Desk, name: &str) -> Result<ModelKey, ApiError> {
    let models = doctor::models(desk)?.models;
    let is_meant = |model: &&tiebreak_domain::reward::ModelInfo| {
        model.name == name || (name.len() >= 6 && model.key.0.starts_with(name))
    };
    let mut meant = models.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(model), None) => Ok(model.key.clone()),
        (Some(_), Some(_)) => {
            Err(ApiError::new(ErrorCode::BadRequest, format!("several models are called {name:?}"))
                .hint("name one by its key"))
        }
        (None, _) => Err(ApiError::new(ErrorCode::NotFound, format!("there is no model {name:?}"))
            .hint("see `tiebreak models list`")),
    }
}
