//! The report as a page: one HTML file with its plots drawn in it, that needs nothing else to be read or printed.

use std::fmt::Write;

use tiebreak_domain::Interval;
use tiebreak_domain::model_report::{CalibrationReport, ModelReport, RatingReport, ReportRow};

/// Width and height of a plot.
const SIZE: (f64, f64) = (360.0, 220.0);
/// Room for the numbers at its left and below.
const MARGIN: (f64, f64) = (44.0, 28.0);

const STYLE: &str = "\
body{font:16px/1.5 Inter,system-ui,sans-serif;color:#1d1d1b;background:#f6f6f4;margin:0 auto;max-width:960px;\
padding:32px 20px}h1{font-size:28px;margin:0 0 4px}h2{font-size:19px;margin:32px 0 8px}p.note{color:#6b6a66;\
font-size:14px}table{border-collapse:collapse;width:100%;background:#fff;border:1px solid #e3e2de}\
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid #e3e2de;font-variant-numeric:tabular-nums}\
th{font-size:12px;text-transform:uppercase;letter-spacing:.04em;color:#6b6a66}figure{display:inline-block;\
margin:8px 16px 8px 0;background:#fff;border:1px solid #e3e2de;border-radius:8px;padding:8px}\
figcaption{font-size:13px;color:#6b6a66}svg text{font:11px Inter,system-ui,sans-serif;fill:#6b6a66}\
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
            &plot.svg(&points, &band, false),
        );
        if let Some(gain) = &report.next_200 {
            push(
                &mut page,
                format_args!("<p>The next 200 votes are likely to bring {} more.</p>\n", interval(gain)),
            );
        }
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
    push(
        page,
        format_args!(
            "<h2>{} · {}</h2><p>Expected calibration error {:.3} ({:.3} to {:.3}) over bins of equal width, {:.3} over \
             equal masses · Brier score {:.3} · negative log-likelihood {:.3} nats · temperature {} · area under \
             risk and coverage {:.3}</p>\n",
            escaped(&row.name),
            escaped(&row.dimension),
            calibration.ece.estimate,
            calibration.ece.low,
            calibration.ece.high,
            calibration.ece_equal_mass,
            calibration.brier,
            calibration.nll,
            calibration.temperature.map_or_else(dash, |temperature| format!("{temperature:.2}")),
            calibration.aurc
        ),
    );
    let bins: Vec<(f64, f64)> =
        calibration.bins.iter().map(|(confidence, right, _)| (*confidence, *right)).collect();
    let shares = Plot { most_x: 1.0, most_y: 1.0, is_x_share: true };
    figure(page, "Confidence and the share that was right", &shares.svg(&bins, &[], true));
    let highest = calibration.risk_coverage.iter().map(|(_, risk)| *risk).fold(0.1, f64::max);
    let risk = Plot { most_x: 1.0, most_y: highest, is_x_share: true };
    figure(page, "Coverage, and what goes wrong among it", &risk.svg(&calibration.risk_coverage, &[], false));
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
}

fn figure(page: &mut String, caption: &str, svg: &str) {
    push(page, format_args!("<figure>{svg}<figcaption>{}</figcaption></figure>\n", escaped(caption)));
}

/// A plot from zero to these ends.
struct Plot {
    most_x: f64,
    most_y: f64,
    is_x_share: bool,
}

impl Plot {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (width, height) = (SIZE.0 - MARGIN.0 - 8.0, SIZE.1 - MARGIN.1 - 8.0);
        (MARGIN.0 + x / self.most_x * width, 8.0 + (1.0 - y / self.most_y) * height)
    }

    fn svg(&self, points: &[(f64, f64)], band: &[(f64, f64, f64)], has_diagonal: bool) -> String {
        let mut svg = format!("<svg role=\"img\" width=\"{}\" height=\"{}\">", SIZE.0, SIZE.1);
        for step in 0..=4 {
            let share = f64::from(step) / 4.0;
            let (left, y) = self.at(0.0, share * self.most_y);
            let (right, _) = self.at(self.most_x, 0.0);
            push(
                &mut svg,
                format_args!(
                    "<line x1=\"{left:.1}\" x2=\"{right:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#9a9892\" \
                     stroke-opacity=\".35\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{:.0} %</text>",
                    left - 6.0,
                    y + 4.0,
                    share * self.most_y * 100.0
                ),
            );
            let (x, bottom) = self.at(share * self.most_x, 0.0);
            let words = if self.is_x_share {
                format!("{:.0} %", share * 100.0)
            } else {
                format!("{:.0}", share * self.most_x)
            };
            push(
                &mut svg,
                format_args!(
                    "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{words}</text>",
                    bottom + 16.0
                ),
            );
        }
        if has_diagonal {
            let ((x1, y1), (x2, y2)) = (self.at(0.0, 0.0), self.at(1.0, 1.0));
            push(
                &mut svg,
                format_args!(
                    "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#9a9892\"/>"
                ),
            );
        }
        if !band.is_empty() {
            let there = band.iter().map(|(x, low, _)| self.at(*x, *low));
            let back = band.iter().rev().map(|(x, _, high)| self.at(*x, *high));
            let corners: Vec<String> = there.chain(back).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            push(
                &mut svg,
                format_args!(
                    "<polygon points=\"{}\" fill=\"#7c93f8\" fill-opacity=\".25\"/>",
                    corners.join(" ")
                ),
            );
        }
        let line: Vec<String> =
            points.iter().map(|(x, y)| self.at(*x, *y)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        push(
            &mut svg,
            format_args!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"#5b75ea\" stroke-width=\"2\"/></svg>",
                line.join(" ")
            ),
        );
        svg
    }
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
}
