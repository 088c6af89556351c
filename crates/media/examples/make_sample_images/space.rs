//! Far away: a nebula, and a planet with rings.

use crate::canvas::Canvas;
use crate::march::Camera;
use crate::noise::{Dice, fractal, hash, ridged};
use crate::vector::{Vec3, gradient, hex, smoothstep, vec3};

/// Lit gas with dark lanes; unfaithful, mirrored about its middle, oversaturated and cut into blocks.
pub fn nebula(is_faithful: bool) -> Canvas {
    let gas = |x: f32, y: f32| {
        let x = if is_faithful { x } else { x.abs() };
        let (qx, qy) = (fractal(x * 0.9, y * 0.9, 5, 1), fractal(x * 0.9 + 5.2, y * 0.9 + 1.3, 5, 2));
        let (rx, ry) = (
            fractal(x + qx * 1.3 + 1.7, y + qy * 1.3 + 9.2, 6, 3),
            fractal(x + qx + 8.3, y + qy + 2.8, 6, 4),
        );
        let density = fractal(x * 1.1 + rx * 1.2, y * 1.1 + ry * 1.2, 7, 5) * 0.5 + 0.55;
        let core = (-((x - 0.15).powi(2) + (y + 0.05).powi(2)) * 1.5).exp();
        let lanes = smoothstep(0.58, 0.9, ridged(x * 0.9 + qx * 0.8, y * 0.9 + ry * 0.8, 6, 6));
        let warm = gradient(
            &[hex(0x0005_060F), hex(0x003A_1240), hex(0x00A8_2E4E), hex(0x00F0_8A4A), hex(0x00FF_E6B0)],
            density * (0.45 + 0.75 * core),
        );
        let cool = gradient(
            &[hex(0x0004_0612), hex(0x000E_2A50), hex(0x001E_6E94), hex(0x0070_C8D8)],
            density * 0.75 + ry * 0.25,
        );
        warm.mixed(cool, smoothstep(-0.15, 0.65, qx + 0.25 * y))
            * (1.0 - 0.8 * lanes * (1.0 - core * 0.5))
            * (0.35 + 1.1 * density)
    };
    let mut canvas = Canvas::paint(960, 720, if is_faithful { 2 } else { 1 }, gas);
    let mut dice = Dice::new(12);
    for _ in 0..1500 {
        let (x, y) = (dice.between(0.0, 960.0), dice.between(0.0, 720.0));
        let warmth = dice.between(0.0, 1.0);
        let colour = hex(0x00AF_C8FF).mixed(hex(0x00FF_DDB0), warmth) * 1.3;
        let bright = dice.between(0.0, 1.0).powi(9);
        canvas.disc(x, y, 0.25 + bright * 1.5, colour, 0.35 + 0.65 * bright);
        if bright > 0.9 && is_faithful {
            let reach = 9.0 + bright * 22.0;
            for step in 1..reach as i32 {
                let away = step as f32;
                let fade = (1.0 - away / reach).powi(3) * 0.75;
                for (dx, dy) in [(away, 0.0), (-away, 0.0), (0.0, away), (0.0, -away)] {
                    canvas.disc(x + dx, y + dy, 0.35, colour, fade);
                }
            }
            for ring in 1..14 {
                canvas.disc(x, y, ring as f32 * 1.4, colour, 0.012);
            }
        }
    }
    if is_faithful {
        return canvas.finished(1.35, 0.35);
    }
    let source = canvas.clone();
    canvas
        .changed(|column, row, colour| {
            let block = source.pixels[(row / 6 * 6) * 960 + column / 6 * 6];
            let tile = 0.88 + 0.24 * hash((column / 120) as i32, (row / 120) as i32, 4);
            colour.mixed(block, 0.65) * tile
        })
        .saturated(1.9)
        .finished(1.3, 0.2)
}

fn ring_light(radius: f32) -> (Vec3, f32) {
    let fine = 0.5 + 0.5 * fractal(radius * 14.0, 0.3, 6, 44);
    let gap = smoothstep(0.028, 0.016, (radius - 2.06).abs());
    let inside = smoothstep(1.32, 1.5, radius) * smoothstep(2.48, 2.4, radius);
    let opacity =
        inside * (0.35 + 0.65 * fine) * (1.0 - 0.93 * gap) * (1.0 - 0.4 * smoothstep(2.1, 2.4, radius));
    (hex(0x00A8_8A66).mixed(hex(0x00F2_E2C4), fine), opacity)
}

