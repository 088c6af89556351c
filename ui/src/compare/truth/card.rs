//! The same truth as a graphics driver paints it, held against pictures that the `image` crate cuts, enlarges, joins
//! and subtracts.
//!
//! Needs a Vulkan driver, of a card or of Mesa for the processor; `./check.sh card` installs the latter and then
//! expects one (`TIEBREAK_TEST_CARD`). Letters, chips and lines over the pictures are told from them by their place:
//! what a triangle without a picture lies over is not compared.

use std::panic::{AssertUnwindSafe, catch_unwind};

use egui_kittest::TestRenderer as _;
use egui_kittest::wgpu::WgpuTestRenderer;
use image::imageops::{FilterType, crop_imm, replace, resize};
use image::{Rgb, RgbImage, RgbaImage};

use super::tiled::{ENLARGED, LARGE, zoom_to_the_corner};
use super::*;

/// The first pixel of a picture that is in the pane, in both directions, where its tiles meet.
const FIRST: u32 = 480;

/// The driver; none where there is none, saying so.
fn driver() -> Option<WgpuTestRenderer> {
    if let Ok(driver) = catch_unwind(WgpuTestRenderer::new) {
        return Some(driver);
    }
    assert!(
        std::env::var_os("TIEBREAK_TEST_CARD").is_none(),
        "there is no Vulkan driver; install mesa-vulkan-drivers"
    );
    eprintln!("skipped: there is no Vulkan driver");
    None
}

/// What is on the pane, and which pixels of it are under something that is no picture.
fn painted(
    driver: &mut WgpuTestRenderer,
    screen: &mut Screen,
    looking: &mut Looking,
    index: Option<usize>,
    now_ms: u64,
) -> (RgbaImage, Vec<bool>) {
    let mut output = screen.settled(looking, index, now_ms, &mut |_, mut output| {
        driver.handle_delta(&mut output.textures_delta);
        output.drop_without_applying_deltas();
    });
    driver.handle_delta(&mut output.textures_delta);
    let image = driver.render(&screen.ctx, &output).expect("the driver paints");
    let shapes = std::mem::take(&mut output.shapes);
    let covered = covered(&screen.ctx.tessellate(shapes, 1.0));
    output.drop_without_applying_deltas();
    (image, covered)
}

fn covered(primitives: &[ClippedPrimitive]) -> Vec<bool> {
    let mut covered = vec![false; PANE[0] * PANE[1]];
    let mut has_picture = false;
    for ClippedPrimitive { clip_rect, primitive } in primitives {
        let Primitive::Mesh(mesh) = primitive else { continue };
        let is_picture = mesh.texture_id != TextureId::default();
        has_picture |= is_picture;
        // What was painted before is under the pictures.
        if is_picture || !has_picture {
            continue;
        }
        for corners in mesh.indices.chunks_exact(3) {
            let corners = [0, 1, 2].map(|corner| mesh.vertices[corners[corner] as usize].pos);
            let bounds = Rect::from_points(&corners).intersect(*clip_rect);
            let sides =
                |from: f32, to: f32, most: usize| from.max(0.0) as usize..(to.ceil() as usize).min(most);
            for y in sides(bounds.top(), bounds.bottom(), PANE[1]) {
                for x in sides(bounds.left(), bounds.right(), PANE[0]) {
                    covered[y * PANE[0] + x] = true;
                }
            }
        }
    }
    covered
}

fn assert_equal((painted, covered): &(RgbaImage, Vec<bool>), expected: &RgbImage, near: u8) {
    assert_eq!(painted.dimensions(), expected.dimensions());
    let mut held = 0;
    for (x, y, pixel) in expected.enumerate_pixels() {
        if covered[y as usize * PANE[0] + x as usize] {
            continue;
        }
        let found = painted.get_pixel(x, y);
        let is_it = pixel.0.iter().zip(found.0).all(|(one, other)| one.abs_diff(other) <= near);
        assert!(is_it, "at {x}, {y}: {found:?} and not {pixel:?}");
        held += 1;
    }
    assert!(held > PANE[0] * PANE[1] * 3 / 4, "only {held} pixels were held against something");
}

/// A picture whole, as a file would hold it.
fn whole_of(picture: &Picture, [width, height]: [u32; 2]) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb(picture(x, y)))
}

/// On the whole pane, each pixel as large as it must be.
fn enlarged(picture: &RgbImage) -> RgbImage {
    resize(picture, PANE[0] as u32, PANE[1] as u32, FilterType::Nearest)
}

/// The first one left of the line of a wipe, and the other right of it.
fn joined([one, other]: [&RgbImage; 2], line: u32) -> RgbImage {
    let mut joined = other.clone();
    replace(&mut joined, &crop_imm(one, 0, 0, line, PANE[1] as u32).to_image(), 0, 0);
    joined
}

