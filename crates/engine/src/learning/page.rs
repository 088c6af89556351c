//! The report as a page: one HTML file with its plots drawn in it, that needs nothing else to be read or printed. What
//! is told of a slice stands folded up, so that the page stays one that is read.

mod plot;

use std::fmt::Write;

use tiebreak_domain::Interval;
use tiebreak_domain::model_report::{CalibrationReport, ModelReport, RatingReport, ReportRow};

use plot::Plot;

const STYLE: &str = "\
body{font:16px/1.5 Inter,system-ui,sans-serif;color:#1d1d1b;background:#f6f6f4;margin:0 auto;max-width:960px;\
padding:32px 20px}h1{font-size:28px;margin:0 0 4px}h2{font-size:19px;margin:32px 0 8px}p.note{color:#6b6a66;\
font-size:14px}table{border-collapse:collapse;width:100%;background:#fff;border:1px solid #e3e2de}\
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid #e3e2de;font-variant-numeric:tabular-nums}\
th{font-size:12px;text-transform:uppercase;letter-spacing:.04em;color:#6b6a66}figure{display:inline-block;\
margin:8px 16px 8px 0;background:#fff;border:1px solid #e3e2de;border-radius:8px;padding:8px}\
figcaption{font-size:13px;color:#6b6a66}details{margin:12px 0}summary{cursor:pointer;font-weight:600}\
svg text{font:11px Inter,system-ui,sans-serif;fill:#6b6a66}\
@media (prefers-color-scheme:dark){body{color:#ececea;background:#151517}table,figure{background:#1e1f22;\
border-color:#2e2f34}th,td{border-color:#2e2f34}p.note,th,figcaption{color:#a3a39f}svg text{fill:#a3a39f}}\
@media print{body{background:#fff}}";

/// The page.
pub fn html(report: &ModelReport, project: &str) -> String {
    let mut page = String::new();
    let title = escaped(project);
    push(
        &mut page,
        format_args!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>{title}: models against people</title><style>{STYLE}</style></head><body>\n\
             <h1>Models against people</h1><p class=\"note\">{title} · {} votes, {} of them on items drawn at random, \
             {} on items that no model chose</p>\n",
            report.votes, report.audit_votes, report.unchosen_votes
        ),
    );
    for remark in &report.remarks {
        push(&mut page, format_args!("<p class=\"note\">{}</p>\n", escaped(&capital(remark))));
    }
    push(
        &mut page,
        format_args!(
            "<table><thead><tr><th>Who<th>Dimension<th>Slice<th>Votes<th>Right, ties aside<th>Right with ties</tr>\
             </thead><tbody>\n"
        ),
    );
    for row in &report.rows {
        push(
            &mut page,
            format_args!(
                "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>\n",
                escaped(&row.name),
                escaped(&row.dimension),
                escaped(row.slice.as_deref().unwrap_or("all")),
                row.votes,
                row.accuracy.as_ref().map_or_else(dash, interval),
                row.accuracy_with_ties.as_ref().map_or_else(dash, interval)
            ),
        );
    }
    page.push_str("</tbody></table>\n");
    ratings_html(&mut page, &report.ratings);
    for row in &report.rows {
        if let Some(calibration) = &row.calibration {
            calibration_html(&mut page, row, calibration);
        }
    }
    if let Some(anchoring) = &report.anchoring {
        push(
            &mut page,
            format_args!(
                "<h2>What showing scores does</h2><p>People agreed with the model on {} of {} votes with its scores in \
                 sight, and on {} of {} without: a shift of {}.</p>\n",
                interval(&anchoring.visible),
                anchoring.visible_votes,
                interval(&anchoring.hidden),
                anchoring.hidden_votes,
                interval(&anchoring.shift)
            ),
        );
    }
    if report.curve.len() > 1 {
        page.push_str("<h2>The head over time</h2>\n");
        let most = report.curve.iter().map(|(votes, _)| *votes).max().unwrap_or(1).max(1) as f64;
        let points: Vec<(f64, f64)> =
            report.curve.iter().map(|(votes, accuracy)| (*votes as f64, accuracy.estimate)).collect();
        let band: Vec<(f64, f64, f64)> = report
            .curve
            .iter()
            .map(|(votes, accuracy)| (*votes as f64, accuracy.low, accuracy.high))
            .collect();
        let plot = Plot { most_x: most, most_y: 1.0, is_x_share: false };
        figure(
            &mut page,
            "Accuracy on audits by votes, with its 95 % interval",
            &plot.svg(&points, &band, &[]),
        );
    }
    if let Some(gain) = &report.next_200 {
        push(
            &mut page,
            format_args!("<p>The next 200 votes are likely to bring {} more.</p>\n", interval(gain)),
        );
    }
    page.push_str("</body></html>\n");
    page
}

