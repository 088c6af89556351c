//! A lighthouse above the sea, in a storm or not.

use crate::canvas::Canvas;
use crate::noise::{fractal, hash, noise, ridged};
use crate::vector::{Vec3, gradient, hex, smoothstep, vec3};

const LAMP: (f32, f32) = (0.3, 0.5);

fn tower(x: f32, y: f32, brightness: f32) -> Option<Vec3> {
    let from_axis = x - LAMP.0;
    let round = |half: f32| (1.0 - (from_axis / half).powi(2)).max(0.0).sqrt();
    let side = |half: f32| 0.3 + 0.7 * smoothstep(1.0, -0.75, from_axis / half);
    let half = 0.105 + (0.4 - y).max(0.0) * 0.065;
    if (-0.5..0.4).contains(&y) && from_axis.abs() < half {
        let stripe = ((y + 0.5 + round(half) * 0.02) / 0.18).floor() as i32;
        let paint = if stripe % 2 == 0 { hex(0x00D8_D4CA) } else { hex(0x00A8_2A26) };
        let is_window = from_axis.abs() < 0.02 && ((y + 0.42).rem_euclid(0.27) < 0.055);
        let paint = if is_window { hex(0x00FF_C860) * 1.4 } else { paint * side(half) * brightness };
        return Some(paint * (0.93 + 0.1 * fractal(x * 14.0, y * 30.0, 3, 60)));
    }
    if (0.4..0.43).contains(&y) && from_axis.abs() < 0.145 {
        return Some(hex(0x0018_1A20) * (0.5 + brightness));
    }
    if (0.43..0.47).contains(&y) && from_axis.abs() < 0.14 {
        let is_rail = y > 0.462 || (from_axis * 40.0).rem_euclid(1.0) < 0.16;
        if is_rail {
            return Some(hex(0x0018_1A20) * (0.5 + brightness));
        }
    }
    if (0.43..0.57).contains(&y) && from_axis.abs() < 0.07 {
        let bar = (from_axis / 0.07).asin() * 2.6;
        let is_bar = (bar + 0.5).rem_euclid(1.0) < 0.12;
        return Some(if is_bar { hex(0x0020_2024) } else { vec3(3.0, 2.4, 1.4) });
    }
    let roof = 0.095 * (1.0 - ((y - 0.57) / 0.11).clamp(0.0, 1.0).powf(1.3));
    if (0.57..0.68).contains(&y) && from_axis.abs() < roof {
        return Some(hex(0x0082_201E) * (side(roof) * brightness));
    }
    ((0.68..0.76).contains(&y) && from_axis.abs() < 0.005).then(|| hex(0x0018_1A20))
}

fn storm_sky(x: f32, y: f32) -> Vec3 {
    let warp = fractal(x * 0.9 + 1.0, y * 1.3, 4, 7);
    let cloud = fractal(x * 1.1 + warp * 1.3, y * 1.9 + warp, 6, 8) * 0.5 + 0.5;
    let light = fractal(x * 1.1 + warp * 1.3 + 0.09, y * 1.9 + warp + 0.13, 6, 8) * 0.5 + 0.5;
    let mut colour =
        gradient(&[hex(0x0012_1A26), hex(0x002E_3E4C), hex(0x0062_7884), hex(0x0092_A4A6)], cloud);
    colour = colour * (0.55 + 1.6 * (cloud - light + 0.18).max(0.0)) * (1.05 - 0.4 * y.max(0.0));
    colour + hex(0x0088_988A) * (0.35 * (-(y + 0.3).powi(2) * 14.0).exp())
}

fn calm_sky(x: f32, y: f32) -> Vec3 {
    let stops = [hex(0x00FB_D3A0), hex(0x00F2_A58E), hex(0x009A_8FC0), hex(0x004E_6FB2)];
    let cloud = smoothstep(0.25, 0.8, fractal(x * 0.8, y * 4.0, 4, 18));
    gradient(&stops, (y + 0.45) * 0.55).mixed(hex(0x00FF_D9C0), cloud * 0.5)
}

