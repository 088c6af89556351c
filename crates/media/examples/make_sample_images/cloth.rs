//! Tartan close up: a 2/2 twill in which each thread has its own colour.

use crate::canvas::Canvas;
use crate::noise::{fractal, hash};
use crate::vector::{Vec3, hex, smoothstep};

const SETT: [(u32, i32); 11] = [
    (0x0012_5A3C, 10),
    (0x0016_2450, 3),
    (0x0012_5A3C, 3),
    (0x0016_2450, 12),
    (0x0012_1418, 2),
    (0x0016_2450, 2),
    (0x00E8_C23A, 1),
    (0x0016_2450, 2),
    (0x0012_1418, 2),
    (0x0016_2450, 12),
    (0x0012_5A3C, 3),
];

fn thread_colour(index: i32, has_yellow: bool) -> Vec3 {
    let total: i32 = SETT.iter().map(|(_, threads)| threads).sum();
    let mut place = index.rem_euclid(total);
    for (code, threads) in SETT {
        if place < threads {
            return if code == 0x00E8_C23A && !has_yellow { hex(0x00D8_D8D8) } else { hex(code) };
        }
        place -= threads;
    }
    Vec3::default()
}

/// Threads over and under; unfaithful, a flat print with a white line for the yellow one.
pub fn tartan(is_faithful: bool) -> Canvas {
    let threads = 44.0;
    let picture = Canvas::paint(832, 832, 3, |x, y| {
        let (x, y) = if is_faithful {
            (x + 0.006 * fractal(x * 2.0, y * 2.0, 3, 1), y + 0.006 * fractal(x * 2.0, y * 2.0, 3, 2))
        } else {
            (x, y)
        };
        let (u, v) = ((x + 1.02) * threads * 0.5, (y + 1.02) * threads * 0.5);
        let (column, row) = (u.floor() as i32, v.floor() as i32);
        let is_warp_up = (column + row).rem_euclid(4) < 2;
        let (warp, weft) = (thread_colour(column, is_faithful), thread_colour(row + 5, is_faithful));
        if !is_faithful {
            return if (column + row).rem_euclid(2) == 0 {
                warp.mixed(weft, 0.4)
            } else {
                weft.mixed(warp, 0.4)
            } * 1.1;
        }
        let (across, along, colour, index) = if is_warp_up {
            (u.fract() - 0.5, (v - (-column as f32)).rem_euclid(4.0) / 2.0, warp, column)
        } else {
            (v.fract() - 0.5, (u - (-row as f32) - 2.0).rem_euclid(4.0) / 2.0, weft, row + 999)
        };
        let round = (1.0 - (across * 1.9).powi(2)).max(0.0).sqrt();
        let arch = (along.clamp(0.0, 1.0) * std::f32::consts::PI).sin().max(0.0).sqrt();
        let (run, cross) = if is_warp_up { (v, u) } else { (u, v) };
        let fibre = fractal(cross * 9.0 + run * 3.0, run * 1.3, 3, 30 + index as u32 % 7);
        let shade = (0.12 + 0.88 * round) * (0.4 + 0.6 * arch) * (1.0 + 0.45 * fibre);
        let sheen = smoothstep(0.35, 0.0, (across + 0.14).abs()) * arch * 0.05;
        let worn = 0.9 + 0.2 * hash(index, 3, 8);
        colour * (shade * worn * 1.5) + hex(0x00FF_F0DC) * (sheen * (1.0 + fibre))
    });
    if is_faithful { picture.finished(1.35, 0.35) } else { picture }
}