fn ratings_html(page: &mut String, ratings: &[RatingReport]) {
    if ratings.is_empty() {
        return;
    }
    page.push_str(
        "<h2>Ratings foretold</h2><p class=\"note\">Mean absolute error on prompts that the head had not seen, in \
         points of the scale</p>\n<table><thead><tr><th>Question<th>Ratings<th>The head<th>Mean of the item's \
         others<th>Mean of all others<th>Correlation</tr></thead><tbody>\n",
    );
    let points = |error: &Interval| format!("{:.2} ({:.2} to {:.2})", error.estimate, error.low, error.high);
    for row in ratings {
        push(
            page,
            format_args!(
                "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>\n",
                escaped(&row.dimension),
                row.ratings,
                points(&row.error),
                points(&row.item_mean_error),
                points(&row.overall_mean_error),
                row.correlation.as_ref().map_or_else(dash, points)
            ),
        );
    }
    page.push_str("</tbody></table>\n");
}

fn calibration_html(page: &mut String, row: &ReportRow, calibration: &CalibrationReport) {
    let (name, dimension) = (escaped(&row.name), escaped(&row.dimension));
    let slice = row.slice.as_deref().map(escaped);
    match &slice {
        Some(slice) => {
            push(page, format_args!("<details><summary>{name} · {dimension} · {slice}</summary>"));
        }
        None => push(page, format_args!("<h2>{name} · {dimension}</h2>")),
    }
    push(
        page,
        format_args!(
            "<p>Expected calibration error {} over bins of equal width, {} over equal masses · Brier score {} · negative \
             log-likelihood {} nats · temperature {} · area under risk and coverage {}</p>\n",
            figures(&calibration.ece),
            figures(&calibration.ece_equal_mass),
            figures(&calibration.brier),
            figures(&calibration.nll),
            calibration.temperature.map_or_else(dash, |temperature| format!("{temperature:.2}")),
            figures(&calibration.aurc)
        ),
    );
    let line: Vec<(f64, f64)> =
        calibration.bins.iter().map(|(confidence, right, _)| (*confidence, *right)).collect();
    let shares = Plot { most_x: 1.0, most_y: 1.0, is_x_share: true };
    let caption = "Confidence and the share that was right; each dot with its votes";
    figure(page, caption, &shares.svg(&line, &[], &calibration.bins));
    let highest = calibration.risk_coverage.iter().map(|(_, risk)| *risk).fold(0.1, f64::max);
    let risk = Plot { most_x: 1.0, most_y: highest, is_x_share: true };
    figure(page, "Coverage, and what goes wrong among it", &risk.svg(&calibration.risk_coverage, &[], &[]));
    for (confidence, wrong, votes) in &calibration.wrong_at {
        push(
            page,
            format_args!(
                "<p class=\"note\">Wrong where it was at least {:.0} % sure: {} of {votes} votes</p>\n",
                confidence * 100.0,
                interval(wrong)
            ),
        );
    }
    if slice.is_some() {
        page.push_str("</details>\n");
    }
}

