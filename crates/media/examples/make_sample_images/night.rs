//! Aurora over a lake, with its mirror image.

use crate::canvas::Canvas;
use crate::noise::{fractal, hash, ridged};
use crate::vector::{Vec3, gradient, hex, smoothstep, vec3};

fn star(x: f32, y: f32) -> f32 {
    let (cell_x, cell_y) = ((x * 42.0).floor(), (y * 42.0).floor());
    let pick = |salt| hash(cell_x as i32, cell_y as i32, salt);
    let away = (x * 42.0 - cell_x - 0.2 - 0.6 * pick(1)).hypot(y * 42.0 - cell_y - 0.2 - 0.6 * pick(2));
    let bright = pick(3).powi(7) * 2.5;
    (-away * away * 260.0).exp() * bright
}

fn sky(x: f32, y: f32, seed: u32, colours: [Vec3; 3]) -> Vec3 {
    let mut colour = gradient(&[hex(0x0013_3248), hex(0x000B_1B38), hex(0x0004_0A1C)], y * 0.8);
    colour = colour + vec3(1.0, 1.0, 1.0) * star(x, y);
    for curtain in 0..3u8 {
        let offset = f32::from(curtain);
        let sway = fractal(x * 0.75 + offset * 4.1, 0.4 + offset, 4, seed + u32::from(curtain) * 5);
        let foot = 0.26 + 0.2 * offset + 0.34 * sway;
        let above = y - foot;
        let rays = 0.5 + 0.5 * fractal(x * 11.0 + sway * 9.0, y * 0.35 + offset * 3.0, 3, seed + 50);
        let tall = 0.35 + 0.5 * rays;
        let rise = smoothstep(-0.05, 0.025, above) * (-above.max(0.0) / tall * 2.2).exp();
        let waxing = smoothstep(-0.6, 0.4, fractal(x * 0.6 + offset * 9.0, 2.0, 2, seed + 60));
        let tint = gradient(&colours, above.max(0.0) * 1.25);
        colour = colour + tint * (rise * (0.3 + 0.9 * rays) * waxing * (1.0 - 0.2 * offset));
    }
    colour
}

/// The lake mirrors the sky; unfaithful, it mirrors another one, of another colour.
pub fn aurora(is_faithful: bool) -> Canvas {
    let green = [hex(0x0048_F0A0), hex(0x0025_A0A8), hex(0x0090_38B0)];
    let violet = [hex(0x00C0_50E0), hex(0x0050_60E8), hex(0x0030_40A0)];
    let shore = -0.28;
    let land = |x: f32, seed: u32| {
        let hills = 0.02 + 0.34 * (ridged(x * 0.8 + 2.0, 1.5, 6, seed) - 0.42).max(0.0);
        hills + 0.012 * hash((x * 130.0) as i32, 0, seed)
    };
    Canvas::paint(704, 960, 2, |x, y| {
        let up = y - shore;
        if up > 0.0 {
            let far = land(x, 5);
            let near = 0.05 + 0.07 * (x * 1.4 + 2.0).sin().abs() * ridged(x * 3.0, 4.0, 5, 8);
            if up < near * 0.55 {
                return hex(0x0003_0608);
            }
            if up < far {
                let snow =
                    smoothstep(0.45, 0.9, ridged(x * 5.0, up * 7.0, 5, 6)) * smoothstep(0.05, 0.28, up);
                return hex(0x0008_1420).mixed(hex(0x003A_6470), snow * 0.8);
            }
            return sky(x, up, 20, green);
        }
        let depth = -up;
        let ripple = fractal(x * 3.0, 9.0 / (depth + 0.09), 3, 77) * (0.012 + depth * 0.045);
        let mirrored = depth * 1.06 + ripple;
        let (seed, colours) = if is_faithful { (20, green) } else { (311, violet) };
        let at = x + ripple * 0.4;
        let mut colour = if mirrored < land(at, if is_faithful { 5 } else { 35 }) {
            hex(0x0005_0D14)
        } else {
            sky(at, mirrored.max(0.0), seed, colours) * 0.62
        };
        colour = colour + hex(0x0010_2830) * 0.25;
        let stones = smoothstep(0.52, 0.6, fractal(x * 2.2, depth * 7.0, 4, 90) - 0.55 + depth * 0.75);
        colour.mixed(hex(0x0004_0708), stones)
    })
    .finished(1.15, 0.4)
}
