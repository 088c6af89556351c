//! Solid things on a table, sphere-traced with soft shadows: coloured shapes and a still life.

use crate::canvas::Canvas;
use crate::march::{Camera, hit, light_reaching, melted, normal, openness, rounded_box, turned};
use crate::noise::{fractal, noise};
use crate::vector::{Vec3, gradient, hex, smoothstep, vec3};

/// A surface: its colour, and how strongly it mirrors.
type Surface = (Vec3, f32);

struct Light {
    towards: Vec3,
    colour: Vec3,
    hardness: f32,
}

fn seen(
    distance: &impl Fn(Vec3) -> f32,
    surface: &impl Fn(Vec3) -> Surface,
    backdrop: &impl Fn(Vec3) -> Vec3,
    light: &Light,
    ray: (Vec3, Vec3),
    bounces: u8,
) -> Vec3 {
    let (origin, direction) = ray;
    let Some(along) = hit(distance, origin, direction, 30.0) else { return backdrop(direction) };
    let point = origin + direction * along;
    let outward = normal(distance, point);
    let (colour, gloss) = surface(point);
    let lit = outward.dot(light.towards).max(0.0)
        * light_reaching(distance, point + outward * 0.004, light.towards, light.hardness);
    let open = openness(distance, point, outward);
    let sky = backdrop(vec3(outward.x, outward.y.abs(), outward.z)) * (0.45 + 0.35 * outward.y);
    let bounce = light.colour * (0.07 * (0.6 - outward.y * 0.4));
    let mut seen_colour = colour * (light.colour * lit + (sky + bounce) * open);
    let half = (light.towards - direction).normalized();
    let shine = outward.dot(half).max(0.0).powf(20.0 + gloss * 260.0) * (0.12 + gloss * 2.2) * lit;
    seen_colour = seen_colour + light.colour * shine;
    if gloss > 0.0 && bounces > 0 {
        let facing = (1.0 + direction.dot(outward)).clamp(0.0, 1.0);
        let mirror = gloss * (0.1 + 0.9 * facing.powi(4));
        let onward = (point + outward * 0.01, direction.reflected(outward));
        seen_colour =
            seen_colour.mixed(seen(distance, surface, backdrop, light, onward, bounces - 1), mirror);
    }
    let haze = smoothstep(9.0, 26.0, along);
    seen_colour.mixed(backdrop(direction), haze)
}

/// Three red spheres and one blue cube; unfaithful, a fourth sphere is blue and there is no cube.
pub fn spheres(is_faithful: bool) -> Canvas {
    let balls: &[(Vec3, f32, u32)] = if is_faithful {
        &[
            (vec3(-1.75, 0.72, 0.3), 0.72, 0x00D0_2323),
            (vec3(-0.35, 0.5, -0.95), 0.5, 0x00D0_2323),
            (vec3(0.35, 0.95, 1.35), 0.95, 0x00D0_2323),
        ]
    } else {
        &[
            (vec3(-1.75, 0.7, 0.3), 0.7, 0x00D0_2323),
            (vec3(-0.25, 0.6, -0.8), 0.6, 0x00D0_2323),
            (vec3(-0.1, 0.8, 1.35), 0.8, 0x00E0_5A20),
            (vec3(1.6, 0.75, 0.1), 0.75, 0x0026_55D0),
        ]
    };
    let cube = move |point: Vec3| {
        let local = turned(point - vec3(1.65, 0.62, -0.1), 0.55);
        rounded_box(local, vec3(0.62, 0.62, 0.62), 0.06)
    };
    let distance = move |point: Vec3| {
        let mut nearest = point.y;
        for (centre, radius, _) in balls {
            nearest = nearest.min((point - *centre).length() - radius);
        }
        if is_faithful { nearest.min(cube(point)) } else { nearest }
    };
    let surface = move |point: Vec3| {
        if point.y < 0.03 {
            let is_light = (point.x.floor() + point.z.floor()).rem_euclid(2.0) < 0.5;
            return (if is_light { hex(0x00F0_E9DC) } else { hex(0x0039_3B45) }, 0.35);
        }
        if is_faithful && cube(point) < 0.01 {
            return (hex(0x0024_52D6), 0.4);
        }
        let nearest = balls.iter().min_by(|first, second| {
            let gap = |ball: &(Vec3, f32, u32)| (point - ball.0).length() - ball.1;
            gap(first).total_cmp(&gap(second))
        });
        (nearest.map_or_else(Vec3::default, |ball| hex(ball.2)), 0.5)
    };
    let backdrop = |direction: Vec3| {
        gradient(&[hex(0x00F6_D9BC), hex(0x00BF_D3E6), hex(0x006C_9BD0)], direction.y.max(0.0) * 4.0)
    };
    let light = Light {
        towards: vec3(-0.55, 0.8, -0.5).normalized(),
        colour: vec3(2.1, 1.9, 1.65),
        hardness: if is_faithful { 9.0 } else { 90.0 },
    };
    let camera = Camera { eye: vec3(0.4, 2.3, -5.6), target: vec3(0.0, 0.62, 0.2), focal: 2.5 };
    Canvas::paint(960, 640, 2, |x, y| {
        seen(&distance, &surface, &backdrop, &light, (camera.eye, camera.ray(x, y)), 2)
    })
    .finished(0.75, 0.25)
}

