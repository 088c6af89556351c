//! Coral as reaction and diffusion grow it (Gray and Scott 1984; constants after Pearson 1993).

use crate::canvas::Canvas;
use crate::noise::{Dice, fractal};
use crate::vector::{Vec3, gradient, hex, smoothstep, vec3};

/// The second substance after so many steps, on a torus.
fn grown(width: usize, height: usize, steps: usize) -> Vec<f32> {
    let (feed, kill) = (0.0545f32, 0.062f32);
    let mut first = vec![1.0f32; width * height];
    let mut second = vec![0.0f32; width * height];
    let mut dice = Dice::new(3);
    for _ in 0..26 {
        let (x, y) = (dice.below(width - 8), dice.below(height - 8));
        for index in 0..49 {
            second[(y + index / 7) * width + x + index % 7] = 1.0;
        }
    }
    let (mut next_first, mut next_second) = (first.clone(), second.clone());
    for _ in 0..steps {
        for y in 0..height {
            let (above, below) = ((y + height - 1) % height * width, (y + 1) % height * width);
            let here = y * width;
            for x in 0..width {
                let left = if x == 0 { width - 1 } else { x - 1 };
                let right = if x + 1 == width { 0 } else { x + 1 };
                let spread = |field: &[f32]| {
                    0.2 * (field[here + left] + field[here + right] + field[above + x] + field[below + x])
                        + 0.05
                            * (field[above + left]
                                + field[above + right]
                                + field[below + left]
                                + field[below + right])
                        - field[here + x]
                };
                let (a, b) = (first[here + x], second[here + x]);
                let reaction = a * b * b;
                next_first[here + x] = a + spread(&first) - reaction + feed * (1.0 - a);
                next_second[here + x] = b + 0.5 * spread(&second) + reaction - (kill + feed) * b;
            }
        }
        std::mem::swap(&mut first, &mut next_first);
        std::mem::swap(&mut second, &mut next_second);
    }
    second
}

/// Round branches lit from one side; unfaithful, a smaller picture of flat shapes that have not joined up.
pub fn colony(is_faithful: bool) -> Canvas {
    let (width, height) = if is_faithful { (400usize, 300usize) } else { (160, 120) };
    let field = grown(width, height, if is_faithful { 7000 } else { 900 });
    let (out_width, out_height) = if is_faithful { (1000, 750) } else { (640, 480) };
    let look = |x: f32, y: f32| {
        let (fx, fy) = (x.rem_euclid(width as f32), y.rem_euclid(height as f32));
        let (ix, iy) = (fx as usize % width, fy as usize % height);
        if !is_faithful {
            return field[iy * width + ix];
        }
        let (u, v) = (fx.fract(), fy.fract());
        let (u, v) = (u * u * (3.0 - 2.0 * u), v * v * (3.0 - 2.0 * v));
        let (jx, jy) = ((ix + 1) % width, (iy + 1) % height);
        let top = field[iy * width + ix] * (1.0 - u) + field[iy * width + jx] * u;
        let low = field[jy * width + ix] * (1.0 - u) + field[jy * width + jx] * u;
        top * (1.0 - v) + low * v
    };
    let light = vec3(-0.5, 0.6, 0.62).normalized();
    Canvas::paint(out_width, out_height, 2, |x, y| {
        let scale = height as f32 * 0.5;
        let (px, py) = ((x + 2.0) * scale, (y + 2.0) * scale);
        let here = look(px, py);
        if !is_faithful {
            return if here > 0.2 { hex(0x00F0_8070) } else { hex(0x0040_A0B8) };
        }
        let step = 1.4;
        let slope =
            vec3(look(px - step, py) - look(px + step, py), look(px, py - step) - look(px, py + step), 0.16);
        let normal = slope.normalized();
        let high = smoothstep(0.1, 0.36, here);
        let shadow = smoothstep(0.05, 0.3, look(px - 5.0, py + 6.0)) * (1.0 - high);
        let drift = fractal(x * 1.3, y * 1.3, 4, 5);
        let branch = gradient(
            &[hex(0x0090_2440), hex(0x00E4_5A4E), hex(0x00FF_9A72), hex(0x00FF_D6B8)],
            high * 0.8 + drift * 0.2,
        );
        let grain = 1.0 + 0.1 * fractal(x * 55.0, y * 55.0, 2, 6);
        let deep = hex(0x0006_2C42).mixed(hex(0x0012_6474), 0.5 + 0.6 * drift);
        let lit = normal.dot(light).max(0.0);
        let gleam = normal.dot((light + vec3(0.0, 0.0, 1.0)).normalized()).max(0.0).powf(40.0) * 0.35;
        let body = branch * (grain * (0.2 + 1.05 * lit)) + Vec3::default() + vec3(gleam, gleam, gleam);
        (deep * (1.0 - 0.65 * shadow)).mixed(body, smoothstep(0.08, 0.2, here))
    })
    .finished(1.0, if is_faithful { 0.4 } else { 0.0 })
}
