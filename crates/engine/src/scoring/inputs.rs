//! Inputs: what a model reads of an item's candidates, out of their parts and the files beside them.

use tiebreak_domain::{Item, Part, SourceId};
use tiebreak_media::Images;
use tiebreak_reward::model::manifest::{Input, Manifest, Task};
use tiebreak_reward::model::{Candidate, Request, RgbImage};

use crate::session::Session;

/// Pictures are decoded to at most this many times what the model sees, so that its own resampling decides.
const OVERSAMPLING: u32 = 4;
/// What stands behind a transparent picture.
const BACKGROUND: u16 = 255;

/// What of an item a model could score, by the data's order; none where it cannot read the candidate at all.
pub fn is_readable(manifest: &Manifest, item: &Item) -> Vec<bool> {
    let can_read = |candidate: &tiebreak_domain::Candidate| match &manifest.input {
        Input::Text(_) => reads_as_text(candidate),
        Input::Image(_) | Input::ImageText(..) => only_image(candidate).is_some(),
        // Frames and foreign features come with the looking closely and the columns that name them.
        Input::Video(..) | Input::VideoText(..) | Input::Features(_) => false,
    };
    item.candidates.iter().map(can_read).collect()
}

/// What a model reads of one candidate; for a pairwise model of two.
pub fn request(
    session: &Session,
    images: &Images,
    source: SourceId,
    item: &Item,
    manifest: &Manifest,
    candidate: usize,
) -> Result<Request, String> {
    let prompt: String = prompt_text(item);
    let first = content(session, images, source, item, manifest, candidate)?;
    let request = Request { prompt: prompt.into(), candidate: first, second: None };
    if manifest.task != Task::Pairwise {
        return Ok(request);
    }
    Ok(request.against(content(session, images, source, item, manifest, candidate + 1)?))
}

fn content(
    session: &Session,
    images: &Images,
    source: SourceId,
    item: &Item,
    manifest: &Manifest,
    candidate: usize,
) -> Result<Candidate, String> {
    let candidate = item.candidates.get(candidate).ok_or("the item has no such candidate")?;
    match &manifest.input {
        Input::Text(_) => Ok(Candidate::Text(candidate.text().into())),
        Input::Image(input) | Input::ImageText(input, _) => {
            let uri = only_image(candidate).ok_or("the candidate has no picture")?;
            let folder = session.media_folder(source).map_err(|error| error.message)?;
            let largest = OVERSAMPLING * input.width.max(input.height) as u32;
            // Its own numbers, not those that people see: models were trained on pictures that nobody converted.
            let pixels =
                images.get_as_stored(&folder, uri, [largest, largest]).map_err(|error| error.to_string())?;
            let rgb = over_background(&pixels.rgba);
            Ok(Candidate::Image(RgbImage { width: pixels.width, height: pixels.height, pixels: rgb.into() }))
        }
        _ => Err("this program does not feed such models yet".to_owned()),
    }
}

/// Whether a model of texts has something to read: words, or the nothing that a model answered.
fn reads_as_text(candidate: &tiebreak_domain::Candidate) -> bool {
    let has_words = |part: &Part| part.text().is_some_and(|text| !text.trim().is_empty());
    candidate.is_empty_response() || candidate.parts.iter().any(has_words)
}

fn only_image(candidate: &tiebreak_domain::Candidate) -> Option<&str> {
    candidate
        .parts
        .iter()
        .find_map(|part| if let Part::Image { uri } = part { Some(uri.as_str()) } else { None })
}

/// The words of a prompt; turns of a conversation with who speaks, as the models' makers write them.
fn prompt_text(item: &Item) -> String {
    let turns = item.prompt.iter().filter_map(|part| match part {
        Part::Message { role, text } => Some(format!("{}: {text}", speaker(role))),
        Part::Text { text, .. } => Some(text.clone()),
        _ => None,
    });
    turns.collect::<Vec<_>>().join("\n\n")
}

fn speaker(role: &str) -> &str {
    match role {
        "user" => "Human",
        "assistant" => "Assistant",
        other => other,
    }
}

/// Red, green and blue of pixels with transparency, laid over white.
fn over_background(rgba: &[u8]) -> Vec<u8> {
    let (pixels, _) = rgba.as_chunks::<4>();
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u16::from(value), u16::from(alpha));
        ((value * alpha + BACKGROUND * (255 - alpha) + 127) / 255) as u8
    };
    pixels
        .iter()
        .flat_map(|[red, green, blue, alpha]| [over(*red, *alpha), over(*green, *alpha), over(*blue, *alpha)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_is_white_to_a_model() {
        assert_eq!(over_background(&[10, 20, 30, 255, 10, 20, 30, 0]), [10, 20, 30, 255, 255, 255]);
        assert_eq!(over_background(&[0, 0, 0, 128]), [127, 127, 127]);
    }

    #[test]
    fn an_empty_response_is_scored_and_a_picture_is_no_text() {
        let of = |parts| tiebreak_domain::Candidate { parts, ..tiebreak_domain::Candidate::default() };
        assert!(reads_as_text(&of(vec![Part::plain("x")])));
        assert!(reads_as_text(&of(vec![Part::plain("")])), "the model said nothing, and that is an answer");
        assert!(!reads_as_text(&of(vec![Part::plain(""), Part::image("x.png")])));
        assert!(!reads_as_text(&of(Vec::new())));
    }

    #[test]
    fn a_conversation_is_read_with_who_speaks() {
        let item = Item {
            prompt: vec![
                Part::message("user", "Hi"),
                Part::message("assistant", "Hello"),
                Part::message("user", "Why?"),
            ],
            ..Item::default()
        };
        assert_eq!(prompt_text(&item), "Human: Hi\n\nAssistant: Hello\n\nHuman: Why?");
    }
}
