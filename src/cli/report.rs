//! `tiebreak report`: how reward models do against the people, with the baselines beside them.

use std::path::PathBuf;

use tiebreak_domain::model_report::{CalibrationReport, ModelReport, ReportFilter};
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
            print_calibration(calibration, row.slice.is_some());
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
            "agreement with scores in sight {} of {} votes, without {} of {}, shift {}",
            interval(Some(&anchoring.visible)),
            anchoring.visible_votes,
            interval(Some(&anchoring.hidden)),
            anchoring.hidden_votes,
            interval(Some(&anchoring.shift))
        );
    }
    if !report.curve.is_empty() {
        println!("the head over time, right on audits:");
        for (votes, accuracy) in &report.curve {
            println!("  after {votes} votes {}", interval(Some(accuracy)));
        }
    }
    if let Some(gain) = &report.next_200 {
        println!("the next 200 votes are likely to bring {} more", interval(Some(gain)));
    }
    for remark in &report.remarks {
        println!("note: {remark}");
    }
}

/// Coverages at which it is told what goes wrong.
const COVERAGES: [f64; 4] = [0.25, 0.5, 0.75, 1.0];

/// How honest a confidence is; of a slice without what only plots tell well.
fn print_calibration(calibration: &CalibrationReport, is_slice: bool) {
    println!(
        "  ECE {}, Brier {}, NLL {}, AURC {}",
        figures(&calibration.ece),
        figures(&calibration.brier),
        figures(&calibration.nll),
        figures(&calibration.aurc)
    );
    if !is_slice {
        println!(
            "  ECE of equal masses {}, temperature {}",
            figures(&calibration.ece_equal_mass),
            calibration.temperature.map_or("-".to_owned(), |temperature| format!("{temperature:.2}"))
        );
        let bins = calibration.bins.iter().map(|(sure, right, votes)| {
            format!("{:.0} % sure: {:.0} % of {votes}", sure * 100.0, right * 100.0)
        });
        println!("  right where {}", bins.collect::<Vec<_>>().join(", "));
    }
    println!("  wrong among the surest {}", risks(&calibration.risk_coverage).join(", "));
    let wrong = calibration.wrong_at.iter().map(|(confidence, wrong, votes)| {
        format!("{:.0} %: {} of {votes}", confidence * 100.0, interval(Some(wrong)))
    });
    if !calibration.wrong_at.is_empty() {
        println!("  wrong where at least so sure {}", wrong.collect::<Vec<_>>().join(", "));
    }
}

/// The curve of risk and coverage at a few places: "50 %: 12.0 %".
fn risks(risk_coverage: &[(f64, f64)]) -> Vec<String> {
    let at = |wanted: f64| {
        let nearest = |one: &&(f64, f64), other: &&(f64, f64)| {
            (one.0 - wanted).abs().total_cmp(&(other.0 - wanted).abs())
        };
        risk_coverage.iter().min_by(nearest)
    };
    let mut told: Vec<String> = COVERAGES
        .iter()
        .filter_map(|wanted| at(*wanted))
        .map(|(coverage, risk)| format!("{:.0} %: {:.1} %", coverage * 100.0, risk * 100.0))
        .collect();
    told.dedup();
    told
}

fn figures(interval: &Interval) -> String {
    format!("{:.3} ({:.3} to {:.3})", interval.estimate, interval.low, interval.high)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_told_at_a_few_coverages_and_a_short_one_once() {
        let curve: Vec<(f64, f64)> =
            (1..=40).map(|at| (f64::from(at) / 40.0, f64::from(at) / 400.0)).collect();
        assert_eq!(risks(&curve), ["25 %: 2.5 %", "50 %: 5.0 %", "75 %: 7.5 %", "100 %: 10.0 %"]);
        assert_eq!(risks(&[(1.0, 0.2)]), ["100 %: 20.0 %"]);
    }
}
