//! Decoded images on their way to the screen: asked for ahead, uploaded a few a frame, and forgotten when
//! the budget is spent, least recently shown first. A mask is uploaded as a veil: as opaque as it is bright.
//!
//! A picture is first asked for as large as its pane; what is enlarged beyond that comes in [`tiles`].

pub mod tiles;

use std::collections::HashMap;

use egui::{ColorImage, Context, Rect, TextureHandle, TextureOptions};
use tiebreak_domain::door::{ImageRequest, Pixels};
use tiebreak_domain::media::TileRequest;
use tiebreak_domain::{ApiError, SourceId};

use self::tiles::Tiles;
use crate::compare::layer::vector;
use crate::compare::{Piece, Visual, Wanted};

/// How an image stands.
pub enum Image {
    /// It was asked for.
    Coming,
    /// It is here and not yet with the graphics card.
    Decoded(Pixels),
    /// It can be painted.
    Ready {
        /// The pixels, with the graphics card.
        texture: TextureHandle,
        /// Width and height of the file's picture.
        full_size: [u32; 2],
        /// The same pixels in memory.
        pixels: Pixels,
        /// Whether nothing shines through.
        is_opaque: bool,
    },
    /// It could not be had.
    Failed(ApiError),
}

/// How a picture stands that is to fill a pane.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It was asked for.
    Coming,
    /// It can be painted.
    Here {
        /// Width and height of the file's picture.
        size: [u32; 2],
        /// Whether something may shine through.
        has_alpha: bool,
    },
    /// It could not be had.
    Failed(ApiError),
}

struct Entry {
    image: Image,
    /// The texture again, whose magnified pixels are shown as they are; once it was wanted.
    sharp: Option<TextureHandle>,
    size_bytes: usize,
    last_used: u64,
    /// The last frame in which it was shown, or wanted for what comes next.
    needed_in: u64,
}

/// What was asked for, and whether it is to lie over a picture.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    request: ImageRequest,
    is_veil: bool,
}

/// Images by what was asked for.
#[derive(Default)]
pub struct Images {
    entries: HashMap<Key, Entry>,
    wanted: Vec<ImageRequest>,
    clock: u64,
    frame: u64,
    size_bytes: usize,
    tiles: Tiles,
}

/// How much memory decoded images may take, in pixels and on the graphics card together.
const BUDGET_BYTES: usize = 384 << 20;
/// So much coarser than the screen a picture may be before tiles of it are asked for.
const COARSE: f32 = 1.05;
/// How many images are uploaded in one frame, besides those on the screen.
const UPLOADS_A_FRAME: usize = 1;
/// Sizes asked for are rounded up to this many pixels, so that resizing a window does not decode every step.
const FIT_STEP: u32 = 256;
/// The largest side that every graphics card can hold.
pub const MAX_SIDE: u32 = 8192;

/// A mask whose every pixel is here is enlarged as it is: its edge lies between two pixels and not over several.
const SHARP_VEIL: TextureOptions =
    TextureOptions { magnification: egui::TextureFilter::Nearest, ..TextureOptions::LINEAR };

impl Images {
    /// The request for an image that shall fill so many pixels.
    pub fn request(source: SourceId, uri: &str, pixels: [f32; 2]) -> ImageRequest {
        let rounded = |side: f32| ((side.max(1.0) as u32).div_ceil(FIT_STEP) * FIT_STEP).min(MAX_SIDE);
        ImageRequest { source, uri: uri.to_owned(), fit: pixels.map(rounded) }
    }

    /// The image, asked for if it is not here; uploaded at once if it waits for that.
    pub fn get(&mut self, ctx: &Context, request: &ImageRequest) -> &Image {
        self.get_as(ctx, request, false)
    }

    /// The same of a mask: white where it is bright, and nothing where it is black.
    pub fn get_veil(&mut self, ctx: &Context, request: &ImageRequest) -> &Image {
        self.get_as(ctx, request, true)
    }

