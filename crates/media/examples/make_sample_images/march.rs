//! Pictures of solid things by sphere tracing (Hart 1996) of a signed distance function.

use crate::vector::{Vec3, vec3};

/// Where the eye is and what it looks at.
pub struct Camera {
    pub eye: Vec3,
    pub target: Vec3,
    /// Larger is narrower.
    pub focal: f32,
}

impl Camera {
    /// The direction of sight through a place of the picture.
    pub fn ray(&self, x: f32, y: f32) -> Vec3 {
        let forward = (self.target - self.eye).normalized();
        let right = vec3(0.0, 1.0, 0.0).cross(forward).normalized();
        let up = forward.cross(right);
        (right * x + up * y + forward * self.focal).normalized()
    }
}

/// How far along the ray the surface is, if it is hit within `reach`.
pub fn hit(distance: &impl Fn(Vec3) -> f32, origin: Vec3, direction: Vec3, reach: f32) -> Option<f32> {
    let mut along = 0.001;
    for _ in 0..160 {
        let step = distance(origin + direction * along);
        if step < 0.0006 * (1.0 + along) {
            return Some(along);
        }
        along += step * 0.9;
        if along > reach {
            return None;
        }
    }
    None
}

/// The direction out of the surface.
pub fn normal(distance: &impl Fn(Vec3) -> f32, point: Vec3) -> Vec3 {
    let small = 0.0015;
    let slope = |axis: Vec3| distance(point + axis * small) - distance(point - axis * small);
    vec3(slope(vec3(1.0, 0.0, 0.0)), slope(vec3(0.0, 1.0, 0.0)), slope(vec3(0.0, 0.0, 1.0))).normalized()
}

/// How much of a light reaches the point, 0 to 1; a larger `hardness` has a narrower half-shadow.
pub fn light_reaching(distance: &impl Fn(Vec3) -> f32, point: Vec3, towards: Vec3, hardness: f32) -> f32 {
    let (mut along, mut light) = (0.02f32, 1.0f32);
    for _ in 0..64 {
        let gap = distance(point + towards * along);
        light = light.min(hardness * gap / along);
        along += gap.clamp(0.01, 0.3);
        if light < 0.004 || along > 12.0 {
            break;
        }
    }
    let light = light.clamp(0.0, 1.0);
    light * light * (3.0 - 2.0 * light)
}

/// How open the surroundings are, 0 to 1.
pub fn openness(distance: &impl Fn(Vec3) -> f32, point: Vec3, normal: Vec3) -> f32 {
    let closed: f32 = (1..=5u8)
        .map(|step| {
            let away = 0.08 * f32::from(step);
            (away - distance(point + normal * away)) * 0.75f32.powi(i32::from(step))
        })
        .sum();
    (1.0 - 1.4 * closed).clamp(0.0, 1.0)
}

/// The smaller of two distances, melted together over `width`.
pub fn melted(first: f32, second: f32, width: f32) -> f32 {
    let h = (width - (first - second).abs()).max(0.0) / width;
    first.min(second) - h * h * width * 0.25
}

/// Distance to a box with round edges at the origin.
pub fn rounded_box(point: Vec3, half: Vec3, radius: f32) -> f32 {
    let over = point.map(f32::abs) - half + vec3(radius, radius, radius);
    over.map(|length| length.max(0.0)).length() + over.x.max(over.y).max(over.z).min(0.0) - radius
}

/// The point turned about the vertical axis.
pub fn turned(point: Vec3, angle: f32) -> Vec3 {
    let (sine, cosine) = angle.sin_cos();
    vec3(point.x * cosine - point.z * sine, point.y, point.x * sine + point.z * cosine)
}
