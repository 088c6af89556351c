//! `tiebreak token`: what a program signs in with at a served project.

use std::path::PathBuf;

use tiebreak_domain::{ApiError, ErrorCode, Scope};
use tiebreak_engine::AccountDesk;

use crate::cli::exit::Exit;
use crate::machine;

const LONG: &str = "\
Scopes:
  items:write     bring in items
  judgments:read  read judgments and how the project stands
  judge           judge, as whoever the token is of
  admin           everything that whoever the token is of may do

The token is printed once. Programs send it as `Authorization: Bearer TOKEN`.";

/// The token is printed, and cannot be shown again.
#[derive(clap::Args)]
#[command(after_help = LONG)]
pub struct Arguments {
    /// The project
    project: PathBuf,
    /// What it may do; give it several times for several
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<Scope>,
    /// After how many days it is worth nothing, as 30d
    #[arg(long, value_name = "DAYS", default_value = "30d", value_parser = days)]
    expires: u32,
    /// What the token is called in the list of tokens
    #[arg(long, default_value = "")]
    name: String,
    /// As whom the program acts [default: whoever sits here]
    #[arg(long = "as", value_name = "NAME")]
    annotator: Option<String>,
}

fn days(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('d').unwrap_or(text);
    number.parse().map_err(|_| "a number of days, as 30d".to_owned())
}

/// Makes the token and prints it.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let host = machine::host();
    let annotator = arguments.annotator.clone().unwrap_or_else(|| host.annotator_name());
    if annotator.is_empty() {
        return Err(ApiError::new(ErrorCode::BadRequest, "it is not known who sits here")
            .hint("say as whom the program acts, with --as NAME"));
    }
    let mut desk = AccountDesk::open(&arguments.project, host)?;
    let made = desk.make_token(&annotator, &arguments.name, &arguments.scopes, arguments.expires)?;
    println!("{}", made.token);
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_with_or_without_a_d() {
        assert_eq!(days("30d"), Ok(30));
        assert_eq!(days("7"), Ok(7));
        assert!(days("soon").is_err());
        assert!(days("-1d").is_err());
    }
}
