//! `tiebreak rubric`: the rubrics that come with the program, and one's own.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use tiebreak_domain::{ApiError, ErrorCode, Reply, Request, Template};

use crate::cli::desk::{Desk, unexpected};
use crate::cli::exit::Exit;
use crate::cli::json;

/// A rubric is a text file (TOML) that says what is asked: copy one that comes with the program and change it.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the rubrics that come with the program
    List {
        /// Print everything about them as a JSON list
        #[arg(long)]
        json: bool,
    },
    /// Print one as a rubric file
    Show {
        /// Its name in the list
        id: String,
    },
    /// Say what is wrong with a rubric file, with the line and what to do
    Check {
        /// The rubric file
        file: PathBuf,
    },
}

/// Lists, shows or checks.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let desk = Desk::new();
    match &arguments.command {
        Command::List { json } => {
            let templates = templates(&desk)?;
            if *json {
                json::print(&templates)?;
            } else {
                print!("{}", list(&templates));
            }
        }
        Command::Show { id } => {
            let template = template(&desk, id)?;
            match desk.call(Request::WriteRubric(Box::new(template)))? {
                Reply::Text(text) => print!("{text}"),
                other => return Err(unexpected(&other)),
            }
        }
        Command::Check { file } => {
            let template = read(&desk, file)?;
            println!("{} asks {} questions", file.display(), template.rubric.questions.len());
        }
    }
    Ok(Exit::Done)
}

/// The rubric that a name or a path means: one that comes with the program, else a file.
pub fn named(desk: &Desk, name: &str) -> Result<Template, ApiError> {
    if let Some(template) = templates(desk)?.into_iter().find(|template| template.id == name) {
        return Ok(template);
    }
    let path = Path::new(name);
    if path.exists() { read(desk, path) } else { template(desk, name) }
}

fn template(desk: &Desk, id: &str) -> Result<Template, ApiError> {
    let found = templates(desk)?.into_iter().find(|template| template.id == id);
    found.ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, format!("there is no rubric {id:?}"))
            .hint("see `tiebreak rubric list` for those that come with the program, or name a rubric file")
    })
}

fn templates(desk: &Desk) -> Result<Vec<Template>, ApiError> {
    match desk.call(Request::Templates)? {
        Reply::Templates(templates) => Ok(templates),
        other => Err(unexpected(&other)),
    }
}

fn read(desk: &Desk, path: &Path) -> Result<Template, ApiError> {
    let text = match desk.call(Request::OpenRubric { path: path.display().to_string() })? {
        Reply::Text(text) => text,
        other => return Err(unexpected(&other)),
    };
    match desk.call(Request::ReadRubric { text }) {
        Ok(Reply::Template(template)) => Ok(*template),
        Ok(other) => Err(unexpected(&other)),
        Err(error) => Err(ApiError { message: format!("{}: {}", path.display(), error.message), ..error }),
    }
}

fn list(templates: &[Template]) -> String {
    let width = templates.iter().map(|template| template.id.chars().count()).max().unwrap_or_default();
    let lines = templates
        .iter()
        .map(|template| format!("{:width$}  {} ({})", template.id, template.collects, template.media));
    lines.chain([String::new()]).collect::<Vec<_>>().join("\n")
}