    fn get_as(&mut self, ctx: &Context, request: &ImageRequest, is_veil: bool) -> &Image {
        let key = Key { request: request.clone(), is_veil };
        self.want_as(&key);
        self.clock += 1;
        let clock = self.clock;
        let entry = self.entries.get_mut(&key).expect("it was just put there");
        (entry.last_used, entry.needed_in) = (clock, self.frame);
        upload(ctx, &key, entry);
        &entry.image
    }

    /// Asks for an image that will be shown soon, if there is room for it beside what is shown and what was wanted
    /// before it: what has no room would drive that out, and be driven out itself.
    pub fn want(&mut self, request: &ImageRequest) {
        self.want_ahead(Key { request: request.clone(), is_veil: false });
    }

    /// The same of a mask.
    pub fn want_veil(&mut self, request: &ImageRequest) {
        self.want_ahead(Key { request: request.clone(), is_veil: true });
    }

    fn want_ahead(&mut self, key: Key) {
        if let Some(entry) = self.entries.get_mut(&key) {
            entry.needed_in = self.frame;
        } else if self.needed_bytes() + most_bytes(&key.request) <= BUDGET_BYTES {
            self.want_as(&key);
        }
    }

    /// How much memory is taken, or will be, by what was needed in this frame or the last.
    fn needed_bytes(&self) -> usize {
        let needed = self.entries.iter().filter(|(_, entry)| entry.needed_in + 1 >= self.frame);
        needed
            .map(|(key, entry)| match entry.image {
                Image::Coming => most_bytes(&key.request),
                _ => entry.size_bytes,
            })
            .sum()
    }

    fn want_as(&mut self, key: &Key) {
        if !self.entries.contains_key(key) {
            self.clock += 1;
            let entry = Entry {
                image: Image::Coming,
                sharp: None,
                size_bytes: 0,
                last_used: self.clock,
                needed_in: self.frame,
            };
            self.entries.insert(key.clone(), entry);
            self.wanted.push(key.request.clone());
        }
    }

    /// Any ready image of the same file, to be shown until the right one is here.
    pub fn any_ready(&self, request: &ImageRequest) -> Option<(&TextureHandle, [u32; 2])> {
        self.entries
            .iter()
            .filter(|(other, _)| !other.is_veil)
            .filter(|(other, _)| other.request.uri == request.uri && other.request.source == request.source)
            .find_map(|(_, entry)| match &entry.image {
                Image::Ready { texture, full_size, .. } => Some((texture, *full_size)),
                _ => None,
            })
    }

    /// How a picture stands, asked for if it is not here.
    pub fn standing(&mut self, ctx: &Context, request: &ImageRequest) -> Standing {
        match self.get(ctx, request) {
            Image::Ready { full_size, is_opaque, .. } => {
                return Standing::Here { size: *full_size, has_alpha: !is_opaque };
            }
            Image::Failed(error) => return Standing::Failed(error.clone()),
            Image::Coming | Image::Decoded(_) => {}
        }
        match self.any_ready(request) {
            Some((_, size)) => Standing::Here { size, has_alpha: true },
            None => Standing::Coming,
        }
    }

