//! `tiebreak doctor`: what runs reward models and decodes videos on this machine, and what is missing for more.

use tiebreak_domain::reward::{MachineReport, Models};
use tiebreak_domain::{ApiError, Reply, Request};

use crate::cli::desk::{Desk, unexpected};
use crate::cli::exit::Exit;
use crate::cli::json;

/// Says which runtime, library, providers, devices and memory there are, which models, and how to get what is missing.
#[derive(clap::Args)]
pub struct Arguments {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Looks, and prints.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let models = models(&Desk::new())?;
    if arguments.json {
        json::print(&models)?;
        return Ok(Exit::Done);
    }
    print_machine(&models.machine);
    println!("models: {}", models.models.len());
    for model in &models.models {
        match &model.problem {
            None => println!("  {} {}, reads {}", model.name, model.version, model.input.label()),
            Some(problem) => println!("  {}: {problem}", model.name),
        }
    }
    Ok(Exit::Done)
}

/// The models of this machine, and what runs them.
pub fn models(desk: &Desk) -> Result<Models, ApiError> {
    match desk.call(Request::Models)? {
        Reply::Models(models) => Ok(*models),
        other => Err(unexpected(&other)),
    }
}

fn print_machine(machine: &MachineReport) {
    println!("runtime: {}", machine.runtime);
    match &machine.library {
        Some(library) => println!("library: {library}"),
        None => println!("library: none, the built-in one is used"),
    }
    for refused in &machine.refused {
        println!("not taken: {}: {}", refused.path, refused.reason);
    }
    for provider in &machine.providers {
        println!("computes on: {}{}", provider.name, if provider.is_used { " (in use)" } else { "" });
    }
    for device in &machine.devices {
        let memory = device.memory_bytes.map(|bytes| format!(", {} MiB", bytes >> 20)).unwrap_or_default();
        println!("device: {}{memory}", device.name);
    }
    println!(
        "videos: {}",
        machine
            .ffmpeg
            .as_ref()
            .map_or("no ffmpeg; GIF and pictures play without it".to_owned(), |it| format!("ffmpeg {it}"))
    );
    for advice in &machine.advice {
        println!("advice: {advice}");
    }
}
