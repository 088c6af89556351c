//! `tiebreak report`: how reward models do against the people, with the baselines beside them.

use std::path::PathBuf;

use tiebreak_domain::model_report::{ModelReport, ReportFilter};
use tiebreak_domain::{ApiError, Interval, Reply, Request};

use crate::cli::desk::{Desk, text, unexpected};
use crate::cli::exit::Exit;
use crate::cli::json;

/// Accuracy with and without ties and calibration of the head and of every model, beside "longer wins", "first wins"
/// and "left wins". What holds for all is measured on items drawn at random alone.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project: a file, or postgres://user@host/database#project
    project: PathBuf,
    /// Only votes on items that were drawn at random
    #[arg(long)]
    audit_only: bool,
    /// Slice by the values of a metadata column
    #[arg(long)]
    slice: Option<String>,
    /// Write it as an HTML page, with plots
    #[arg(long)]
    html: Option<PathBuf>,
    /// The page may be replaced
    #[arg(long, requires = "html")]
    force: bool,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Reports.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let desk = Desk::new();
    desk.open(&arguments.project)?;
    let filter = ReportFilter { audit_only: arguments.audit_only, slice_column: arguments.slice.clone() };
    if let Some(page) = &arguments.html {
        let path = text(page)?;
        desk.call(Request::SaveModelReport { filter: filter.clone(), path, replace: arguments.force })?;
        eprintln!("the page is in {}", page.display());
    }
    let report = match desk.call(Request::ModelReport(filter))? {
        Reply::ModelReport(report) => *report,
        other => return Err(unexpected(&other)),
    };
    if arguments.json {
        json::print(&report)?;
    } else {
        print_report(&report);
    }
    Ok(Exit::Done)
}

fn print_report(report: &ModelReport) {
    println!(
        "{} votes, {} of them on items drawn at random, {} on items that no model chose",
        report.votes, report.audit_votes, report.unchosen_votes
    );
    println!("{:<34} {:<14} {:>6}  {:<26} right with ties", "who", "slice", "votes", "right, ties aside");
    for row in &report.rows {
        let who = format!("{} · {}", row.name, row.dimension);
        println!(
            "{who:<34} {:<14} {:>6}  {:<26} {}",
            row.slice.as_deref().unwrap_or("all"),
            row.votes,
            interval(row.accuracy.as_ref()),
            interval(row.accuracy_with_ties.as_ref())
        );
        if let Some(calibration) = &row.calibration {
            println!(
                "  ECE {:.3} ({:.3} to {:.3}), Brier {:.3}, NLL {:.3}, temperature {}, AURC {:.3}",
                calibration.ece.estimate,
                calibration.ece.low,
                calibration.ece.high,
                calibration.brier,
                calibration.nll,
                calibration.temperature.map_or("-".to_owned(), |temperature| format!("{temperature:.2}")),
                calibration.aurc
            );
        }
    }
    for row in &report.ratings {
        println!(
            "{} foretold on {} ratings: mean absolute error {}, correlation {}; by the mean of the item's others {}, of \
             all others {}",
            row.dimension,
            row.ratings,
            points(&row.error),
            row.correlation.as_ref().map_or_else(|| "-".to_owned(), points),
            points(&row.item_mean_error),
            points(&row.overall_mean_error)
        );
    }
    if let Some(anchoring) = &report.anchoring {
        println!(
            "agreement with scores in sight {}, without {}, shift {}",
            interval(Some(&anchoring.visible)),
            interval(Some(&anchoring.hidden)),
            interval(Some(&anchoring.shift))
        );
    }
    for remark in &report.remarks {
        println!("note: {remark}");
    }
}

fn points(interval: &Interval) -> String {
    format!("{:.2} ({:.2} to {:.2})", interval.estimate, interval.low, interval.high)
}

fn interval(interval: Option<&Interval>) -> String {
    interval.map_or_else(
        || "-".to_owned(),
        |interval| {
            format!(
                "{:.1} % ({:.1} to {:.1})",
                interval.estimate * 100.0,
                interval.low * 100.0,
                interval.high * 100.0
            )
        },
    )
}
