//! The replay of a grid: read, run, written, and its findings in a few lines.

use std::path::Path;

use tiebreak_domain::{ApiError, ErrorCode, Interval};
use tiebreak_engine::simulation::{self, Grid, SecondLookTrial, Simulation};

use crate::cli::desk::interrupted;
use crate::cli::exit::Exit;

/// Runs a grid over a project's labels and writes what it found into a folder.
pub fn run(project: &Path, grid: &Path, out: &Path, force: bool) -> Result<Exit, ApiError> {
    let text = std::fs::read_to_string(grid).map_err(|error| of_file("read the grid", grid, &error))?;
    let grid = Grid::read(&text)?;
    let files = ["curves.csv", "simulation.json", "curves.svg"].map(|name| out.join(name));
    if let Some(there) = files.iter().find(|file| file.exists() && !force) {
        return Err(ApiError::new(ErrorCode::Exists, format!("there is already a file {}", there.display()))
            .hint("choose another folder, or say --force"));
    }
    let tenth = |done: usize, total: usize| {
        if done == total || (done * 10 / total) != ((done - 1) * 10 / total) {
            eprintln!("{done} of {total} runs");
        }
    };
    let found = simulation::simulate(project, &grid, &interrupted(), tenth)?;
    std::fs::create_dir_all(out).map_err(|error| of_file("make the folder", out, &error))?;
    let json = serde_json::to_string_pretty(&found)
        .map_err(|error| ApiError::new(ErrorCode::System, format!("cannot write the findings: {error}")))?;
    let contents = [simulation::csv(&found), json, simulation::svg(&found)];
    for (file, content) in files.iter().zip(contents) {
        std::fs::write(file, content).map_err(|error| of_file("write the findings", file, &error))?;
    }
    print(&found);
    println!("written to {}", out.display());
    Ok(Exit::Done)
}

fn print(found: &Simulation) {
    println!(
        "{} labelled pairs of {} prompts; features: {}; scorer: {}",
        found.pairs, found.prompts, found.features, found.scorer
    );
    for arm in &found.arms {
        let labels = arm.teacher.map_or("people".to_owned(), |accuracy| format!("teacher {accuracy}"));
        let prior = if arm.has_prior { "with prior" } else { "no prior" };
        println!(
            "{} ({prior}), {labels}, batches of {}, audits {:.0} %, turned {:.0} %, {} seeds",
            arm.policy.word(),
            arm.batch_size,
            arm.audit_share * 100.0,
            arm.flipped * 100.0,
            arm.seeds
        );
        let at = |labels: usize| arm.curve.iter().find(|point| point.labels >= labels);
        let points: Vec<String> = [20, 40, 60, 100, 200, 300, 400, 600]
            .into_iter()
            .filter_map(|labels| at(labels).map(|point| format!("{}: {:.3}", point.labels, point.accuracy)))
            .collect();
        println!("  accuracy by labels: {}", points.join("  "));
        println!(
            "  all labels {:.3}; longer wins {:.3}, scorer alone {}, majority side {:.3}",
            arm.full_pool.accuracy,
            arm.baselines.longer_wins,
            arm.baselines.scorer_alone.map_or("-".to_owned(), |accuracy| format!("{accuracy:.3}")),
            arm.baselines.majority_place
        );
        if let Some(difference) = &arm.area_difference {
            println!("  area against random order: {} points", hundredths(difference));
        }
        for saving in &arm.savings {
            let saved = saving
                .saved
                .as_ref()
                .map_or("not reached".to_owned(), |saved| format!("{} % of labels saved", hundredths(saved)));
            let missed = if saving.saved.is_some() && saving.reached < 1.0 {
                format!(", in the {:.0} % of resamples that get there", saving.reached * 100.0)
            } else {
                String::new()
            };
            println!("  at {:.0} % of the gain: {saved}{missed}", saving.at * 100.0);
        }
    }
    found.second_looks.iter().for_each(print_second_look);
}

fn print_second_look(trial: &SecondLookTrial) {
    let prior = if trial.has_prior { "with prior" } else { "no prior" };
    println!(
        "second look ({prior}), {:.0} % of {} votes turned around, {:.0} % of items looked at twice before, {} seeds",
        trial.flipped * 100.0,
        trial.votes,
        trial.clean_audits * 100.0,
        trial.seeds
    );
    println!(
        "  turned among the first 5 %: {} %, among all: {} %, times as many: {:.2} ({:.2} to {:.2})",
        hundredths(&trial.precision_at_top),
        hundredths(&trial.base_rate),
        trial.lift_at_top.estimate,
        trial.lift_at_top.low,
        trial.lift_at_top.high
    );
    println!(
        "  flagged: {:.1}, {} % of them turned; under control: {:.1}, {} % of them false, {:.0} % allowed",
        trial.flagged.estimate,
        hundredths(&trial.precision),
        trial.discoveries.estimate,
        hundredths(&trial.false_discoveries),
        trial.level * 100.0
    );
}

fn hundredths(interval: &Interval) -> String {
    format!(
        "{:+.2} ({:+.2} to {:+.2})",
        interval.estimate * 100.0,
        interval.low * 100.0,
        interval.high * 100.0
    )
}

fn of_file(doing: &str, path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::new(ErrorCode::System, format!("cannot {doing}, {}: {error}", path.display()))
}
