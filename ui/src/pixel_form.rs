//! In which form pixels come over a network. What is looked at closely comes without loss, and frames that move, of
//! which there are many a second, as JPEG. When they stand still they are asked for once more.
//!
//! A browser hands out the pixels of a picture without loss only where nothing shines through: `flat` pictures have
//! their transparency below their colours.

use std::sync::Arc;

use egui::{Context, Id};
use tiebreak_domain::Request;

/// A form of its own for every request.
pub const MIXED: &str = "mixed";
/// Without loss, and without transparency in the coding.
pub const FLAT: &str = "flat";

/// The form in which a request's pixels are had, where the page asks for `wanted`.
pub fn form_of<'a>(request: &Request, wanted: &'a str) -> &'a str {
    match request {
        _ if wanted != MIXED => wanted,
        Request::Frames(frames) if !frames.is_exact => "jpeg",
        _ => FLAT,
    }
}

/// The byte before a flat picture and the picture: whether its transparency stands below its colours.
pub fn flat_parts(stretch: &[u8]) -> Option<(bool, &[u8])> {
    stretch.split_first().map(|(is_clear, picture)| (*is_clear == 1, picture))
}

/// Four bytes a pixel of a flat picture as it was decoded, with colours above and their transparency below.
pub fn rgba_from_flat(decoded: &[u8]) -> Arc<[u8]> {
    let (colours, alphas) = decoded.split_at(decoded.len() / 2);
    let alphas = alphas.as_chunks::<4>().0;
    let pixels = colours.as_chunks::<4>().0.iter().zip(alphas);
    pixels.flat_map(|([red, green, blue, _], [alpha, ..])| [*red, *green, *blue, *alpha]).collect()
}

/// Whether frames that move come with loss.
#[derive(Clone, Copy, Default)]
struct CoarseMovement(bool);

/// Says whether frames that move come with loss, so that those that stand still are asked for once more.
pub fn set_coarse_movement(ctx: &Context, is_coarse: bool) {
    ctx.data_mut(|data| data.insert_temp(Id::NULL, CoarseMovement(is_coarse)));
}

/// Whether frames that move come with loss.
pub fn is_movement_coarse(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp::<CoarseMovement>(Id::NULL)).is_some_and(|coarse| coarse.0)
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::SourceId;
    use tiebreak_domain::door::ImageRequest;
    use tiebreak_domain::media::{FramesRequest, MediumRequest};

    use super::*;

    #[test]
    fn only_frames_that_move_lose_anything() {
        let image = Request::Image(ImageRequest { source: SourceId(1), uri: "a.png".into(), fit: [9, 9] });
        let frames = |is_exact| {
            let medium = MediumRequest { source: SourceId(1), uri: "a.mp4".into() };
            Request::Frames(FramesRequest { medium, fit: [9, 9], first: 0, count: 1, is_exact })
        };
        assert_eq!(form_of(&image, MIXED), FLAT);
        assert_eq!((form_of(&frames(false), MIXED), form_of(&frames(true), MIXED)), ("jpeg", FLAT));
        assert_eq!(form_of(&frames(false), "raw"), "raw", "on one machine nothing is coded");
    }

    #[test]
    fn transparency_comes_from_below_the_colours() {
        assert_eq!(flat_parts(&[1, 5, 6]), Some((true, &[5, 6][..])));
        assert_eq!(flat_parts(&[]), None);
        assert_eq!(rgba_from_flat(&[9, 8, 7, 255, 128, 128, 128, 255])[..], [9, 8, 7, 128]);
    }
}