    /// What is here of a picture, as it is wanted; `request` is the one that fills its pane. What is missing is
    /// asked for.
    pub fn visual(&mut self, ctx: &Context, request: &ImageRequest, wanted: &Wanted) -> Option<Visual> {
        self.get(ctx, request);
        let own = Key { request: request.clone(), is_veil: false };
        let is_ready = |entry: &Entry| matches!(entry.image, Image::Ready { .. });
        let key = if self.entries.get(&own).is_some_and(is_ready) {
            own
        } else {
            let is_same = |other: &&Key| {
                !other.is_veil && other.request.uri == request.uri && other.request.source == request.source
            };
            let ready = self.entries.iter().filter(|(_, entry)| is_ready(entry)).map(|(key, _)| key);
            ready.filter(is_same).max_by_key(|key| key.request.fit)?.clone()
        };
        let entry = self.entries.get_mut(&key)?;
        let Image::Ready { texture, full_size, pixels, .. } = &entry.image else { return None };
        let size = wanted.as_size.unwrap_or(*full_size);
        let is_native = pixels.width == full_size[0] && pixels.height == full_size[1];
        let texture = if is_native && wanted.options == TextureOptions::NEAREST {
            if entry.sharp.is_none() {
                let image = color_image(pixels, is_opaque(pixels));
                entry.size_bytes += pixels.rgba.len();
                self.size_bytes += pixels.rgba.len();
                entry.sharp = Some(ctx.load_texture(request.uri.clone(), image, TextureOptions::NEAREST));
            }
            entry.sharp.clone()?
        } else {
            texture.clone()
        };
        let place = Rect::from_min_size(egui::Pos2::ZERO, vector(size));
        let density = pixels.width as f32 / size[0] as f32;
        let mut pieces = vec![Piece { texture, place, pixels: pixels.clone() }];
        if (!is_native || wanted.as_size.is_some()) && wanted.scale > density * COARSE {
            let picture = (request.source, request.uri.as_str());
            let (tiles, is_complete) = self.tiles.pieces(ctx, picture, size, wanted);
            if is_complete {
                pieces = tiles;
            } else {
                pieces.extend(tiles);
            }
        }
        Some(Visual { full_size: size, pieces, is_moving: false })
    }

    /// The tiles to be asked for.
    pub fn take_wanted_tiles(&mut self) -> Vec<TileRequest> {
        self.tiles.take_wanted()
    }

    /// A tile arrived, or could not be had.
    pub fn tile_arrived(&mut self, request: TileRequest, tile: Result<Pixels, ApiError>) {
        self.tiles.arrived(request, tile);
    }

    /// How much memory images and tiles take.
    pub fn size_bytes(&self) -> usize {
        self.size_bytes + self.tiles.size_bytes()
    }

    /// Asks again for what could not be had.
    pub fn retry(&mut self) {
        self.entries.retain(|_, entry| !matches!(entry.image, Image::Failed(_)));
        self.tiles.retry();
    }

    /// What is to be asked for.
    pub fn take_wanted(&mut self) -> Vec<ImageRequest> {
        std::mem::take(&mut self.wanted)
    }

    /// An image arrived, or could not be had.
    pub fn arrived(&mut self, request: ImageRequest, image: Result<Pixels, ApiError>) {
        if let Err(error) = &image {
            tracing::warn!(%error, uri = request.uri, "a picture cannot be shown");
        }
        // A picture that is a mask of its own was asked for twice.
        let mut key = Key { request, is_veil: false };
        for is_veil in [false, true] {
            key.is_veil = is_veil;
            let Some(entry) = self.entries.get_mut(&key) else { continue };
            if !matches!(entry.image, Image::Coming) {
                continue;
            }
            entry.image = match &image {
                Ok(pixels) => {
                    // Once in memory, and once on the graphics card.
                    entry.size_bytes = 2 * pixels.rgba.len();
                    self.size_bytes += entry.size_bytes;
                    Image::Decoded(pixels.clone())
                }
                Err(error) => Image::Failed(error.clone()),
            };
        }
        self.forget_some();
    }

    /// Uploads what waits, a little each frame.
    pub fn upload_some(&mut self, ctx: &Context) {
        self.frame += 1;
        self.tiles.begin_frame();
        let mut waiting: Vec<_> =
            self.entries.iter_mut().filter(|(_, entry)| matches!(entry.image, Image::Decoded(_))).collect();
        let has_more = waiting.len() > UPLOADS_A_FRAME;
        for (key, entry) in waiting.iter_mut().take(UPLOADS_A_FRAME) {
            upload(ctx, key, entry);
        }
        if has_more {
            ctx.request_repaint();
        }
    }