/// Storm, waves and a beam to the left; unfaithful, a mild evening with a tower lit up for nobody.
pub fn lighthouse(is_storm: bool) -> Canvas {
    let horizon = -0.42;
    let painted = Canvas::paint(704, 960, 2, |x, y| {
        let mut colour = if is_storm { storm_sky(x, y) } else { calm_sky(x, y) };
        if y < horizon {
            let depth = horizon - y;
            colour = if is_storm {
                hex(0x002C_4650) * 0.8
            } else {
                let glint = smoothstep(0.2, 0.8, noise(x * 6.0, 6.0 / (depth + 0.03), 19));
                calm_sky(x, horizon + depth * 1.3).mixed(hex(0x0037_5A86), 0.55)
                    + hex(0x00FF_C8A0) * (glint * 0.14)
            };
        }
        if is_storm {
            let (dx, dy) = (LAMP.0 - x, y - LAMP.1);
            if dx > 0.0 {
                let spread = (dy - dx * 0.17).abs() / (0.03 + dx * 0.16);
                let dust = 0.65 + 0.5 * fractal(x * 2.5, y * 2.5, 4, 30);
                colour = colour
                    + vec3(1.15, 0.98, 0.62)
                        * ((-spread * spread * 2.2).exp() * dust * 0.85 / (1.0 + dx * 0.8));
            }
        }
        let halo = (x - LAMP.0).hypot(y - LAMP.1);
        colour = colour + vec3(1.0, 0.8, 0.45) * (if is_storm { 0.9 } else { 0.3 } * (-halo * 7.0).exp());
        let cliff = -0.47
            + 0.17 * smoothstep(0.62, 0.0, (x - 0.42).abs() - 0.14)
            + 0.1 * (ridged(x * 2.2, 3.0, 5, 50) - 0.5)
            - 0.12
            - 0.9 * smoothstep(0.1, -0.42, x);
        if let Some(wall) = tower(x, y, if is_storm { 0.5 } else { 0.85 }) {
            colour = wall;
        }
        if y < cliff {
            let rock = ridged(x * 4.6, y * 7.5, 7, 52);
            let stone = if is_storm { hex(0x0034_3A3E) } else { hex(0x0058_4C4A) };
            colour = stone
                * (0.15 + 1.3 * rock * rock)
                * (0.6 + 0.8 * smoothstep(-0.35, 0.0, cliff - y - 0.25).abs());
        }
        if is_storm {
            for row in 0..5u8 {
                let near = f32::from(row) / 4.0;
                let level = horizon - 0.1 - near * 0.46;
                let swell = 0.05 + 0.07 * near;
                let wide = 2.6 - near * 1.1;
                let phase = x * wide + f32::from(row) * 2.3;
                let crest =
                    level + swell * (1.6 * ridged(phase, f32::from(row), 4, 80 + u32::from(row)) - 0.9);
                let burst = smoothstep(0.3, 0.75, fractal(x * 1.6 + f32::from(row) * 5.0, 7.0, 2, 95));
                let spray = fractal(x * 9.0, y * 9.0, 5, 96 + u32::from(row)) * 0.5 + 0.5;
                let over = y - crest;
                if over > 0.0 && over < 0.2 * burst {
                    let mist = smoothstep(0.2 * burst, 0.0, over) * smoothstep(0.42, 0.75, spray);
                    colour = colour.mixed(hex(0x00BC_CED0), mist * 0.75);
                }
                if over < 0.0 {
                    let deep = -over;
                    let face =
                        fractal(x * 4.0 + deep * 5.0, y * 11.0 - x * 2.0, 5, 84 + u32::from(row)) * 0.5 + 0.5;
                    let water = gradient(
                        &[hex(0x000D_1C24), hex(0x001F_4650), hex(0x0048_7C80)],
                        face * 0.85 + 0.2 * near,
                    );
                    let lace = smoothstep(
                        0.60,
                        0.86,
                        ridged(x * 6.0 + deep * 3.0, y * 15.0, 4, 88 + u32::from(row)),
                    );
                    let foam =
                        smoothstep(0.05, 0.0, deep - 0.035 * spray) * (0.45 + 0.55 * burst) + lace * 0.28;
                    colour = water.mixed(hex(0x00D2_DEDC), foam.min(1.0) * 0.85);
                }
            }
            let slant = x + y * 0.28;
            let lane = (slant * 150.0).floor();
            let drop =
                (y * (1.4 + hash(lane as i32, 1, 33)) + hash(lane as i32, 2, 33) * 9.0).rem_euclid(1.0);
            if hash(lane as i32, 3, 33) > 0.45 && drop < 0.13 {
                colour = colour + vec3(0.05, 0.058, 0.062) * smoothstep(0.0, 0.13, drop);
            }
        }
        colour
    });
    if is_storm { painted.finished(1.25, 0.45) } else { painted.finished(0.95, 0.1) }
}
