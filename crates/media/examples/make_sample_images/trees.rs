//! A wood in fog: branching trees, each grown by the same rule with its own chances.

use crate::canvas::Canvas;
use crate::noise::{Dice, fractal};
use crate::vector::{Vec3, gradient, hex, smoothstep, vec3};

struct Rule {
    /// How far two branches lean apart, in radians.
    spread: f32,
    /// How much chance there is in lengths and angles; 0 grows the same tree each time.
    chance: f32,
    colour: Vec3,
}

fn grow(
    canvas: &mut Canvas,
    dice: &mut Dice,
    rule: &Rule,
    from: [f32; 2],
    angle: f32,
    length: f32,
    radius: f32,
) {
    let chance = rule.chance;
    let mut place = from;
    let mut heading = angle;
    let parts = 4u8;
    for part in 0..parts {
        heading += dice.between(-0.11, 0.11) * chance;
        let to = [
            place[0] + heading.sin() * length / f32::from(parts),
            place[1] - heading.cos() * length / f32::from(parts),
        ];
        let taper = |at: f32| radius * (1.0 - 0.32 * at / f32::from(parts));
        canvas.stroke(place, to, [taper(f32::from(part)), taper(f32::from(part) + 1.0)], rule.colour);
        place = to;
    }
    if radius < 0.75 || length < 7.0 {
        return;
    }
    let children = if dice.between(0.0, 1.0) < 0.22 * chance { 3 } else { 2 };
    for child in 0..children {
        let side = if child == 0 {
            -1.0
        } else if child == 1 {
            1.0
        } else {
            0.15
        };
        let lean = rule.spread * side * (1.0 + dice.between(-0.55, 0.55) * chance);
        let shorter = 0.77 + dice.between(-0.13, 0.1) * chance;
        let towards_light = -heading * 0.08;
        let thinner = radius * (0.68 + dice.between(-0.05, 0.04) * chance);
        grow(canvas, dice, rule, place, heading + lean + towards_light, length * shorter, thinner);
    }
}

/// Trees paler the farther they stand, light from behind; unfaithful, one tree copied in a row, all near.
pub fn forest(is_faithful: bool) -> Canvas {
    let (width, height) = (2048usize, 1344usize);
    let light = (0.62 * width as f32, 0.36 * height as f32);
    let mut canvas = Canvas::plain(width, height, Vec3::default()).changed(|column, row, _| {
        let (x, y) = (column as f32, row as f32);
        let away = (x - light.0).hypot((y - light.1) * 1.25) / height as f32;
        let base =
            gradient(&[hex(0x00FF_F1CF), hex(0x00F3_D3A4), hex(0x00B9_B3A2), hex(0x0073_8488)], away * 0.95);
        base * (0.94 + 0.1 * fractal(x * 0.002, y * 0.004, 4, 2))
    });
    let mut dice = Dice::new(if is_faithful { 61 } else { 4 });
    if !is_faithful {
        let flat = Canvas::plain(width, height, hex(0x00B8_C0BE));
        canvas.pixels = flat.pixels;
        for index in 0..6u8 {
            let rule = Rule { spread: 0.42, chance: 0.0, colour: hex(0x002E_2A28) };
            grow(&mut canvas, &mut dice, &rule, [170.0 + 342.0 * f32::from(index), 1130.0], 0.0, 250.0, 19.0);
        }
        return canvas
            .changed(|_, row, colour| if row > 1128 { hex(0x0068_7060) } else { colour })
            .halved()
            .noisy(0.1);
    }
    for layer in 0..5u8 {
        let near = f32::from(layer) / 4.0;
        let ground = height as f32 * (0.62 + 0.30 * near * near);
        let colour = hex(0x00C9_BDA2).mixed(hex(0x001C_1F22), near.powf(0.75) * 0.96);
        let count = [15, 11, 8, 5, 3][usize::from(layer)];
        for index in 0..count {
            let x = (index as f32 + 0.5 + dice.between(-0.38, 0.38)) / count as f32 * width as f32;
            let x = if layer == 4 { [150.0, 1890.0, 560.0][index as usize] } else { x };
            let size = 0.34 + 0.95 * near * near;
            let rule = Rule { spread: 0.37, chance: 1.0, colour };
            let length = 250.0 * size * dice.between(0.85, 1.2);
            let foot = ground + dice.between(-8.0, 14.0) + 30.0;
            let lean = dice.between(-0.07, 0.07);
            grow(&mut canvas, &mut dice, &rule, [x, foot], lean, length, 21.0 * size);
        }
        canvas = canvas.changed(|column, row, pixel| {
            let (x, y) = (column as f32, row as f32);
            let bank = ground + 26.0 * fractal(x * 0.003, f32::from(layer) * 9.0, 5, 20 + u32::from(layer));
            let away = (x - light.0).hypot((y - light.1) * 1.25) / height as f32;
            let mist = gradient(&[hex(0x00FF_EFCB), hex(0x00E8_CFA8), hex(0x00A9_AAA2)], away * 0.9);
            let drift = 0.75
                + 0.5 * fractal(x * 0.0022 + f32::from(layer) * 3.0, y * 0.006, 4, 30 + u32::from(layer));
            let rise = smoothstep(330.0, -40.0, (bank - y).abs()) * (1.0 - near) * 0.85 * drift;
            let grass = 14.0 * fractal(x * 0.11, y * 0.012, 3, 40).max(0.0) * near;
            let soil = if y > bank - grass {
                colour.mixed(hex(0x0058_5238), 0.25 * near)
                    * (0.85 + 0.35 * fractal(x * 0.02, y * 0.05, 4, 50))
            } else {
                pixel
            };
            let veil = 0.16 * (1.0 - near);
            soil.mixed(mist, rise.min(0.9)).mixed(mist, veil)
        });
    }
    let painted = canvas.changed(|column, row, colour| {
        let (dx, dy) = (column as f32 - light.0, row as f32 - light.1);
        let away = dx.hypot(dy) / height as f32;
        let shaft = 0.5 + 0.5 * fractal(dy.atan2(dx) * 7.0, 0.5, 4, 60);
        colour + vec3(1.0, 0.82, 0.5) * (0.22 * shaft * (-away * 2.0).exp())
    });
    painted.halved().finished(0.95, 0.5)
}