    fn forget_some(&mut self) {
        while self.size_bytes > BUDGET_BYTES {
            let oldest = self
                .entries
                .iter()
                // What is needed stays, however much it is: it would be asked for again at once.
                .filter(|(_, entry)| entry.size_bytes > 0 && entry.needed_in + 1 < self.frame)
                .min_by_key(|(_, entry)| entry.last_used)
                .map(|(key, _)| key.clone());
            let Some(entry) = oldest.and_then(|oldest| self.entries.remove(&oldest)) else { return };
            self.size_bytes -= entry.size_bytes;
        }
    }
}

/// How much memory an image can take, in pixels and on the graphics card together; smaller ones take less.
fn most_bytes(request: &ImageRequest) -> usize {
    let [width, height] = request.fit.map(|side| side as usize);
    2 * 4 * width * height
}

fn upload(ctx: &Context, key: &Key, entry: &mut Entry) {
    if let Image::Decoded(pixels) = &entry.image {
        let is_opaque = is_opaque(pixels);
        let image = if key.is_veil {
            let size = [pixels.width as usize, pixels.height as usize];
            ColorImage::from_rgba_premultiplied(size, &veil(&pixels.rgba))
        } else {
            color_image(pixels, is_opaque)
        };
        let is_native = [pixels.width, pixels.height] == [pixels.full_width, pixels.full_height];
        let options = if key.is_veil && is_native { SHARP_VEIL } else { TextureOptions::LINEAR };
        let texture = ctx.load_texture(key.request.uri.clone(), image, options);
        let full_size = [pixels.full_width, pixels.full_height];
        entry.image = Image::Ready { texture, full_size, pixels: pixels.clone(), is_opaque };
    }
}

fn is_opaque(pixels: &Pixels) -> bool {
    pixels.rgba.chunks_exact(4).fold(u8::MAX, |least, pixel| least & pixel[3]) == u8::MAX
}

fn color_image(pixels: &Pixels, is_opaque: bool) -> ColorImage {
    let size = [pixels.width as usize, pixels.height as usize];
    if is_opaque {
        ColorImage::from_rgba_premultiplied(size, &pixels.rgba)
    } else {
        ColorImage::from_rgba_unmultiplied(size, &pixels.rgba)
    }
}

