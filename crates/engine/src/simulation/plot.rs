//! The curves of a simulation as a picture: one plot for each setting, a line for each policy and prior.

use std::fmt::Write;

use super::{Arm, Simulation};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 40.0;
const TOP: f64 = 36.0;
/// Room for the names at the right.
const RIGHT: f64 = 210.0;
/// Told apart by shape as well: lines with a prior are dashed.
const COLOURS: [&str; 8] =
    ["#6b6a66", "#3b5bdb", "#b5500a", "#2b7a3f", "#8f3fb0", "#0b7285", "#a61e4d", "#5c4b00"];

/// The picture, as SVG.
pub fn svg(simulation: &Simulation) -> String {
    let mut settings: Vec<Vec<&Arm>> = Vec::new();
    for arm in &simulation.arms {
        let same = |known: &&mut Vec<&Arm>| {
            known[0].batch_size == arm.batch_size
                && known[0].audit_share == arm.audit_share
                && known[0].teacher == arm.teacher
                && known[0].flipped == arm.flipped
        };
        match settings.iter_mut().find(same) {
            Some(setting) => setting.push(arm),
            None => settings.push(vec![arm]),
        }
    }
    let height = HEIGHT * settings.len().max(1) as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"Inter, system-ui, sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    for (place, arms) in settings.iter().enumerate() {
        plot(&mut svg, arms, place as f64 * HEIGHT);
    }
    svg.push_str("</svg>\n");
    svg
}

fn plot(svg: &mut String, arms: &[&Arm], top: f64) {
    let accuracies = arms.iter().flat_map(|arm| {
        arm.curve
            .iter()
            .map(|point| point.accuracy)
            .chain([arm.baselines.longer_wins, arm.full_pool.accuracy])
    });
    let (low, high) =
        accuracies.fold((1.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let (low, high) = ((low - 0.01).max(0.0), (high + 0.01).min(1.0));
    let most =
        arms.iter().filter_map(|arm| arm.curve.last()).map(|point| point.labels).max().unwrap_or(1) as f64;
    let x = |labels: f64| LEFT + labels / most * (WIDTH - LEFT - RIGHT);
    let y = |accuracy: f64| {
        top + TOP + (1.0 - (accuracy - low) / (high - low).max(1e-9)) * (HEIGHT - TOP - BOTTOM)
    };
    let first = arms[0];
    let labels_of =
        first.teacher.map_or("people's labels".to_owned(), |teacher| format!("a teacher of {teacher}"));
    push(
        svg,
        format_args!(
            "<text x=\"{LEFT}\" y=\"{:.1}\" font-weight=\"600\">{labels_of}, batches of {}, {:.0} % audits, {:.0} % turned \
             around, {} seeds</text>\n",
            top + 20.0,
            first.batch_size,
            first.audit_share * 100.0,
            first.flipped * 100.0,
            first.seeds
        ),
    );
    for step in 0..=4 {
        let share = f64::from(step) / 4.0;
        let accuracy = low + share * (high - low);
        push(
            svg,
            format_args!(
                "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"#e3e2de\"/>\
                 <text x=\"{2:.1}\" y=\"{3:.1}\" text-anchor=\"end\" fill=\"#6b6a66\">{4:.3}</text>\
                 <text x=\"{5:.1}\" y=\"{6:.1}\" text-anchor=\"middle\" fill=\"#6b6a66\">{7:.0}</text>\n",
                WIDTH - RIGHT,
                y(accuracy),
                LEFT - 6.0,
                y(accuracy) + 4.0,
                accuracy,
                x(share * most),
                top + HEIGHT - BOTTOM + 18.0,
                share * most
            ),
        );
    }
    let mut names: Vec<(String, f64, &str, &str)> = Vec::new();
    let mut policies: Vec<&str> = Vec::new();
    for arm in arms {
        let policy = arm.policy.word();
        let place = policies.iter().position(|known| *known == policy).unwrap_or_else(|| {
            policies.push(policy);
            policies.len() - 1
        });
        let colour = COLOURS[place % COLOURS.len()];
        let dash = if arm.has_prior { "6 4" } else { "none" };
        let line: Vec<String> = arm
            .curve
            .iter()
            .map(|point| format!("{:.1},{:.1}", x(point.labels as f64), y(point.accuracy)))
            .collect();
        push(
            svg,
            format_args!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>\n",
                line.join(" ")
            ),
        );
        let name = if arm.has_prior { format!("{policy} with prior") } else { policy.to_owned() };
        names.push((name, arm.curve.last().map_or(0.0, |point| point.accuracy), colour, dash));
    }
    names.push(("longer wins".to_owned(), first.baselines.longer_wins, "#9a9892", "2 3"));
    names.push(("all labels".to_owned(), first.full_pool.accuracy, "#1d1d1b", "2 3"));
    for (name, accuracy, colour, _) in names.iter().rev().take(2) {
        push(
            svg,
            format_args!(
                "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"{colour}\" stroke-dasharray=\"2 3\">\
                 <title>{name}</title></line>\n",
                WIDTH - RIGHT,
                y(*accuracy)
            ),
        );
    }
    for (place, (name, accuracy, colour, dash)) in names.iter().enumerate() {
        let line = top + TOP + 6.0 + 18.0 * place as f64;
        let left = WIDTH - RIGHT + 14.0;
        push(
            svg,
            format_args!(
                "<line x1=\"{left:.1}\" x2=\"{:.1}\" y1=\"{line:.1}\" y2=\"{line:.1}\" stroke=\"{colour}\" stroke-width=\"2\" \
                 stroke-dasharray=\"{dash}\"/><text x=\"{:.1}\" y=\"{:.1}\">{name} {accuracy:.3}</text>\n",
                left + 20.0,
                left + 26.0,
                line + 4.0
            ),
        );
    }
}

fn push(svg: &mut String, words: std::fmt::Arguments<'_>) {
    svg.write_fmt(words).expect("a string takes every text");
}
