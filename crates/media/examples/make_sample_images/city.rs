//! A small town seen from a corner of the sky, drawn back to front as boxes.

use crate::canvas::Canvas;
use crate::noise::{Dice, fractal, hash};
use crate::vector::{Vec3, hex, smoothstep, vec3};

const SIDE: usize = 1792;
const HEIGHT: usize = 1472;
const TILE: f32 = 57.0;
const BLOCKS: i32 = 24;

/// Pixels of a place in the town: two ways along the ground, one up.
fn on_picture(x: f32, z: f32, up: f32) -> [f32; 2] {
    [
        SIDE as f32 * 0.5 + (x - z) * TILE * 0.82,
        SIDE as f32 * 0.155 + (x + z) * TILE * 0.43 - up * TILE * 0.86 + 50.0,
    ]
}

struct Building {
    x: f32,
    z: f32,
    width: f32,
    depth: f32,
    tall: f32,
    wall: Vec3,
    seed: u32,
}

fn draw(canvas: &mut Canvas, building: &Building, is_faithful: bool) {
    let Building { x, z, width, depth, tall, wall, seed } = *building;
    let warm = [hex(0x00FF_C35E), hex(0x00FF_D98A), hex(0x00FF_A648), hex(0x00F4_E8C0)];
    let windows = |across: f32, up: f32, count: f32, shade: f32| {
        let (column, row) = (across * count, up / 0.34);
        let cell = hash(column as i32, row as i32, seed);
        let (in_x, in_y) = (column.fract(), row.fract());
        let inside =
            (0.22..0.78).contains(&in_x) && (0.28..0.8).contains(&in_y) && up < tall - 0.12 && up > 0.2;
        let glow = (-up * 1.4).exp();
        let base = wall * (shade * (0.75 + 0.25 * up / tall)) + hex(0x00D8_8A4A) * (0.10 * glow);
        if !inside {
            return base;
        }
        if !is_faithful {
            return if cell > 0.9 { hex(0x0060_FFC0) } else { wall * 0.25 };
        }
        if cell > 0.52 {
            warm[(cell * 97.0) as usize % 4] * (0.55 + 0.75 * hash(column as i32, row as i32, seed + 1))
        } else {
            base * 0.45 + hex(0x0020_3050) * 0.4
        }
    };
    let place = |x: f32, z: f32, up: f32| on_picture(x, z, up);
    let (near_x, near_z) = (x + width, z + depth);
    let bottom = place(near_x, near_z, 0.0);
    let left = [place(x, near_z, 0.0), bottom, place(near_x, near_z, tall), place(x, near_z, tall)];
    let right = [bottom, place(near_x, z, 0.0), place(near_x, z, tall), place(near_x, near_z, tall)];
    let roof =
        [place(x, z, tall), place(near_x, z, tall), place(near_x, near_z, tall), place(x, near_z, tall)];
    let up_at = |across: f32, from: [f32; 2], to: [f32; 2], y: f32| {
        (from[1] + (to[1] - from[1]) * across - y) / (TILE * 0.86)
    };
    canvas.polygon(&left, |px, py| {
        let across = (px - left[0][0]) / (left[1][0] - left[0][0]);
        windows(across, up_at(across, left[0], left[1], py), (width * 3.2).round(), 1.0)
    });
    canvas.polygon(&right, |px, py| {
        let across = (px - right[0][0]) / (right[1][0] - right[0][0]);
        windows(across, up_at(across, right[0], right[1], py), (depth * 3.2).round(), 0.6)
    });
    canvas.polygon(&roof, |_, _| wall * 1.35 + hex(0x0018_2848) * 0.3);
    let inset = 0.1;
    let sunk = [
        place(x + inset, z + inset, tall),
        place(near_x - inset, z + inset, tall),
        place(near_x - inset, near_z - inset, tall),
        place(x + inset, near_z - inset, tall),
    ];
    canvas.polygon(&sunk, |_, _| wall * 0.8 + hex(0x0014_2040) * 0.3);
}

fn tree(canvas: &mut Canvas, x: f32, z: f32, size: f32) {
    let [px, py] = on_picture(x, z, 0.0);
    canvas.stroke([px, py], [px, py - 10.0], [3.0, 2.5], hex(0x0020_1818));
    for (lift, radius, colour) in
        [(16.0, 17.0, 0x0013_3030), (24.0, 13.0, 0x001C_4640), (30.0, 8.0, 0x002C_6450)]
    {
        canvas.disc(px - (lift - 16.0) * 0.2, py - lift * size, radius * size, hex(colour), 1.0);
    }
}