fn subtracted(one: &RgbImage, other: &RgbImage, gain: u8) -> RgbImage {
    RgbImage::from_fn(one.width(), one.height(), |x, y| {
        let (one, other) = (one.get_pixel(x, y).0, other.get_pixel(x, y).0);
        let of = |channel: usize| one[channel].abs_diff(other[channel]).saturating_mul(gain);
        Rgb([of(0), of(1), of(2)])
    })
}

/// Zooms so that a quarter of the picture fills the pane, its middle in the middle.
fn zoom_to_the_middle(looking: &mut Looking) {
    looking.zoom_mut(0).by(2.0, whole().center(), whole(), vector(SIZE));
}

fn middle_of(picture: &RgbImage) -> RgbImage {
    let [width, height] = SIZE;
    enlarged(&crop_imm(picture, width / 4, height / 4, width / 2, height / 2).to_image())
}

#[test]
fn a_driver_paints_each_pixel_as_the_file_has_it() {
    let Some(mut driver) = driver() else { return };
    let pictures = pictures().map(|picture| whole_of(&picture, SIZE));
    let mut screen = Screen::new(SIZE);
    let driver = &mut driver;

    let mut looking = Looking::default();
    for (index, picture) in pictures.iter().enumerate() {
        let shown = painted(driver, &mut screen, &mut looking, Some(index), 0);
        assert_equal(&shown, &enlarged(picture), 0);
    }
    zoom_to_the_middle(&mut looking);
    let crop = painted(driver, &mut screen, &mut looking, Some(1), 0);
    assert_equal(&crop, &middle_of(&pictures[1]), 0);

    let mut looking = in_mode(Mode::Wipe);
    looking.line = 0.3;
    let joined = joined([&enlarged(&pictures[0]), &enlarged(&pictures[1])], 192);
    assert_equal(&painted(driver, &mut screen, &mut looking, None, 0), &joined, 0);

    let mut looking = in_mode(Mode::Flicker);
    for (now_ms, which) in [(0, 0), (499, 0), (500, 1), (999, 1), (1_000, 0)] {
        let shown = painted(driver, &mut screen, &mut looking, None, now_ms);
        assert_equal(&shown, &enlarged(&pictures[which]), 0);
    }

    for gain in [1, 4] {
        let mut looking = in_mode(Mode::Difference);
        looking.sight = Sight { gain, map: Map::Absolute };
        let difference = subtracted(&pictures[0], &pictures[1], gain);
        let shown = painted(driver, &mut screen, &mut looking, None, 0);
        assert_equal(&shown, &enlarged(&difference), 0);
        zoom_to_the_middle(&mut looking);
        let shown = painted(driver, &mut screen, &mut looking, None, 0);
        assert_equal(&shown, &middle_of(&difference), 0);
    }
}

#[test]
fn a_driver_paints_each_pixel_where_tiles_meet() {
    let Some(mut driver) = driver() else { return };
    let mut screen = tiled::screen();
    let driver = &mut driver;
    let at_the_corner = |picture: &RgbImage| {
        let [width, height] = PANE.map(|side| side as u32 / ENLARGED);
        enlarged(&crop_imm(picture, FIRST, FIRST, width, height).to_image())
    };
    let wholes = pictures().map(|picture| whole_of(&picture, LARGE));
    let [one, other] = wholes.each_ref().map(at_the_corner);

    let mut looking = Looking::default();
    zoom_to_the_corner(&mut looking);
    assert_equal(&painted(driver, &mut screen, &mut looking, Some(1), 0), &other, 0);

    for (line, column) in [(0.3, 192), (0.6, 384)] {
        let mut looking = in_mode(Mode::Wipe);
        looking.line = line;
        zoom_to_the_corner(&mut looking);
        let shown = painted(driver, &mut screen, &mut looking, None, 0);
        assert_equal(&shown, &joined([&one, &other], column), 0);
    }

    let mut looking = in_mode(Mode::Flicker);
    zoom_to_the_corner(&mut looking);
    for (now_ms, picture) in [(0, &one), (500, &other)] {
        assert_equal(&painted(driver, &mut screen, &mut looking, None, now_ms), picture, 0);
    }

    let mut looking = in_mode(Mode::Difference);
    looking.sight = Sight { gain: 4, map: Map::Absolute };
    zoom_to_the_corner(&mut looking);
    let difference = at_the_corner(&subtracted(&wholes[0], &wholes[1], 4));
    assert_equal(&painted(driver, &mut screen, &mut looking, None, 0), &difference, 0);
}
