//! A Julia set (z² + c), coloured by the smooth count of steps or by the bare one.

use crate::canvas::Canvas;
use crate::vector::{Vec3, gradient, hex, smoothstep, vec3};

/// Fine gradients; unfaithful, garish bands with stepped edges.
pub fn julia(is_smooth: bool) -> Canvas {
    let c = (-0.8f32, 0.156f32);
    let stops = [
        hex(0x0008_0A1E),
        hex(0x0016_2C63),
        hex(0x001F_7A8C),
        hex(0x00F2_D49B),
        hex(0x00E0_7A3F),
        hex(0x0078_1D42),
        hex(0x0008_0A1E),
    ];
    let garish = [hex(0x0000_0080), hex(0x0000_FF00), hex(0x00FF_FF00), hex(0x00FF_0000), hex(0x00FF_00FF)];
    let colour_at = |x: f32, y: f32| {
        let (sine, cosine) = 0.5f32.sin_cos();
        let (mut re, mut im) = ((x * cosine - y * sine) * 0.62 + 0.1, (x * sine + y * cosine) * 0.62 + 0.05);
        let mut trap = f32::MAX;
        for step in 0..if is_smooth { 420u16 } else { 120 } {
            let square = re * re + im * im;
            if square > 400.0 {
                let steps = f32::from(step);
                if !is_smooth {
                    return gradient(&garish, (f32::from(step % 9)) / 9.0);
                }
                let even = steps + 1.0 - (square.ln() * 0.5).log2();
                let place = (even.max(1.0).ln() * 0.74 + 0.1).rem_euclid(1.0);
                return gradient(&stops, place) + vec3(1.0, 0.85, 0.6) * (0.16 * (-trap * 30.0).exp());
            }
            trap = trap.min((re.abs().min(im.abs()) + 0.02 * square).abs());
            (re, im) = (re * re - im * im + c.0, 2.0 * re * im + c.1);
        }
        Vec3::default() + hex(0x0006_0714) * smoothstep(0.0, 0.2, trap)
    };
    let (side, looks) = if is_smooth { (800, 4) } else { (640, 1) };
    Canvas::paint(side, side, looks, colour_at).finished(1.1, 0.25)
}