/// Night, warm windows and one tower with a red light; unfaithful, no tower, few windows and those green.
pub fn at_night(is_faithful: bool) -> Canvas {
    let mut canvas = Canvas::plain(SIDE, HEIGHT, Vec3::default()).changed(|column, row, _| {
        let (x, y) = (column as f32 / SIDE as f32, row as f32 / SIDE as f32);
        hex(0x0016_1C3C).mixed(hex(0x0032_2A54), y) * (0.85 + 0.25 * fractal(x * 2.0, y * 2.0, 4, 3))
    });
    let span = BLOCKS as f32 * 0.75;
    let slab = [
        on_picture(0.0, 0.0, 0.0),
        on_picture(span, 0.0, 0.0),
        on_picture(span, span, 0.0),
        on_picture(0.0, span, 0.0),
    ];
    let edge = 34.0;
    for side in [[slab[3], slab[2]], [slab[2], slab[1]]] {
        let skirt = [side[0], side[1], [side[1][0], side[1][1] + edge], [side[0][0], side[0][1] + edge]];
        canvas.polygon(&skirt, |_, _| hex(0x000D_1024));
    }
    canvas.polygon(&slab, |px, py| {
        let (a, b) =
            ((px - SIDE as f32 * 0.5) / (TILE * 0.82), (py - 50.0 - SIDE as f32 * 0.155) / (TILE * 0.43));
        let (x, z) = (f32::midpoint(a, b), (b - a) / 2.0);
        let (in_x, in_z) = (x.rem_euclid(4.5), z.rem_euclid(4.5));
        let is_road = in_x < 1.0 || in_z < 1.0;
        let crossing = (in_x - 0.5).abs().min((in_z - 0.5).abs());
        let lamp = ((x.rem_euclid(1.5) - 0.75).abs() + (z.rem_euclid(1.5) - 0.75).abs()) * 0.5;
        let pool = hex(0x00FF_A850) * (0.32 * (-lamp * lamp * 16.0).exp());
        if is_road {
            let dash = crossing < 0.03 && (x * 3.0).rem_euclid(1.0) < 0.5 && (z * 3.0).rem_euclid(1.0) < 0.99;
            let line = if dash { hex(0x00C8_B890) * 0.5 } else { Vec3::default() };
            hex(0x0020_2440) + pool + line
        } else {
            hex(0x0019_3038) + pool * 0.35
        }
    });
    let mut dice = Dice::new(if is_faithful { 23 } else { 77 });
    let walls = [hex(0x003C_3F66), hex(0x0052_4668), hex(0x002E_4A66), hex(0x0068_4C5C), hex(0x0036_3658)];
    let tower_lot = (1, 1);
    let mut lots: Vec<(i32, i32)> = (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).collect();
    lots.sort_by_key(|(i, j)| i + j);
    for (i, j) in lots {
        let (corner_x, corner_z) = (i as f32 * 4.5 + 1.15, j as f32 * 4.5 + 1.15);
        let is_park = (i, j) == (2, 2) || (i, j) == (0, 3);
        if is_park {
            for row in 0..5u8 {
                for column in 0..5u8 {
                    let (dx, dz) = (f32::from(column) * 0.68 + 0.25, f32::from(row) * 0.68 + 0.25);
                    tree(&mut canvas, corner_x + dx, corner_z + dz, dice.between(0.75, 1.15));
                }
            }
            continue;
        }
        for row in 0..2u8 {
            for column in 0..2u8 {
                let is_tower = is_faithful && (i, j) == tower_lot && row == 0 && column == 0;
                let height = dice.between(0.9, 4.6) * if i + j < 4 { 1.15 } else { 0.75 };
                let building = Building {
                    x: corner_x + f32::from(column) * 1.65,
                    z: corner_z + f32::from(row) * 1.65,
                    width: dice.between(1.1, 1.5),
                    depth: dice.between(1.1, 1.5),
                    tall: if is_tower { 9.6 } else { height },
                    wall: walls[dice.below(walls.len())],
                    seed: dice.below(9999) as u32,
                };
                draw(&mut canvas, &building, is_faithful);
                if is_tower {
                    let top = on_picture(building.x + 0.65, building.z + 0.65, 9.6);
                    canvas.stroke(top, [top[0], top[1] - 56.0], [4.0, 2.0], hex(0x0030_3048));
                    for ring in 1..26 {
                        canvas.disc(top[0], top[1] - 60.0, ring as f32 * 2.6, vec3(1.0, 0.06, 0.05), 0.03);
                    }
                    canvas.disc(top[0], top[1] - 60.0, 9.0, vec3(1.0, 0.25, 0.2), 1.0);
                } else if dice.between(0.0, 1.0) > 0.55 {
                    let shed = Building {
                        x: building.x + 0.35,
                        z: building.z + 0.35,
                        width: 0.5,
                        depth: 0.5,
                        ..building
                    };
                    let base = building.tall;
                    let corners = |up: f32| {
                        [
                            on_picture(shed.x, shed.z + 0.5, up),
                            on_picture(shed.x + 0.5, shed.z + 0.5, up),
                            on_picture(shed.x + 0.5, shed.z, up),
                            on_picture(shed.x, shed.z, up),
                        ]
                    };
                    let (low, high) = (corners(base), corners(base + 0.3));
                    canvas.polygon(&[low[0], low[1], high[1], high[0]], |_, _| shed.wall * 0.9);
                    canvas.polygon(&[low[1], low[2], high[2], high[1]], |_, _| shed.wall * 0.5);
                    canvas.polygon(&high, |_, _| shed.wall * 1.4);
                }
            }
        }
    }
    let lamp_haze = |row: usize| smoothstep(0.0, 1.0, row as f32 / 896.0) * 0.015;
    let small = canvas.halved().changed(|_, row, colour| colour + hex(0x00FF_9A60) * lamp_haze(row));
    if is_faithful { small.finished(1.55, 0.35) } else { small.noisy(0.11).finished(1.3, 0.1) }
}
