//! Decoded images on their way to the screen: asked for ahead, uploaded a few a frame, and forgotten when
//! the budget is spent, least recently shown first. A mask is uploaded as a veil: as opaque as it is bright.

use std::collections::HashMap;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use tiebreak_domain::ApiError;
use tiebreak_domain::door::{ImageRequest, Pixels};

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
    },
    /// It could not be had.
    Failed(ApiError),
}

struct Entry {
    image: Image,
    size_bytes: usize,
    last_used: u64,
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
    size_bytes: usize,
}

/// How much memory decoded images may take on the graphics card.
const BUDGET_BYTES: usize = 384 << 20;
/// How many images are uploaded in one frame, besides those on the screen.
const UPLOADS_A_FRAME: usize = 1;
/// Sizes asked for are rounded up to this many pixels, so that resizing a window does not decode every step.
const FIT_STEP: u32 = 256;
/// The largest side that every graphics card can hold.
pub const MAX_SIDE: u32 = 8192;

impl Images {
    /// The request for an image that shall fill so many pixels.
    pub fn request(source: tiebreak_domain::SourceId, uri: &str, pixels: [f32; 2]) -> ImageRequest {
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
        entry.last_used = clock;
        upload(ctx, &key, entry);
        &entry.image
    }

    /// Asks for an image that will be shown soon.
    pub fn want(&mut self, request: &ImageRequest) {
        self.want_as(&Key { request: request.clone(), is_veil: false });
    }

    fn want_as(&mut self, key: &Key) {
        if !self.entries.contains_key(key) {
            self.clock += 1;
            let entry = Entry { image: Image::Coming, size_bytes: 0, last_used: self.clock };
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
                Image::Ready { texture, full_size } => Some((texture, *full_size)),
                _ => None,
            })
    }

    /// Asks again for what could not be had.
    pub fn retry(&mut self) {
        self.entries.retain(|_, entry| !matches!(entry.image, Image::Failed(_)));
    }

    /// What is to be asked for.
    pub fn take_wanted(&mut self) -> Vec<ImageRequest> {
        std::mem::take(&mut self.wanted)
    }

    /// An image arrived, or could not be had.
    pub fn arrived(&mut self, request: ImageRequest, image: Result<Pixels, ApiError>) {
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
                    entry.size_bytes = pixels.rgba.len();
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
                .filter(|(_, entry)| entry.size_bytes > 0)
                .min_by_key(|(_, entry)| entry.last_used)
                .map(|(key, _)| key.clone());
            let Some(entry) = oldest.and_then(|oldest| self.entries.remove(&oldest)) else { return };
            self.size_bytes -= entry.size_bytes;
        }
    }
}

fn upload(ctx: &Context, key: &Key, entry: &mut Entry) {
    if let Image::Decoded(pixels) = &entry.image {
        let size = [pixels.width as usize, pixels.height as usize];
        let is_opaque = pixels.rgba.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX);
        let image = if key.is_veil {
            ColorImage::from_rgba_premultiplied(size, &veil(&pixels.rgba))
        } else if is_opaque {
            ColorImage::from_rgba_premultiplied(size, &pixels.rgba)
        } else {
            ColorImage::from_rgba_unmultiplied(size, &pixels.rgba)
        };
        let options = TextureOptions { mipmap_mode: None, ..TextureOptions::LINEAR };
        let texture = ctx.load_texture(key.request.uri.clone(), image, options);
        entry.image = Image::Ready { texture, full_size: [pixels.full_width, pixels.full_height] };
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

    use tiebreak_domain::SourceId;

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
            (0..7).map(|index| Images::request(SourceId(1), &format!("{index}"), [8192.0; 2])).collect();
        for (index, request) in requests.iter().enumerate() {
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