/// White as opaque as the mask is bright, premultiplied; where the mask itself is clear there is nothing.
fn veil(rgba: &[u8]) -> Vec<u8> {
    let bright = |pixel: &[u8]| {
        // ITU-R BT.601 weights, in 256ths.
        let [red, green, blue, alpha] = [pixel[0], pixel[1], pixel[2], pixel[3]].map(u32::from);
        let luma = (77 * red + 150 * green + 29 * blue) >> 8;
        (luma * alpha / 255) as u8
    };
    rgba.chunks_exact(4).flat_map(|pixel| [bright(pixel); 4]).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn pixels(side: u32) -> Pixels {
        let rgba: Arc<[u8]> = vec![255; (side * side * 4) as usize].into();
        Pixels { width: side, height: side, full_width: side * 2, full_height: side * 2, rgba }
    }

    fn picture(request: &ImageRequest) -> Key {
        Key { request: request.clone(), is_veil: false }
    }

    #[test]
    fn a_mask_is_a_veil_and_can_be_a_picture_too() {
        assert_eq!(
            veil(&[255, 255, 255, 255, 0, 0, 0, 255, 255, 255, 255, 0])[..],
            [[255; 4], [0; 4], [0; 4]].concat()
        );
        let ctx = Context::default();
        let mut images = Images::default();
        let request = Images::request(SourceId(1), "mask.png", [300.0, 10.0]);
        images.get(&ctx, &request);
        images.get_veil(&ctx, &request);
        images.arrived(request.clone(), Ok(pixels(4)));
        let id = |image: &Image| match image {
            Image::Ready { texture, .. } => Some(texture.id()),
            _ => None,
        };
        let (picture, veil) = (id(images.get(&ctx, &request)), id(images.get_veil(&ctx, &request)));
        assert!(picture.is_some() && veil.is_some() && picture != veil, "{picture:?} {veil:?}");
    }

    #[test]
    fn an_image_is_asked_for_once_and_then_ready() {
        let ctx = Context::default();
        let mut images = Images::default();
        let request = Images::request(SourceId(1), "a.png", [300.0, 10.0]);
        assert_eq!(request.fit, [512, 256], "rounded up, so that small resizes ask for nothing new");
        images.want(&request);
        images.want(&request);
        assert_eq!(images.take_wanted().len(), 1);
        images.arrived(request.clone(), Ok(pixels(4)));
        assert!(matches!(images.get(&ctx, &request), Image::Ready { full_size: [8, 8], .. }));
    }

    #[test]
    fn the_budget_holds_and_the_least_recently_shown_goes_first() {
        let ctx = Context::default();
        let mut images = Images::default();
        let requests: Vec<_> =
            (0..7).map(|index| Images::request(SourceId(1), &format!("{index}"), [2048.0; 2])).collect();
        for (index, request) in requests.iter().enumerate() {
            images.frame += 2;
            images.want(request);
            images.arrived(request.clone(), Ok(Pixels { rgba: vec![0; 64 << 20].into(), ..pixels(1) }));
            if index > 0 {
                images.entries.get_mut(&picture(&requests[0])).unwrap().last_used = u64::MAX;
            }
        }
        assert!(images.size_bytes <= BUDGET_BYTES);
        assert!(images.entries.contains_key(&picture(&requests[0])), "shown most recently");
        assert!(!images.entries.contains_key(&picture(&requests[1])), "shown longest ago");
        drop(ctx);
    }

    #[test]
    fn more_than_has_room_is_not_prepared_and_everything_comes_to_rest() {
        let ctx = Context::default();
        let mut images = Images::default();
        let rgba: Arc<[u8]> = vec![255; 256 * 256 * 4].into();
        // A frame's fit is thirty times as large as the test can hold: what it takes is told, not held.
        let request = |index: usize| Images::request(SourceId(1), &format!("{index}.png"), [3840.0, 2160.0]);
        let mut asked = Vec::new();
        for frame in 0..60 {
            // After the first half the next item is on the screen.
            let first = if frame < 30 { 0 } else { 2 };
            images.frame += 1;
            for shown in first..first + 2 {
                images.get(&ctx, &request(shown));
            }
            for ahead in first + 2..first + 10 {
                images.want(&request(ahead));
            }
            for request in images.take_wanted() {
                asked.push(request.uri.clone());
                let pixels =
                    Pixels { width: 256, height: 256, full_width: 256, full_height: 256, rgba: rgba.clone() };
                let key = picture(&request);
                images.arrived(request, Ok(pixels));
                let entry = images.entries.get_mut(&key).unwrap();
                let told = most_bytes(&key.request) - entry.size_bytes;
                entry.size_bytes += told;
                images.size_bytes += told;
            }
        }
        let most = BUDGET_BYTES / most_bytes(&request(0));
        assert!(asked.len() <= most + 2, "each is asked for once: {asked:?}");
        assert!(asked.len() >= most, "and the room is used: {asked:?}");
        for shown in 2..4 {
            assert!(matches!(images.get(&ctx, &request(shown)), Image::Ready { .. }));
        }
    }

    #[test]
    fn a_failure_is_kept_until_it_is_tried_again() {
        let ctx = Context::default();
        let mut images = Images::default();
        let request = Images::request(SourceId(1), "gone.png", [1.0; 2]);
        images.want(&request);
        images.take_wanted();
        images.arrived(
            request.clone(),
            Err(ApiError::new(tiebreak_domain::ErrorCode::NotFound, "no such file")),
        );
        assert!(matches!(images.get(&ctx, &request), Image::Failed(_)));
        assert!(images.take_wanted().is_empty(), "not asked for again by itself");
        images.retry();
        images.want(&request);
        assert_eq!(images.take_wanted().len(), 1);
    }
}
