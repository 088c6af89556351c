//! Decoded images on their way to the screen: asked for ahead, uploaded a few a frame, and forgotten when
//! the budget is spent, least recently shown first.

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

/// Images by what was asked for.
#[derive(Default)]
pub struct Images {
    entries: HashMap<ImageRequest, Entry>,
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
        self.want(request);
        self.clock += 1;
        let clock = self.clock;
        let entry = self.entries.get_mut(request).expect("it was just put there");
        entry.last_used = clock;
        upload(ctx, request, entry);
        &entry.image
    }

    /// Asks for an image that will be shown soon.
    pub fn want(&mut self, request: &ImageRequest) {
        if !self.entries.contains_key(request) {
            self.clock += 1;
            let entry = Entry { image: Image::Coming, size_bytes: 0, last_used: self.clock };
            self.entries.insert(request.clone(), entry);
            self.wanted.push(request.clone());
        }
    }

    /// Any ready image of the same file, to be shown until the right one is here.
    pub fn any_ready(&self, request: &ImageRequest) -> Option<(&TextureHandle, [u32; 2])> {
        self.entries
            .iter()
            .filter(|(other, _)| other.uri == request.uri && other.source == request.source)
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
        let Some(entry) = self.entries.get_mut(&request) else { return };
        entry.image = match image {
            Ok(pixels) => {
                entry.size_bytes = pixels.rgba.len();
                self.size_bytes += entry.size_bytes;
                Image::Decoded(pixels)
            }
            Err(error) => Image::Failed(error),
        };
        self.forget_some();
    }

    /// Uploads what waits, a little each frame.
    pub fn upload_some(&mut self, ctx: &Context) {
        let mut waiting: Vec<_> =
            self.entries.iter_mut().filter(|(_, entry)| matches!(entry.image, Image::Decoded(_))).collect();
        let has_more = waiting.len() > UPLOADS_A_FRAME;
        for (request, entry) in waiting.iter_mut().take(UPLOADS_A_FRAME) {
            upload(ctx, request, entry);
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
                .map(|(request, _)| request.clone());
            let Some(entry) = oldest.and_then(|oldest| self.entries.remove(&oldest)) else { return };
            self.size_bytes -= entry.size_bytes;
        }
    }
}

fn upload(ctx: &Context, request: &ImageRequest, entry: &mut Entry) {
    if let Image::Decoded(pixels) = &entry.image {
        let size = [pixels.width as usize, pixels.height as usize];
        let is_opaque = pixels.rgba.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX);
        let image = if is_opaque {
            ColorImage::from_rgba_premultiplied(size, &pixels.rgba)
        } else {
            ColorImage::from_rgba_unmultiplied(size, &pixels.rgba)
        };
        let options = TextureOptions { mipmap_mode: None, ..TextureOptions::LINEAR };
        let texture = ctx.load_texture(request.uri.clone(), image, options);
        entry.image = Image::Ready { texture, full_size: [pixels.full_width, pixels.full_height] };
    }
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
                images.entries.get_mut(&requests[0]).unwrap().last_used = u64::MAX;
            }
        }
        assert!(images.size_bytes <= BUDGET_BYTES);
        assert!(images.entries.contains_key(&requests[0]), "shown most recently");
        assert!(!images.entries.contains_key(&requests[1]), "shown longest ago");
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
