//! Pixels, frames and sound over HTTP: the address they are had at, and the body they come in.
//!
//! A body is the length of a head in four bytes (least first), the head as JSON, and then one stretch of bytes for
//! each picture, or for the sound. The head is the reply without its bytes, and says how long each stretch is where
//! there are several. Pictures are raw (four bytes a pixel) or PNG or JPEG, as the address asks.

use std::sync::Arc;

use serde::Deserialize;
use tiebreak_domain::door::{Picture, Pixels};
use tiebreak_domain::media::{Frames, Sound};
use tiebreak_domain::{Reply, Request};

/// The query of the address at which pixels, frames or sound are had; none for other requests. `form` is `raw`,
/// `png` or `jpeg`.
pub fn pixel_query(request: &Request, form: &str) -> Option<String> {
    let has_pixels =
        matches!(request, Request::Image(_) | Request::Tile(_) | Request::Frames(_) | Request::Sound(_));
    if !has_pixels {
        return None;
    }
    let json = serde_json::to_string(request).expect("keys are strings and the writer is memory");
    let mut query = format!("as={form}&r=");
    for byte in json.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            query.push(char::from(byte));
        } else {
            query.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(query)
}

/// Why a body makes no sense: a sentence without a full stop.
pub type Unreadable = String;

#[derive(Clone, Copy, Deserialize)]
struct Sizes {
    width: u32,
    height: u32,
    full_width: u32,
    full_height: u32,
}

#[derive(Deserialize)]
struct ImageHead {
    #[serde(flatten)]
    sizes: Sizes,
    #[serde(default)]
    may_move: bool,
}

#[derive(Deserialize)]
struct FramesHead {
    first: u32,
    pictures: Vec<Sizes>,
}

#[derive(Deserialize)]
struct SoundHead {
    rate_hz: u32,
    channels: u8,
}

#[derive(Deserialize)]
struct Lengths {
    #[serde(default)]
    lengths: Vec<usize>,
}

enum Head {
    Image(ImageHead),
    Tile(Sizes),
    Frames(FramesHead),
    Sound(SoundHead),
}

/// A body, taken apart.
pub struct PixelBody<'a> {
    head: Head,
    /// The stretches of bytes behind the head.
    pub stretches: Vec<&'a [u8]>,
}

impl<'a> PixelBody<'a> {
    /// Takes the body apart that answers a request.
    pub fn parse(request: &Request, body: &'a [u8]) -> Result<Self, Unreadable> {
        let too_short = || format!("it ends early, after {} bytes", body.len());
        let (length, rest) = body.split_first_chunk::<4>().ok_or_else(too_short)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (head, bytes) = rest.split_at_checked(length).ok_or_else(too_short)?;
        let unreadable = |error: serde_json::Error| format!("its head makes no sense: {error}");
        let lengths: Lengths = serde_json::from_slice(head).map_err(unreadable)?;
        let head = match request {
            Request::Image(_) => serde_json::from_slice(head).map(Head::Image),
            Request::Tile(_) => serde_json::from_slice(head).map(Head::Tile),
            Request::Frames(_) => serde_json::from_slice(head).map(Head::Frames),
            Request::Sound(_) => serde_json::from_slice(head).map(Head::Sound),
            _ => return Err("no pixels were asked for".to_owned()),
        }
        .map_err(unreadable)?;
        let mut stretches = Vec::new();
        let mut bytes = bytes;
        for length in lengths.lengths {
            let (stretch, after) = bytes.split_at_checked(length).ok_or_else(too_short)?;
            stretches.push(stretch);
            bytes = after;
        }
        if stretches.is_empty() && !matches!(head, Head::Frames(_)) {
            stretches.push(bytes);
        }
        Ok(Self { head, stretches })
    }

    /// Whether the stretches are pictures.
    pub fn is_pictures(&self) -> bool {
        !matches!(self.head, Head::Sound(_))
    }

    /// The reply, with the bytes of each stretch as the reply holds them: four a pixel, or four a sample.
    pub fn into_reply(self, stretches: Vec<Arc<[u8]>>) -> Result<Reply, Unreadable> {
        let mut stretches = stretches.into_iter();
        let mut next = || stretches.next().ok_or_else(|| "a picture is missing".to_owned());
        Ok(match self.head {
            Head::Image(ImageHead { sizes, may_move }) => {
                Reply::Image(Picture { pixels: pixels(sizes, next()?)?, may_move })
            }
            Head::Tile(sizes) => Reply::Tile(pixels(sizes, next()?)?),
            Head::Frames(head) => {
                let pictures = head
                    .pictures
                    .into_iter()
                    .map(|sizes| pixels(sizes, next()?))
                    .collect::<Result<_, _>>()?;
                Reply::Frames(Frames { first: head.first, pictures })
            }
            Head::Sound(head) => {
                let bytes = next()?;
                let (samples, []) = bytes.as_chunks::<4>() else {
                    return Err(format!("its samples end early, after {} bytes", bytes.len()));
                };
                let samples = samples.iter().map(|sample| f32::from_le_bytes(*sample)).collect();
                Reply::Sound(Sound { rate_hz: head.rate_hz, channels: head.channels, samples })
            }
        })
    }
}

