//! Media that stand in columns of their own, with `<image>`, `<video>` and `<audio>` where they belong in the prompt.

use tiebreak_domain::{Part, TextFormat};

/// The columns of media, and the word that stands for one in a text.
pub(crate) const MEDIA: [(&str, &str); 3] =
    [("images", "<image>"), ("videos", "<video>"), ("audios", "<audio>")];

/// A medium of the kind of [`MEDIA`].
pub(crate) fn medium(kind: usize, uri: &str) -> Part {
    let uri = uri.trim().to_owned();
    match kind {
        0 => Part::image(uri),
        1 => Part::Video { uri },
        _ => Part::Audio { uri },
    }
}

/// Puts media where their placeholders stand in a prompt. Of a kind that has more or fewer placeholders than media
/// nothing says where they belong: its media stand before the prompt, behind a system message, and the text stays.
pub(crate) fn place(prompt: Vec<Part>, media: [Vec<Part>; 3], format: TextFormat) -> Vec<Part> {
    let count = |word: &str| {
        prompt.iter().filter_map(Part::text).map(|text| text.matches(word).count()).sum::<usize>()
    };
    let mut places: Vec<(&str, std::vec::IntoIter<Part>)> = Vec::new();
    let mut first = Vec::new();
    for ((_, word), media) in MEDIA.into_iter().zip(media) {
        if count(word) == media.len() {
            places.push((word, media.into_iter()));
        } else {
            first.extend(media);
        }
    }
    let mut placed = Vec::new();
    for part in prompt {
        let is_system = matches!(&part, Part::Message { role, .. } if role == "system");
        if !is_system {
            placed.append(&mut first);
        }
        split(part, &mut places, format, &mut placed);
    }
    placed.append(&mut first);
    placed
}

fn split(
    part: Part,
    places: &mut [(&str, std::vec::IntoIter<Part>)],
    format: TextFormat,
    to: &mut Vec<Part>,
) {
    let has_place = |text: &&str| places.iter().any(|(word, _)| text.contains(word));
    let Some(text) = part.text().filter(has_place) else {
        to.push(part);
        return;
    };
    let mut rest = text;
    let mut is_start = true;
    loop {
        let next = places.iter().enumerate().filter_map(|(kind, (word, _))| Some((rest.find(word)?, kind)));
        let Some((at, kind)) = next.min() else { break };
        let before = if is_start { &rest[..at] } else { rest[..at].trim_start() };
        match (&part, before.trim_end()) {
            (Part::Message { role, .. }, before) if is_start => to.push(Part::message(role.as_str(), before)),
            (_, "") => {}
            (_, before) => to.push(Part::Text { text: before.to_owned(), format }),
        }
        is_start = false;
        let (word, media) = &mut places[kind];
        to.extend(media.next());
        rest = &rest[at + word.len()..];
    }
    let rest = rest.trim_start();
    if !rest.is_empty() {
        to.push(Part::Text { text: rest.to_owned(), format });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(images: &[&str], videos: &[&str]) -> [Vec<Part>; 3] {
        let of = |kind, uris: &[&str]| uris.iter().map(|uri| medium(kind, uri)).collect();
        [of(0, images), of(1, videos), Vec::new()]
    }

    #[test]
    fn media_stand_where_their_placeholders_do() {
        let plain = |text: &str| Part::plain(text);
        let placed = place(
            vec![plain("First <image>\nthen <video> and <image>.")],
            media(&["a.png", "b.png"], &["c.mp4"]),
            TextFormat::Plain,
        );
        let expected = [
            plain("First"),
            medium(0, "a.png"),
            plain("then"),
            medium(1, "c.mp4"),
            plain("and"),
            medium(0, "b.png"),
            plain("."),
        ];
        assert_eq!(placed, expected);
        let said = vec![Part::message("system", "Be kind."), Part::message("user", "<image>What is this?")];
        let placed = place(said, media(&["a.png"], &[]), TextFormat::Plain);
        let expected = [
            Part::message("system", "Be kind."),
            Part::message("user", ""),
            medium(0, "a.png"),
            plain("What is this?"),
        ];
        assert_eq!(placed, expected, "a message begins with who says it");
    }

    #[test]
    fn media_without_a_place_come_first() {
        let said = vec![Part::message("system", "Be kind."), Part::message("user", "What is <image>?")];
        let placed = place(said.clone(), media(&["a.png", "b.png"], &[]), TextFormat::Plain);
        let expected = [said[0].clone(), medium(0, "a.png"), medium(0, "b.png"), said[1].clone()];
        assert_eq!(placed, expected, "one placeholder and two images");
        assert_eq!(place(said.clone(), media(&[], &[]), TextFormat::Plain), said, "a word and no image");
        assert_eq!(place(Vec::new(), media(&["a.png"], &[]), TextFormat::Plain), [medium(0, "a.png")]);
    }
}
