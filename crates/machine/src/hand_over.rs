//! Handing a project over to the native window, which is a program of its own beside the one that asks.

use std::path::PathBuf;
use std::process::Command;

use tiebreak_domain::{Reply, Request};
use tiebreak_engine::Engine;

/// Opens what an engine has open in the native window. The engine lets go of it, because two programs cannot have one
/// project open; where the window cannot be started, it takes it back.
pub fn hand_over(engine: &Engine) -> Result<(), String> {
    let project = match engine.call(Request::Project) {
        Ok(Reply::Project(info)) => Some(info.path),
        _ => None,
    };
    // Nothing may be open.
    let _ = engine.call(Request::CloseProject);
    let program = native_program();
    let Err(error) = Command::new(&program).args(&project).spawn() else { return Ok(()) };
    let is_back =
        project.map(|path| engine.call(Request::OpenProject { path })).is_none_or(|back| back.is_ok());
    let what_now = if is_back { "" } else { "; open the project again from the menu" };
    Err(format!("{} could not be started: {error}{what_now}", program.display()))
}

/// The program with the native window: beside this one, or else wherever the system finds it.
fn native_program() -> PathBuf {
    let name = format!("tiebreak{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(&name)));
    beside.filter(|program| program.is_file()).unwrap_or_else(|| name.into())
}
