//! Three numbers at a time: points, directions and colours in linear light.

use std::ops::{Add, Mul, Neg, Sub};

/// A point, a direction, or a colour in linear light (1 is white).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vec3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

/// The vector of these three numbers.
pub const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Vec3 {
    pub fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub fn cross(self, other: Self) -> Self {
        vec3(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    pub fn normalized(self) -> Self {
        self * (1.0 / self.length().max(1e-9))
    }

    /// From this at `amount` 0 to `other` at 1.
    pub fn mixed(self, other: Self, amount: f32) -> Self {
        self + (other - self) * amount.clamp(0.0, 1.0)
    }

    pub fn reflected(self, normal: Self) -> Self {
        self - normal * (2.0 * self.dot(normal))
    }

    /// Each number through `change`.
    pub fn map(self, change: impl Fn(f32) -> f32) -> Self {
        vec3(change(self.x), change(self.y), change(self.z))
    }

    /// How bright a colour is (Rec. 709 weights).
    pub fn luminance(self) -> f32 {
        self.dot(vec3(0.2126, 0.7152, 0.0722))
    }
}

impl Add for Vec3 {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        vec3(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for Vec3 {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        vec3(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Neg for Vec3 {
    type Output = Self;
    fn neg(self) -> Self {
        vec3(-self.x, -self.y, -self.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        self.map(|number| number * factor)
    }
}

impl Mul for Vec3 {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        vec3(self.x * other.x, self.y * other.y, self.z * other.z)
    }
}

/// The colour written `0xRRGGBB` in sRGB.
pub fn hex(code: u32) -> Vec3 {
    let channel = |shift: u32| (((code >> shift) & 255) as f32 / 255.0).powf(2.2);
    vec3(channel(16), channel(8), channel(0))
}

/// 0 up to `low`, 1 from `high`, smooth between; falling where `low` is above `high`.
pub fn smoothstep(low: f32, high: f32, value: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The colour at `place` (0 to 1) along evenly spaced stops.
pub fn gradient(stops: &[Vec3], place: f32) -> Vec3 {
    let scaled = place.clamp(0.0, 0.9999) * (stops.len() - 1) as f32;
    let index = scaled as usize;
    stops[index].mixed(stops[index + 1], scaled - index as f32)
}
