//! A stained-glass window: a picture cut into cells, each one pane.

use crate::canvas::Canvas;
use crate::noise::{Dice, fractal, hash};
use crate::vector::{Vec3, gradient, hex, smoothstep};

const SUN: (f32, f32) = (0.1, 0.05);

fn pane_colour(x: f32, y: f32, pick: f32) -> Vec3 {
    let (dx, dy) = (x - SUN.0, y - SUN.1);
    let away = dx.hypot(dy);
    let hill = |height: f32, bend: f32| height + 0.16 * (x * 2.1 + bend).sin();
    let shades = |stops: &[u32]| hex(stops[(pick * stops.len() as f32) as usize % stops.len()]);
    if y < hill(-0.95, 2.0) {
        shades(&[0x001B_5E3A, 0x0022_7A44, 0x0015_4A34])
    } else if y < hill(-0.55, 0.4) {
        shades(&[0x002A_8C7A, 0x001E_7480, 0x0034_A08A])
    } else if y < hill(-0.2, 4.0) {
        shades(&[0x0024_5CA8, 0x002F_74C0, 0x001C_478C])
    } else if away < 0.34 {
        shades(&[0x00FF_D23C, 0x00FF_C020, 0x00FF_E27A])
    } else {
        let ray = (dy.atan2(dx) * 9.0 / std::f32::consts::PI).rem_euclid(2.0) < 1.0;
        let glow = gradient(
            &[hex(0x00FF_9A2E), hex(0x00E8_5A3C), hex(0x00A8_3A6E), hex(0x0046_3A8C)],
            (away - 0.34) * 0.85,
        );
        let pale = gradient(
            &[hex(0x00FF_C95E), hex(0x00FF_9C6A), hex(0x00D8_7498), hex(0x0068_6AC0)],
            (away - 0.34) * 0.85,
        );
        (if ray { pale } else { glow }) * (0.85 + 0.3 * pick)
    }
}

/// A sunrise over hills in leaded panes; unfaithful, panes of any colour and hardly a line between them.
pub fn sunrise(is_faithful: bool) -> Canvas {
    let mut dice = Dice::new(17);
    let count = if is_faithful { 430 } else { 300 };
    let mut centres: Vec<(f32, f32)> = Vec::new();
    let mut tries = 0;
    while centres.len() < count && tries < 60_000 {
        tries += 1;
        let (x, y) = (dice.between(-1.1, 1.1), dice.between(-1.5, 1.5));
        let apart = if is_faithful { 0.088 } else { 0.01 };
        if centres.iter().all(|centre| (centre.0 - x).hypot(centre.1 - y) > apart) {
            centres.push((x, y));
        }
    }
    let rainbow = [0x00E0_3030, 0x0030_B050, 0x0030_50E0, 0x00E0_C030, 0x00C0_40C0, 0x0030_C0C0];
    Canvas::paint(704, 960, 3, |x, y| {
        let (wave_x, wave_y) =
            if is_faithful { (0.012 * (y * 23.0).sin(), 0.012 * (x * 19.0).sin()) } else { (0.0, 0.0) };
        let (px, py) = (x + wave_x, y + wave_y);
        let (mut first, mut second, mut nearest) = (f32::MAX, f32::MAX, 0);
        for (index, centre) in centres.iter().enumerate() {
            let away = (px - centre.0).hypot(py - centre.1);
            if away < first {
                (second, first, nearest) = (first, away, index);
            } else if away < second {
                second = away;
            }
        }
        let (cx, cy) = centres[nearest];
        let pick = hash(nearest as i32, 5, 3);
        let edge = second - first;
        if !is_faithful {
            let pane = hex(rainbow[(pick * 6.0) as usize % 6]);
            return pane * (0.35 + 0.6 * smoothstep(0.0, 0.008, edge));
        }
        let frame = (x.abs() - 0.93).max(y.abs() - 1.29);
        let texture = 0.8
            + 0.3 * fractal(x * 9.0 + pick * 30.0, y * 9.0, 4, 9)
            + 0.16 * fractal(x * 40.0, y * 40.0, 2, 4);
        let light = 1.25 - 0.35 * (x - SUN.0).hypot(y - SUN.1);
        let pane = pane_colour(cx, cy, pick) * (texture * light);
        let pane = pane * (0.55 + 0.45 * smoothstep(0.012, 0.075, edge));
        let lead = smoothstep(0.02, 0.013, edge).max(smoothstep(-0.012, 0.0, frame));
        let metal = hex(0x0015_1518) * (0.6 + 0.9 * smoothstep(0.012, 0.0, edge));
        pane.mixed(
            if frame > 0.02 {
                hex(0x0022_1E1C) * (0.7 + 0.3 * fractal(x * 5.0, y * 5.0, 4, 2))
            } else {
                metal
            },
            lead,
        )
    })
}
