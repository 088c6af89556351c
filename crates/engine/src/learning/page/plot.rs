//! A plot of the page, drawn as SVG.

use super::push;

/// Width and height of a plot.
const SIZE: (f64, f64) = (360.0, 220.0);
/// Room for the numbers at its left and below.
const MARGIN: (f64, f64) = (44.0, 28.0);

/// A plot from zero to these ends.
pub(super) struct Plot {
    /// Where the axis across ends.
    pub most_x: f64,
    /// Where the axis upwards ends.
    pub most_y: f64,
    /// Whether the axis across is a share.
    pub is_x_share: bool,
}

impl Plot {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let (width, height) = (SIZE.0 - MARGIN.0 - 8.0, SIZE.1 - MARGIN.1 - 8.0);
        (MARGIN.0 + x / self.most_x * width, 8.0 + (1.0 - y / self.most_y) * height)
    }

    /// A line, the band around it, and bins: confidence, share that was right, votes. Where there are bins, the
    /// diagonal is drawn on which they would be honest.
    pub fn svg(&self, points: &[(f64, f64)], band: &[(f64, f64, f64)], bins: &[(f64, f64, u64)]) -> String {
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
        if !bins.is_empty() {
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
                "<polyline points=\"{}\" fill=\"none\" stroke=\"#5b75ea\" stroke-width=\"2\"/>",
                line.join(" ")
            ),
        );
        let most = bins.iter().map(|(.., votes)| *votes).max().unwrap_or(1).max(1);
        for (confidence, right, votes) in bins {
            let (x, y) = self.at(*confidence, *right);
            // The area of a dot tells how many votes stand behind it.
            let radius = 2.5 + 5.0 * (*votes as f64 / most as f64).sqrt();
            push(
                &mut svg,
                format_args!(
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"#5b75ea\" fill-opacity=\".8\"/>\
                     <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{votes}</text>",
                    // Below the dot where it stands at the top.
                    if y < 30.0 { y + radius + 12.0 } else { y - radius - 4.0 }
                ),
            );
        }
        svg.push_str("</svg>");
        svg
    }
}
