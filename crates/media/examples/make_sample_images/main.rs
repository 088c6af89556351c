//! Makes the pictures of the sample project, the very files in `assets/sample/images`:
//!
//! ```text
//! cargo run --release -p tiebreak-media --example make_sample_images
//! ```
//!
//! With words after it (`-- pears city`) only the pictures whose names begin so. Each prompt has two
//! pictures, `-a` and `-b`, as if two image models had answered it: one is faithful and well made, the other
//! has a fault to find, such as a wrong count, light from the wrong side or bands in the sky. Everything is
//! computed, with no data from anywhere and the same result on every run. `canvas` holds a picture, `march`
//! and `noise` are the two ways of filling it, `defect` spoils it, and each other module paints one kind of
//! scene.

#![allow(clippy::many_single_char_names, reason = "x, y, u, v and t say what they are in geometry")]

mod canvas;
mod city;
mod cloth;
mod coral;
mod defect;
mod fractal;
mod glass;
mod ink;
mod landscape;
mod march;
mod night;
mod noise;
mod sea;
mod space;
mod tabletop;
mod trees;
mod vector;
mod window;

use std::path::Path;

use canvas::Canvas;

/// A picture's name, how it is painted, and its JPEG quality (PNG if none).
type Picture = (&'static str, fn() -> Canvas, Option<u8>);

const PICTURES: &[Picture] = &[
    ("spheres-a", || tabletop::spheres(true), Some(84)),
    ("spheres-b", || tabletop::spheres(false), Some(84)),
    ("pears-a", || tabletop::pears(true), Some(83)),
    ("pears-b", || tabletop::pears(false), Some(83)),
    ("glass-a", || glass::marbles(1.45), Some(80)),
    ("glass-b", || glass::marbles(1.0), Some(80)),
    ("mountains-a", || landscape::mountains(true), Some(86)),
    ("mountains-b", || landscape::mountains(false), Some(86)),
    ("dunes-a", || landscape::dunes(true), Some(80)),
    ("dunes-b", || landscape::dunes(false), Some(82)),
    ("aurora-a", || night::aurora(true), Some(74)),
    ("aurora-b", || night::aurora(false), Some(74)),
    ("lighthouse-a", || sea::lighthouse(true), Some(76)),
    ("lighthouse-b", || sea::lighthouse(false), Some(82)),
    ("julia-a", || fractal::julia(true), Some(50)),
    ("julia-b", || fractal::julia(false), Some(30)),
    ("ink-a", || ink::currents(true), Some(52)),
    ("ink-b", || ink::currents(false), Some(44)),
    ("marbling-a", || ink::marbling(true), Some(62)),
    ("marbling-b", || ink::marbling(false), Some(78)),
    ("window-a", || window::sunrise(true), Some(72)),
    ("window-b", || window::sunrise(false), Some(64)),
    ("nebula-a", || space::nebula(true), Some(76)),
    ("nebula-b", || space::nebula(false), Some(72)),
    ("planet-a", || space::planet(true), Some(78)),
    ("planet-b", || space::planet(false), Some(78)),
    ("city-a", || city::at_night(true), Some(80)),
    ("city-b", || city::at_night(false), Some(40)),
    ("coral-a", || coral::colony(true), Some(60)),
    ("coral-b", || coral::colony(false), Some(78)),
    ("tartan-a", || cloth::tartan(true), Some(66)),
    ("tartan-b", || cloth::tartan(false), None),
    ("trees-a", || trees::forest(true), Some(72)),
    ("trees-b", || trees::forest(false), Some(52)),
];

fn main() -> Result<(), image::ImageError> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/sample/images"));
    std::fs::create_dir_all(folder)?;
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, paint, quality) in PICTURES {
        if wanted.is_empty() || wanted.iter().any(|start| name.starts_with(start.as_str())) {
            let extension = if quality.is_some() { "jpg" } else { "png" };
            let file = folder.join(format!("{name}.{extension}"));
            paint().save(&file, *quality)?;
            println!("{name}: {} KiB", std::fs::metadata(&file)?.len() / 1024);
        }
    }
    Ok(())
}