/// A pear standing at the origin: body and stem.
fn pear(point: Vec3) -> (f32, f32) {
    let bend = 0.07 * point.y * point.y;
    let body = melted(
        (point - vec3(0.0, 0.55, 0.0)).length() - 0.55,
        (point - vec3(bend, 1.18, 0.0)).length() - 0.27,
        0.62,
    );
    let dent = (point - vec3(bend, 1.5, 0.0)).length() - 0.05;
    let up = ((point.y - 1.38) / 0.36).clamp(0.0, 1.0);
    let axis = vec3(bend + 0.12 * up * up, 1.38 + 0.36 * up, 0.05 * up);
    (body.max(-dent), (point - axis).length() - 0.028 - 0.012 * up * up)
}

/// Three pears, one lying, light from the left; unfaithful, they all stand and are lit from the right.
pub fn pears(is_faithful: bool) -> Canvas {
    let places = move |point: Vec3| {
        let lying = point - vec3(0.55, 0.53, -0.75);
        let lying = turned(lying, -0.5);
        let lying =
            if is_faithful { vec3(lying.y, lying.x + 0.55, lying.z) } else { lying + vec3(0.0, 0.53, 0.0) };
        [
            turned(point - vec3(-0.72, 0.0, 0.1), 0.4),
            turned(point - vec3(0.62, 0.0, 0.75), 2.4) * (1.0 / 1.08),
            lying,
        ]
    };
    let distance = move |point: Vec3| {
        let mut nearest = point.y;
        for local in places(point) {
            // Far from a pear a ball around it will do.
            let rough = (local - vec3(0.0, 0.8, 0.0)).length() - 1.05;
            nearest = nearest.min(if rough > 0.3 {
                rough
            } else {
                let (body, stem) = pear(local);
                body.min(stem)
            });
        }
        nearest
    };
    let surface = move |point: Vec3| {
        if point.y < 0.025 {
            let plank = (point.z * 0.9 + 10.0).floor();
            let grain = fractal(point.x * 0.7 + plank * 9.0, point.z * 11.0, 4, 3);
            let ring = (grain * 9.0).sin() * 0.5 + 0.5;
            let seam = ((point.z * 0.9 + 10.0).fract() - 0.5).abs();
            let wood = hex(0x006B_3F22).mixed(hex(0x009A_6238), ring * 0.6 + grain * 0.3);
            return (
                wood * (1.0 - 0.7 * smoothstep(0.487, 0.497, seam)),
                if is_faithful { 0.1 } else { 0.0 },
            );
        }
        let (mut best, mut found) = (f32::MAX, (Vec3::default(), 0.0));
        for (index, local) in places(point).into_iter().enumerate() {
            let (body, stem) = pear(local);
            if stem < best {
                best = stem;
                found = (hex(0x0047_2F1C), 0.05);
            }
            if body < best {
                best = body;
                let (around, high) = (local.z.atan2(local.x), local.y);
                let green =
                    hex(0x008F_A32C).mixed(hex(0x00D9_B93C), 0.5 + 0.6 * noise(around, high * 2.0, 5));
                let blush = smoothstep(0.05, 0.9, noise(around * 0.8 + index as f32 * 2.0, high, 8) + 0.35);
                let skin = green.mixed(hex(0x00B9_4A28), blush * 0.75);
                let freckle = smoothstep(0.52, 0.7, noise(local.x * 26.0 + local.z * 19.0, high * 26.0, 12));
                let marks = if is_faithful { freckle * 0.55 } else { 0.0 };
                found = (skin.mixed(hex(0x005A_3B1A), marks), if is_faithful { 0.16 } else { 0.75 });
            }
        }
        found
    };
    let side = if is_faithful { -1.0 } else { 1.0 };
    let backdrop = move |direction: Vec3| {
        let wall = hex(0x0020_2A2C).mixed(hex(0x0078_7A66), smoothstep(-1.0, 1.0, direction.x * side));
        wall * (0.75 + 0.3 * fractal(direction.x * 3.0, direction.y * 3.0, 4, 2))
    };
    let light = Light {
        towards: vec3(side * 0.82, 0.62, -0.42).normalized(),
        colour: vec3(2.7, 2.3, 1.75),
        hardness: 5.0,
    };
    let camera = Camera { eye: vec3(0.1, 1.75, -5.4), target: vec3(0.0, 0.72, 0.0), focal: 3.0 };
    Canvas::paint(720, 900, 2, |x, y| {
        seen(&distance, &surface, &backdrop, &light, (camera.eye, camera.ray(x, y)), 1)
    })
    .finished(0.85, 0.55)
}