/// `0.123 (0.101 to 0.150)`.
fn figures(interval: &Interval) -> String {
    format!("{:.3} ({:.3} to {:.3})", interval.estimate, interval.low, interval.high)
}

fn figure(page: &mut String, caption: &str, svg: &str) {
    push(page, format_args!("<figure>{svg}<figcaption>{}</figcaption></figure>\n", escaped(caption)));
}

fn interval(interval: &Interval) -> String {
    format!(
        "{:.1} % ({:.1} to {:.1})",
        interval.estimate * 100.0,
        interval.low * 100.0,
        interval.high * 100.0
    )
}

fn dash() -> String {
    "–".to_owned()
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A text as HTML: nothing in it is a tag.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn push(page: &mut String, words: std::fmt::Arguments<'_>) {
    page.write_fmt(words).expect("a string takes every text");
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::model_report::Contestant;

    #[test]
    fn names_from_data_are_no_tags() {
        let row = ReportRow {
            contestant: Contestant::First,
            name: "<script>".into(),
            dimension: "a & b".into(),
            slice: Some("\"x\"".into()),
            votes: 3,
            accuracy: Some(Interval { estimate: 0.5, low: 0.2, high: 0.8, level: 0.95 }),
            accuracy_with_ties: None,
            calibration: None,
        };
        let error = Interval { estimate: 0.5, low: 0.25, high: 0.75, level: 0.95 };
        let rated = RatingReport {
            dimension: "<i>truth</i>".into(),
            ratings: 40,
            error,
            correlation: None,
            item_mean_error: error,
            overall_mean_error: error,
        };
        let report = ModelReport { rows: vec![row], ratings: vec![rated], ..ModelReport::default() };
        let page = html(&report, "<b>study</b>");
        assert!(
            page.contains("&lt;i&gt;truth&lt;/i&gt;<td>40<td>0.50 (0.25 to 0.75)<td>"),
            "the ratings' error in points"
        );
        assert!(!page.contains("<script>") && !page.contains("<b>"), "what a file says stays text");
        assert!(
            page.contains("&lt;script&gt;<td>a &amp; b<td>&quot;x&quot;<td>3<td>50.0 % (20.0 to 80.0)<td>–")
        );
    }

    #[test]
    fn a_slice_is_folded_up_and_every_bin_is_drawn_with_its_votes() {
        let share = |estimate| Interval { estimate, low: 0.1, high: 0.9, level: 0.95 };
        let calibration = CalibrationReport {
            ece: share(0.2),
            ece_equal_mass: share(0.2),
            brier: share(0.3),
            nll: share(0.7),
            temperature: None,
            bins: vec![(0.9, 0.8, 17)],
            risk_coverage: vec![(1.0, 0.2)],
            aurc: share(0.25),
            wrong_at: vec![(0.9, share(0.2), 17)],
        };
        let row = |slice: Option<&str>| ReportRow {
            contestant: Contestant::Scorer(tiebreak_domain::reward::Scorer::Head),
            name: "the head".into(),
            dimension: "overall".into(),
            slice: slice.map(str::to_owned),
            votes: 17,
            accuracy: None,
            accuracy_with_ties: None,
            calibration: Some(calibration.clone()),
        };
        let report = ModelReport { rows: vec![row(None), row(Some("code"))], ..ModelReport::default() };
        let page = html(&report, "study");
        assert!(page.contains("<h2>the head · overall</h2>"), "all items stand open");
        let folded = "<details><summary>the head · overall · code</summary>";
        assert_eq!(page.matches(folded).count(), 1);
        assert_eq!((page.matches("<details>").count(), page.matches("</details>").count()), (1, 1));
        assert_eq!(page.matches("<circle").count(), 2, "one bin is a dot, where a line would be none");
        assert_eq!(page.matches(">17</text>").count(), 2, "with its votes beside it");
        assert!(page.contains("Brier score 0.300 (0.100 to 0.900)"));
    }
}
