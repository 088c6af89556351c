//! `tiebreak sample`: the sample project as a file of one's own.

use std::path::PathBuf;

use tiebreak_domain::ApiError;
use tiebreak_engine::Engine;

use crate::cli::exit::Exit;
use crate::machine;

/// Its images are put beside it, in a folder "NAME media".
#[derive(clap::Args)]
pub struct Arguments {
    /// A folder, or the file to make [default: sample.tiebreak]
    #[arg(default_value = "sample.tiebreak", hide_default_value = true)]
    place: PathBuf,
}

/// Makes the sample and prints where it is.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let path = if arguments.place.is_dir() {
        arguments.place.join("sample.tiebreak")
    } else {
        arguments.place.clone()
    };
    Engine::make_sample(&path, &machine::host())?;
    println!("{}", path.display());
    Ok(Exit::Done)
}