fn pixels(sizes: Sizes, rgba: Arc<[u8]>) -> Result<Pixels, Unreadable> {
    let Sizes { width, height, full_width, full_height } = sizes;
    let expected = width as usize * height as usize * 4;
    if rgba.len() == expected {
        Ok(Pixels { width, height, full_width, full_height, rgba })
    } else {
        Err(format!("{width} × {height} pixels are {expected} bytes, and {} came", rgba.len()))
    }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::SourceId;
    use tiebreak_domain::door::ImageRequest;
    use tiebreak_domain::media::{FramesRequest, MediumRequest, SoundRequest};

    use super::*;

    fn body(head: &str, bytes: &[u8]) -> Vec<u8> {
        [&(head.len() as u32).to_le_bytes(), head.as_bytes(), bytes].concat()
    }

    fn read(request: &Request, body: &[u8]) -> Result<Reply, Unreadable> {
        let parsed = PixelBody::parse(request, body)?;
        let stretches = parsed.stretches.iter().map(|stretch| (*stretch).into()).collect();
        parsed.into_reply(stretches)
    }

    fn medium() -> MediumRequest {
        MediumRequest { source: SourceId(1), uri: "a b.mp4".into() }
    }

    #[test]
    fn pictures_frames_and_sound_are_read() {
        let image = Request::Image(ImageRequest { source: SourceId(1), uri: "a.png".into(), fit: [9, 9] });
        let sizes = r#""width":1,"height":1,"full_width":5,"full_height":6"#;
        for (says, moves) in [("", false), (",\"may_move\":true", true)] {
            let reply = read(&image, &body(&format!("{{{sizes}{says},\"lengths\":[4]}}"), &[1, 2, 3, 4]));
            let Ok(Reply::Image(Picture { pixels, may_move })) = reply else {
                panic!("an image, not {reply:?}")
            };
            assert_eq!((&pixels.rgba[..], pixels.full_height, may_move), (&[1, 2, 3, 4][..], 6, moves));
        }
        let frames = Request::Frames(FramesRequest {
            medium: medium(),
            fit: [9, 9],
            first: 7,
            count: 2,
            is_exact: false,
        });
        let head = format!("{{\"first\":7,\"pictures\":[{{{sizes}}},{{{sizes}}}],\"lengths\":[4,4]}}");
        let reply = read(&frames, &body(&head, &[1, 2, 3, 4, 5, 6, 7, 8]));
        let Ok(Reply::Frames(frames)) = reply else { panic!("frames, not {reply:?}") };
        assert_eq!((frames.first, &frames.pictures[1].rgba[..]), (7, &[5, 6, 7, 8][..]));
        let sound =
            Request::Sound(SoundRequest { medium: medium(), from_us: 0, length_us: 1, speed_percent: 100 });
        let samples = [0.5_f32.to_le_bytes(), (-1.0_f32).to_le_bytes()].concat();
        let reply = read(&sound, &body(r#"{"rate_hz":48000,"channels":2,"lengths":[8]}"#, &samples));
        let Ok(Reply::Sound(sound)) = reply else { panic!("sound, not {reply:?}") };
        assert_eq!(&sound.samples[..], [0.5, -1.0]);
    }

    #[test]
    fn what_ends_early_or_lies_about_its_size_is_no_picture() {
        let image = Request::Image(ImageRequest { source: SourceId(1), uri: "a.png".into(), fit: [9, 9] });
        let head = r#"{"width":2,"height":1,"full_width":2,"full_height":1,"lengths":[8]}"#;
        let whole = body(head, &[0; 8]);
        assert!(read(&image, &whole).is_ok());
        for length in [0, 3, 20, whole.len() - 1] {
            assert!(read(&image, &whole[..length]).is_err(), "{length} bytes");
        }
        let lies = head.replace("\"width\":2", "\"width\":3");
        assert!(read(&image, &body(&lies, &[0; 8])).is_err(), "three pixels are not eight bytes");
    }

    #[test]
    fn a_request_fits_into_an_address() {
        let request =
            Request::Image(ImageRequest { source: SourceId(1), uri: "a &b.png".into(), fit: [1, 2] });
        let query = pixel_query(&request, "raw").expect("it has pixels");
        assert!(query.starts_with("as=raw&r=%7B%22image%22") && query.contains("a%20%26b.png"), "{query}");
        assert_eq!(pixel_query(&Request::Project, "raw"), None);
    }
}
