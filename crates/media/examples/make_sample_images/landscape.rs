//! Land in evening light: ridges in fog, and dunes as a traced height field.

use crate::canvas::Canvas;
use crate::noise::{fractal, hash, noise, ridged};
use crate::vector::{Vec3, gradient, hex, smoothstep, vec3};

fn pine_tops(x: f32, seed: u32) -> f32 {
    let mut top = 0.0f32;
    for (spacing, tall) in [(0.045, 0.11), (0.031, 0.08), (0.022, 0.05)] {
        let cell = (x / spacing).floor();
        for near in -1..=1 {
            let index = cell as i32 + near;
            let centre = (index as f32 + hash(index, 1, seed)) * spacing;
            let height = tall * (0.4 + 0.6 * hash(index, 2, seed));
            let away = (x - centre).abs();
            let teeth = 0.75 + 0.25 * ((height - away * 4.0) * 130.0).sin();
            top = top.max(height - away * 6.5 * teeth);
        }
    }
    top
}

/// Seven ridges at dusk under a crescent; unfaithful, a full moon in a banded sky and no fog.
pub fn mountains(is_faithful: bool) -> Canvas {
    let moon = if is_faithful { (0.95, 0.62, 0.075) } else { (-0.5, 0.55, 0.16) };
    let painted = Canvas::paint(1024, 576, 2, |x, y| {
        let stops =
            [hex(0x00F5_A873), hex(0x00DD_7F86), hex(0x0085_629C), hex(0x0035_4078), hex(0x0018_2248)];
        let mut colour = gradient(&stops, (y + 0.25) * 0.75);
        let glow = (-(x + 0.35).powi(2) * 0.7 - (y + 0.05).powi(2) * 5.0).exp();
        colour = colour + hex(0x00FF_A860) * (0.65 * glow);
        let cloud = smoothstep(0.1, 0.8, fractal(x * 0.9, y * 5.0 + 3.0, 5, 40));
        colour = colour.mixed(hex(0x00F2_A08A), cloud * 0.35 * smoothstep(1.0, 0.2, y));
        if hash((x * 400.0) as i32, (y * 400.0) as i32, 3) > 0.9985 {
            colour = colour + vec3(0.7, 0.7, 0.8) * smoothstep(0.3, 0.9, y);
        }
        let (from_x, from_y) = (x - moon.0, y - moon.1);
        let disc = smoothstep(moon.2 + 0.004, moon.2 - 0.004, from_x.hypot(from_y));
        let bite = if is_faithful {
            smoothstep(moon.2 - 0.006, moon.2 + 0.004, (from_x - 0.03).hypot(from_y - 0.016))
        } else {
            1.0
        };
        colour = colour.mixed(hex(0x00FF_F3DA), disc * bite);
        for layer in 0..7u8 {
            let depth = f32::from(layer) / 6.0;
            let seed = 100 + u32::from(layer);
            let base = 0.18 - 1.02 * depth.powf(1.15);
            let broad = 0.75 + depth * 0.35;
            let shape = ridged(x * broad + f32::from(layer) * 7.3, 0.5, 7, seed) - 0.55;
            let mut top = base + (0.55 - 0.28 * depth) * shape;
            if layer >= 5 {
                top += pine_tops(x + depth * 3.0, seed) * (0.35 + 0.65 * (depth - 0.8) * 5.0);
            }
            if y < top {
                let far = hex(0x00B9_7F95).mixed(hex(0x0010_1A33), depth.powf(0.62));
                let below = top - y;
                let fog_rise = 0.10 + 0.22 * (1.0 - depth);
                let drift = 0.75 + 0.35 * fractal(x * 1.4 + f32::from(layer), y * 4.0, 4, 70 + seed);
                let fog = smoothstep(0.02, fog_rise * 2.1, below * drift) * (1.0 - depth.powi(3)) * 0.85;
                let mist = hex(0x00E8_A590).mixed(hex(0x0060_6A94), depth);
                let fog = if is_faithful { fog } else { fog * 0.12 };
                colour = far.mixed(mist, fog) + hex(0x00FF_A060) * (glow * 0.14 * (1.0 - depth));
            }
        }
        colour
    });
    if is_faithful {
        painted.finished(0.95, 0.3)
    } else {
        painted.finished(1.0, 0.3).saturated(1.35).banded(17.0)
    }
}

