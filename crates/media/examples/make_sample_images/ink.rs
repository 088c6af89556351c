//! Ink: strokes that follow a current, and marbled paper after Lu, Jaffer and others,
//! "Mathematical Marbling" (IEEE Computer Graphics and Applications, 2012).

use crate::canvas::Canvas;
use crate::noise::{Dice, fractal, noise};
use crate::vector::{Vec3, hex, smoothstep};

/// Long strokes along one current round a quiet circle; unfaithful, short scratches in all directions.
pub fn currents(is_faithful: bool) -> Canvas {
    let (width, height) = (1280usize, 1600usize);
    let paper = hex(0x00F4_ECDC);
    let mut canvas = Canvas::plain(width, height, paper).changed(|column, row, colour| {
        colour * (0.97 + 0.035 * fractal(column as f32 * 0.02, row as f32 * 0.02, 5, 1))
    });
    let inks = [
        hex(0x0013_2A4E),
        hex(0x0013_2A4E),
        hex(0x001F_5673),
        hex(0x002F_7F86),
        hex(0x00C8_452E),
        hex(0x00D9_A441),
    ];
    let mut dice = Dice::new(42);
    let centre = (0.56 * width as f32, 0.4 * height as f32);
    let strokes = if is_faithful { 2300 } else { 1500 };
    for _ in 0..strokes {
        let (mut x, mut y) = (dice.between(-80.0, width as f32), dice.between(0.0, height as f32));
        let colour = inks[dice.below(inks.len())];
        let broad = dice.between(0.8, 1.0).powi(3) * dice.between(1.0, 5.2);
        let steps = if is_faithful { dice.between(60.0, 190.0) as usize } else { 16 };
        let wild = dice.between(0.0, std::f32::consts::TAU);
        for step in 0..steps {
            let (from_x, from_y) = (x - centre.0, y - centre.1);
            let away = from_x.hypot(from_y);
            let angle = if is_faithful {
                let field = noise(x * 0.0013, y * 0.0013, 6) * 2.6 - 0.35;
                let around = from_y.atan2(from_x) + std::f32::consts::FRAC_PI_2;
                let pull = smoothstep(620.0, 300.0, away);
                let turn = (around - field + 9.42).rem_euclid(std::f32::consts::TAU) - std::f32::consts::PI;
                field + turn * pull
            } else {
                wild
            };
            if is_faithful && away < 292.0 {
                break;
            }
            let taper = (std::f32::consts::PI * (step as f32 + 0.5) / steps as f32).sin();
            let next = (x + angle.cos() * 5.0, y + angle.sin() * 5.0);
            let radius = (broad * taper).max(0.5);
            canvas.stroke([x, y], [next.0, next.1], [radius, radius], colour);
            (x, y) = next;
        }
    }
    if is_faithful {
        for _ in 0..260 {
            let (angle, spread) = (dice.between(0.0, std::f32::consts::TAU), dice.between(0.0, 1.0));
            let away = 330.0 + spread * spread * 420.0;
            let (x, y) = (centre.0 + angle.cos() * away, centre.1 + angle.sin() * away);
            canvas.disc(x, y, dice.between(0.6, 3.2), inks[dice.below(2)], 0.9);
        }
        canvas.disc(centre.0, centre.1, 205.0, hex(0x00C8_452E), 0.96);
    }
    canvas.halved()
}

enum Step {
    Drop { x: f32, y: f32, radius: f32, colour: Vec3 },
    Comb { angle: f32, spacing: f32, shift: f32, sharpness: f32 },
}

/// Drops drawn out by combs; unfaithful, the colours have run into mud and the comb is coarse.
pub fn marbling(is_faithful: bool) -> Canvas {
    let inks = if is_faithful {
        [
            hex(0x001B_2A58),
            hex(0x001E_7B85),
            hex(0x00F3_E6CB),
            hex(0x00D8_9A2E),
            hex(0x00B3_3A2B),
            hex(0x00F3_E6CB),
        ]
    } else {
        [
            hex(0x0045_4238),
            hex(0x0056_5A4A),
            hex(0x0096_8A74),
            hex(0x0084_6A44),
            hex(0x006A_4438),
            hex(0x007A_7060),
        ]
    };
    let mut dice = Dice::new(if is_faithful { 5 } else { 8 });
    let mut steps = Vec::new();
    for index in 0..if is_faithful { 95usize } else { 30 } {
        steps.push(Step::Drop {
            x: dice.between(-1.5, 1.5),
            y: dice.between(-1.15, 1.15),
            radius: dice.between(0.1, 0.34),
            colour: inks[index % inks.len()],
        });
    }
    if is_faithful {
        steps.push(Step::Comb { angle: 0.0, spacing: 0.5, shift: 0.5, sharpness: 9.0 });
        steps.push(Step::Comb { angle: 1.571, spacing: 0.16, shift: 0.2, sharpness: 26.0 });
        steps.push(Step::Comb { angle: 0.0, spacing: 0.33, shift: -0.22, sharpness: 14.0 });
        for index in 0..7usize {
            let (x, y) = (dice.between(-1.3, 1.3), dice.between(-0.9, 0.9));
            steps.push(Step::Drop { x, y, radius: 0.1, colour: inks[index % inks.len()] });
            steps.push(Step::Drop { x, y, radius: 0.05, colour: inks[(index + 3) % inks.len()] });
        }
    } else {
        steps.push(Step::Comb { angle: 0.3, spacing: 0.9, shift: 0.7, sharpness: 4.0 });
    }
    let paint = |x: f32, y: f32| {
        let (mut x, mut y) = (x, y);
        for step in steps.iter().rev() {
            match step {
                Step::Drop { x: at_x, y: at_y, radius, colour } => {
                    let (dx, dy) = (x - at_x, y - at_y);
                    let square = dx * dx + dy * dy;
                    if square < radius * radius {
                        return *colour;
                    }
                    let squeeze = (1.0 - radius * radius / square).sqrt();
                    (x, y) = (at_x + dx * squeeze, at_y + dy * squeeze);
                }
                Step::Comb { angle, spacing, shift, sharpness } => {
                    let (sine, cosine) = angle.sin_cos();
                    let across = -x * sine + y * cosine;
                    let row = (across / spacing).round();
                    let gap = (across - row * spacing).abs();
                    let way = if row.rem_euclid(2.0) < 0.5 { 1.0 } else { -1.0 };
                    let moved = shift * way * (-gap * sharpness).exp();
                    (x, y) = (x - moved * cosine, y - moved * sine);
                }
            }
        }
        inks[2]
    };
    let side = if is_faithful { 4 } else { 2 };
    Canvas::paint(960, 720, side, paint).changed(|column, row, colour| {
        colour * (0.95 + 0.06 * fractal(column as f32 * 0.05, row as f32 * 0.05, 4, 3))
    })
}
