//! Noise that is the same on every run: hashed lattices and sums of octaves.

/// A number from 0 to 1 for a lattice point.
pub fn hash(x: i32, y: i32, seed: u32) -> f32 {
    let mut state = (x as u32).wrapping_mul(0x9E37_79B1)
        ^ (y as u32).wrapping_mul(0x85EB_CA77)
        ^ seed.wrapping_mul(0xC2B2_AE3D);
    for _ in 0..2 {
        state ^= state >> 15;
        state = state.wrapping_mul(0x2C1B_3C6D);
        state ^= state >> 12;
        state = state.wrapping_mul(0x297A_2D39);
        state ^= state >> 15;
    }
    (state >> 8) as f32 / (1u32 << 24) as f32
}

/// Gradient noise of about -1 to 1.
pub fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (cell_x, cell_y) = (x.floor(), y.floor());
    let (fx, fy) = (x - cell_x, y - cell_y);
    let corner = |dx: i32, dy: i32| {
        let angle = hash(cell_x as i32 + dx, cell_y as i32 + dy, seed) * std::f32::consts::TAU;
        angle.cos() * (fx - dx as f32) + angle.sin() * (fy - dy as f32)
    };
    let fade = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (u, v) = (fade(fx), fade(fy));
    let low = corner(0, 0) * (1.0 - u) + corner(1, 0) * u;
    let high = corner(0, 1) * (1.0 - u) + corner(1, 1) * u;
    (low * (1.0 - v) + high * v) * 1.5
}

/// Octaves of noise, each twice as fine and half as strong; about -1 to 1.
pub fn fractal(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut strength, mut total) = (0.0, 1.0, 0.0);
    let (mut x, mut y) = (x, y);
    for octave in 0..octaves {
        sum += noise(x, y, seed + octave * 17) * strength;
        total += strength;
        strength *= 0.5;
        (x, y) = (x * 1.62 - y * 1.18 + 3.7, x * 1.18 + y * 1.62 - 1.3);
    }
    sum / total * 1.3
}

/// Octaves of folded noise: sharp crests, 0 to about 1.
pub fn ridged(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut strength, mut total) = (0.0, 1.0, 0.0);
    let (mut x, mut y) = (x, y);
    for octave in 0..octaves {
        let crest = 1.0 - noise(x, y, seed + octave * 31).abs();
        sum += crest * crest * strength;
        total += strength;
        strength *= 0.5;
        (x, y) = (x * 1.62 - y * 1.18 + 5.1, x * 1.18 + y * 1.62 + 2.9);
    }
    sum / total
}

/// Random numbers in a row, for things placed one by one.
pub struct Dice {
    seed: u32,
    throws: i32,
}

impl Dice {
    pub fn new(seed: u32) -> Self {
        Self { seed, throws: 0 }
    }

    /// The next number, from `low` to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        self.throws += 1;
        low + (high - low) * hash(self.throws, 77, self.seed)
    }

    /// The next whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.between(0.0, end as f32) as usize).min(end - 1)
    }
}