fn dune_height(x: f32, z: f32) -> f32 {
    let bend = 0.9 * noise(x * 0.16, z * 0.16, 4);
    let crest = |u: f32, v: f32, seed: u32| {
        let value = noise(u, v, seed);
        1.0 - (value * value + 0.004).sqrt() * 1.25
    };
    let large = crest(x * 0.13 + bend * 0.5, z * 0.21 + bend * 0.3, 11);
    let small = crest(x * 0.31 + bend, z * 0.42, 12);
    large * large * 2.3 + small * 0.42
}

fn dune_normal(x: f32, z: f32, away: f32, has_ripples: bool) -> Vec3 {
    let small = 0.02 + away * 0.003;
    let mut slope_x = dune_height(x + small, z) - dune_height(x - small, z);
    let mut slope_z = dune_height(x, z + small) - dune_height(x, z - small);
    slope_x /= 2.0 * small;
    slope_z /= 2.0 * small;
    if has_ripples {
        let warp = fractal(x * 0.8, z * 0.8, 3, 21) * 3.0;
        let phase = x * 13.0 + z * 22.0 + warp * 2.5;
        let strength = 0.3 * smoothstep(17.0, 3.0, away);
        slope_x += phase.cos() * strength * 0.55;
        slope_z += phase.cos() * strength;
        slope_x += noise(x * 40.0, z * 40.0, 22) * 0.1 * smoothstep(9.0, 1.0, away);
    }
    vec3(-slope_x, 1.0, -slope_z).normalized()
}

/// Dunes with the sun low; unfaithful, it stands high, the sand is smooth and pink.
pub fn dunes(is_faithful: bool) -> Canvas {
    let sun = if is_faithful { vec3(-0.86, 0.27, 0.42) } else { vec3(0.1, 1.0, -0.2) }.normalized();
    let eye = vec3(0.0, dune_height(0.0, 0.0) + 1.9, 0.0);
    let sky = move |direction: Vec3| {
        let stops = if is_faithful {
            [hex(0x00F9_C98C), hex(0x00E9_A98E), hex(0x008F_9CC0), hex(0x004D_74AE)]
        } else {
            [hex(0x00CF_DDE6), hex(0x00A9_C9E6), hex(0x0078_AEE0), hex(0x0050_90D0)]
        };
        let glow = direction.dot(sun).max(0.0).powf(10.0);
        gradient(&stops, direction.y.max(0.0) * 1.9) + vec3(0.9, 0.5, 0.2) * (glow * 0.5)
    };
    let painted = Canvas::paint(1024, 640, 2, |x, y| {
        let direction = vec3(x, y - 0.32, 1.45).normalized();
        let (mut along, mut before) = (0.3f32, 0.0f32);
        let mut found = None;
        while along < 75.0 {
            let point = eye + direction * along;
            let gap = point.y - dune_height(point.x, point.z);
            if gap < 0.0 {
                let (mut low, mut high) = (before, along);
                for _ in 0..10 {
                    let middle = f32::midpoint(low, high);
                    let place = eye + direction * middle;
                    if place.y < dune_height(place.x, place.z) {
                        high = middle;
                    } else {
                        low = middle;
                    }
                }
                found = Some(high);
                break;
            }
            if direction.y > 0.0 && point.y > 4.5 {
                break;
            }
            before = along;
            along += (gap * 0.4).max(0.01 + along * 0.004);
        }
        let Some(along) = found else { return sky(direction) };
        let point = eye + direction * along;
        let normal = dune_normal(point.x, point.z, along, is_faithful);
        let mut reaching = 1.0f32;
        let mut step = 0.06f32;
        while step < 9.0 {
            let place = point + sun * step;
            let gap = place.y - dune_height(place.x, place.z);
            reaching = reaching.min(0.5 + 7.0 * gap / step);
            if reaching < 0.0 {
                break;
            }
            step *= 1.22;
        }
        let lit = normal.dot(sun).max(0.0) * reaching.clamp(0.0, 1.0);
        let sand = if is_faithful { hex(0x00E0_9B5A) } else { hex(0x00E6_B4A0) };
        let sand = sand * (1.0 + 0.12 * fractal(point.x * 0.9, point.z * 0.9, 4, 30));
        let shade = hex(0x0078_78A8) * (0.5 + 0.3 * normal.y);
        let light = if is_faithful { vec3(2.7, 1.85, 1.1) } else { vec3(0.95, 0.92, 0.9) };
        let colour = sand * (light * lit + shade);
        colour.mixed(
            sky(vec3(direction.x, 0.03, direction.z).normalized()),
            smoothstep(12.0, 80.0, along) * 0.85,
        )
    });
    if is_faithful { painted.finished(0.85, 0.35) } else { painted.smoothed(3).finished(0.9, 0.0) }
}
