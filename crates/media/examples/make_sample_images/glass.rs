//! Glass marbles on a chequered floor, with refraction and the light that gathers in their shadows.

use crate::canvas::Canvas;
use crate::march::Camera;
use crate::vector::{Vec3, gradient, hex, smoothstep, vec3};

const MARBLES: [(Vec3, f32, Vec3); 4] = [
    (vec3(-1.25, 0.85, 0.5), 0.85, vec3(0.93, 0.97, 0.98)),
    (vec3(0.75, 1.1, 1.3), 1.1, vec3(1.0, 0.72, 0.3)),
    (vec3(0.35, 0.5, -0.9), 0.5, vec3(0.25, 0.8, 0.85)),
    (vec3(-0.62, 0.3, -1.25), 0.3, vec3(0.95, 0.35, 0.55)),
];
const SUN: Vec3 = vec3(-0.574, 0.574, 0.574);

fn marble_ahead(origin: Vec3, direction: Vec3) -> Option<(f32, usize)> {
    let mut nearest: Option<(f32, usize)> = None;
    for (index, (centre, radius, _)) in MARBLES.iter().enumerate() {
        let from = origin - *centre;
        let b = from.dot(direction);
        let inside = b * b - from.dot(from) + radius * radius;
        if inside > 0.0 {
            let along = -b - inside.sqrt();
            if along > 0.001 && nearest.is_none_or(|(best, _)| along < best) {
                nearest = Some((along, index));
            }
        }
    }
    nearest
}

fn bent(direction: Vec3, normal: Vec3, ratio: f32) -> Option<Vec3> {
    let cosine = -direction.dot(normal);
    let rest = 1.0 - ratio * ratio * (1.0 - cosine * cosine);
    (rest >= 0.0).then(|| (direction * ratio + normal * (ratio * cosine - rest.sqrt())).normalized())
}

fn sky(direction: Vec3) -> Vec3 {
    let colour = gradient(
        &[hex(0x00F9_C99A), hex(0x00E8_A9A0), hex(0x008E_86B8), hex(0x0044_5A9A)],
        direction.y.max(0.0).sqrt(),
    );
    colour + vec3(9.0, 7.5, 5.5) * smoothstep(0.992, 0.998, direction.dot(SUN))
}

fn floor(point: Vec3, refraction: f32) -> Vec3 {
    let is_light = (point.x.floor() + point.z.floor()).rem_euclid(2.0) < 0.5;
    let tile = if is_light { hex(0x00F2_ECE2) } else { hex(0x0024_3A4A) };
    let mut light = vec3(1.5, 1.35, 1.15);
    let mut open = 1.0;
    for (centre, radius, tint) in MARBLES {
        let from = centre - point;
        let along = from.dot(SUN);
        let miss = (from - SUN * along).length() / radius;
        if along > 0.0 && miss < 1.06 {
            let cover = smoothstep(1.06, 0.94, miss);
            let gathered = if refraction > 1.01 { 0.22 + 3.2 * (-miss * miss * 9.0).exp() } else { 0.03 };
            light = light.mixed(light * tint * tint * gathered, cover);
        }
        let beside = vec3(point.x - centre.x, 0.0, point.z - centre.z).length() / radius;
        open *= 1.0 - 0.75 * (-beside * beside * 2.2).exp();
    }
    tile * (light + hex(0x009A_98B8) * (0.55 * open))
}

fn seen(origin: Vec3, direction: Vec3, refraction: f32, depth: u8) -> Vec3 {
    let floor_along = if direction.y < -0.0001 { -origin.y / direction.y } else { f32::MAX };
    let Some((along, index)) = marble_ahead(origin, direction).filter(|(along, _)| *along < floor_along)
    else {
        if floor_along > 60.0 {
            return sky(direction);
        }
        let haze = smoothstep(8.0, 45.0, floor_along);
        return floor(origin + direction * floor_along, refraction)
            .mixed(sky(vec3(direction.x, 0.02, direction.z)), haze);
    };
    let (centre, radius, tint) = MARBLES[index];
    let point = origin + direction * along;
    let normal = (point - centre) * (1.0 / radius);
    if depth == 0 {
        return tint * sky(direction.reflected(normal));
    }
    let facing = 1.0 + direction.dot(normal);
    let mirror = 0.04 + 0.96 * facing.clamp(0.0, 1.0).powi(5);
    let reflected = seen(point + normal * 0.002, direction.reflected(normal), refraction, depth - 1);
    let inside = bent(direction, normal, 1.0 / refraction).unwrap_or(direction);
    let exit = point + inside * (-2.0 * inside.dot(normal) * radius);
    let exit_normal = (exit - centre) * (1.0 / radius);
    let onward = bent(inside, -exit_normal, refraction).unwrap_or(direction);
    let path = (exit - point).length() / radius;
    let through = seen(exit + exit_normal * 0.002, onward, refraction, depth - 1)
        * tint.map(|share| share.powf(0.35 + path * 0.6));
    through.mixed(reflected, mirror)
}

/// Four marbles; with a refraction of 1 they are soap bubbles that throw black shadows.
pub fn marbles(refraction: f32) -> Canvas {
    let camera = Camera { eye: vec3(0.3, 1.75, -5.2), target: vec3(-0.1, 0.8, 0.2), focal: 2.25 };
    Canvas::paint(800, 800, 3, |x, y| seen(camera.eye, camera.ray(x, y), refraction, 5)).finished(0.72, 0.3)
}