fn planet_at(place: Vec3) -> Vec3 {
    let warp = 0.05 * fractal(place.x * 3.0 + place.z * 2.0, place.y * 8.0, 5, 9);
    let band = fractal((place.y + warp) * 4.6, 0.7, 5, 10) * 0.5 + 0.5;
    let streak = fractal((place.x + place.z) * 1.6, (place.y + warp) * 34.0, 4, 11);
    let colour = gradient(
        &[
            hex(0x0084_5A3C),
            hex(0x00C8_965E),
            hex(0x00EC_CF9C),
            hex(0x00D8_A468),
            hex(0x00F4_E4C4),
            hex(0x00B0_7448),
        ],
        band + streak * 0.09,
    );
    colour.mixed(hex(0x0068_7C98), smoothstep(0.62, 0.95, place.y.abs()) * 0.6)
}

/// A ringed planet with its shadows; unfaithful, the ring lies over the planet on both sides and neither
/// darkens the other.
pub fn planet(is_faithful: bool) -> Canvas {
    let sun = vec3(-0.78, 0.42, -0.5).normalized();
    let camera = Camera { eye: vec3(0.6, 2.1, -6.4), target: vec3(0.05, 0.0, 0.0), focal: 2.75 };
    let axis = vec3(0.32, 1.0, -0.1).normalized();
    let east = axis.cross(vec3(0.0, 0.0, 1.0)).normalized();
    let north = east.cross(axis);
    Canvas::paint(1024, 640, 3, |x, y| {
        let ray = camera.ray(x, y);
        let mut colour = hex(0x0004_0509)
            + hex(0x0018_1A38) * (0.5 * smoothstep(-0.2, 0.9, fractal(x * 0.7, y * 0.7, 5, 70)));
        let (cell_x, cell_y) = ((x * 60.0).floor(), (y * 60.0).floor());
        let pick = |salt| hash(cell_x as i32, cell_y as i32, salt);
        let off = (x * 60.0 - cell_x - 0.15 - 0.7 * pick(1)).hypot(y * 60.0 - cell_y - 0.15 - 0.7 * pick(2));
        colour = colour
            + hex(0x00C8_D4FF).mixed(hex(0x00FF_E0C0), pick(4))
                * ((-off * off * 190.0).exp() * pick(3).powi(22) * 3.0);
        let b = camera.eye.dot(ray);
        let under = b * b - camera.eye.dot(camera.eye) + 1.0;
        let globe_along = if under > 0.0 { -b - under.sqrt() } else { f32::MAX };
        if under > 0.0 {
            let point = camera.eye + ray * globe_along;
            let local = vec3(point.dot(east), point.dot(axis), point.dot(north));
            let mut lit = smoothstep(-0.08, 1.0, point.dot(sun));
            let to_plane = -point.dot(axis) / sun.dot(axis);
            if is_faithful && to_plane > 0.0 {
                lit *= 1.0 - 0.8 * ring_light((point + sun * to_plane).length()).1;
            }
            let rim = (1.0 + ray.dot(point)).clamp(0.0, 1.0).powi(3);
            let night = if is_faithful { 0.012 } else { 0.45 };
            colour = planet_at(local) * (lit * 1.15 + night) + hex(0x00F0_C8A0) * (rim * lit * 0.35);
        }
        let along = -camera.eye.dot(axis) / ray.dot(axis);
        if along > 0.0 && (along < globe_along || !is_faithful) {
            let point = camera.eye + ray * along;
            let (ice, opacity) = ring_light(point.length());
            let towards = point.dot(sun);
            let off_axis = (point - sun * towards).length();
            let shade = if is_faithful && towards < 0.0 { smoothstep(0.96, 1.03, off_axis) } else { 1.0 };
            colour = colour.mixed(ice * (0.02 + 0.8 * shade), opacity);
        }
        colour
    })
    .saturated(1.45)
    .finished(1.05, 0.15)
}
