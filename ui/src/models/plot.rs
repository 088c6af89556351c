//! Plots: a curve with its interval, a reliability diagram, risk against coverage.
//!
//! Each says in words what it shows, for those who do not see it, and takes its colours from the theme.

use egui::{Ui, vec2};
use egui_plot::{FilledArea, GridMark, Line, Plot, PlotPoints, Points, uniform_grid_spacer};
use tiebreak_domain::Interval;

use crate::theme;

/// Height of a plot, in points.
const HEIGHT: f32 = 180.0;

/// A share over a number of votes, with its interval.
pub(super) fn curve_ui(ui: &mut Ui, id: &str, curve: &[(u64, Interval)]) {
    let palette = theme::palette(ui);
    let xs: Vec<f64> = curve.iter().map(|(votes, _)| *votes as f64).collect();
    let low: Vec<f64> = curve.iter().map(|(_, interval)| interval.low).collect();
    let high: Vec<f64> = curve.iter().map(|(_, interval)| interval.high).collect();
    let line: PlotPoints<'_> =
        curve.iter().map(|(votes, interval)| [*votes as f64, interval.estimate]).collect();
    let words = curve.last().map_or_else(String::new, |(votes, interval)| {
        format!("Accuracy on audits after {votes} votes: {}", super::words::interval(interval))
    });
    let plot = plot(ui, id, 1.0).show(ui, |plot| {
        if xs.len() > 1 {
            let wash = palette.accent.gamma_multiply(0.2);
            plot.add(FilledArea::new("95 % interval", &xs, &low, &high).fill_color(wash));
        }
        plot.line(Line::new("accuracy", line).color(palette.accent).width(2.0));
    });
    named(&plot.response, words);
}

/// Confidence against the share that was right; on the diagonal a confidence is honest.
pub(super) fn reliability_ui(ui: &mut Ui, id: &str, bins: &[(f64, f64, u64)]) {
    let palette = theme::palette(ui);
    let most = bins.iter().map(|(.., votes)| *votes).max().unwrap_or(1).max(1);
    let words = format!("Reliability: {} bins, on the diagonal a confidence is honest", bins.len());
    let plot = share_of_x(plot(ui, id, 1.0)).show(ui, |plot| {
        let diagonal = PlotPoints::from(vec![[0.0, 0.0], [1.0, 1.0]]);
        plot.line(Line::new("honest", diagonal).color(palette.line_strong).width(1.0));
        let line: PlotPoints<'_> = bins.iter().map(|(confidence, right, _)| [*confidence, *right]).collect();
        plot.line(Line::new("right", line).color(palette.accent).width(1.5));
        for (confidence, right, votes) in bins {
            // The area of a dot tells how many votes stand behind it.
            let radius = 2.0 + 5.0 * (*votes as f32 / most as f32).sqrt();
            let dot = PlotPoints::from(vec![[*confidence, *right]]);
            plot.points(Points::new(format!("{votes} votes"), dot).color(palette.accent).radius(radius));
        }
    });
    named(&plot.response, words);
}

/// What goes wrong if only the surest are taken.
pub(super) fn risk_ui(ui: &mut Ui, id: &str, risk_coverage: &[(f64, f64)]) {
    let palette = theme::palette(ui);
    let highest = risk_coverage.iter().map(|(_, risk)| *risk).fold(0.1, f64::max);
    let words = risk_coverage.last().map_or_else(String::new, |(_, risk)| {
        format!("Risk against coverage: {} go wrong if all are taken", super::words::percent(*risk))
    });
    let plot = share_of_x(plot(ui, id, highest)).show(ui, |plot| {
        let line: PlotPoints<'_> = risk_coverage.iter().map(|(coverage, risk)| [*coverage, *risk]).collect();
        plot.line(Line::new("risk", line).color(palette.accent).width(2.0));
    });
    named(&plot.response, words);
}

fn plot<'a>(ui: &Ui, id: &'a str, highest: f64) -> Plot<'a> {
    let shares = |mark: GridMark, _: &std::ops::RangeInclusive<f64>| format!("{:.0} %", mark.value * 100.0);
    // Four lines at most: more say nothing that the labels do not.
    let step = if highest > 0.5 { 0.25 } else { 0.1 };
    let width = ui.available_width();
    Plot::new(id)
        .height(HEIGHT)
        .width(width)
        .min_size(vec2(120.0, HEIGHT))
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .include_y(0.0)
        .include_y(highest)
        .y_axis_formatter(shares)
        .y_grid_spacer(uniform_grid_spacer(move |_| [step, step, step]))
        .show_crosshair(false)
        .show_grid([false, true])
}

/// The other axis is a share as well.
fn share_of_x(plot: Plot<'_>) -> Plot<'_> {
    plot.include_x(0.0)
        .include_x(1.0)
        .x_grid_spacer(uniform_grid_spacer(|_| [0.25, 0.25, 0.25]))
        .x_axis_formatter(|mark, _| format!("{:.0} %", mark.value * 100.0))
}

/// Says in words what a plot shows.
fn named(response: &egui::Response, words: String) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, words.clone()));
}
