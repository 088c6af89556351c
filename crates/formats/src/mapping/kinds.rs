//! What the values of a column are, told for the whole column: a text may well end in the name of a file, and is
//! no picture for that.

use tiebreak_domain::import::ContentKind;

const IMAGE_ENDINGS: [&str; 9] = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff", "avif"];
/// Among videos an animation is one too; by itself it is an image.
const VIDEO_ENDINGS: [&str; 9] = ["mp4", "webm", "mov", "mkv", "avi", "m4v", "gif", "webp", "apng"];

/// A sentence may end in the name of a file; so many that are all there is in a column are names with spaces.
const NAMES_WITH_SPACES: usize = 10;

/// Whether a value, by itself, names a picture: a path or an address with the ending of one, and no sentence.
pub(crate) fn is_image_uri(value: &str) -> bool {
    has_ending(value, &IMAGE_ENDINGS) && is_no_sentence(value)
}

/// What all these values are: images or videos where each has the ending of one, and else texts.
pub(crate) fn kind_of_values<'a>(values: impl Iterator<Item = &'a str>) -> ContentKind {
    let values: Vec<&str> = values.filter(|value| !value.trim().is_empty()).collect();
    let are_names = values.len() >= NAMES_WITH_SPACES || values.iter().all(|value| is_no_sentence(value));
    let all_have = |endings: &[&str]| values.iter().all(|value| has_ending(value, endings));
    if values.is_empty() || !are_names {
        ContentKind::Text
    } else if all_have(&IMAGE_ENDINGS) {
        ContentKind::Image
    } else if all_have(&VIDEO_ENDINGS) {
        ContentKind::Video
    } else {
        ContentKind::Text
    }
}

/// Whether a value ends as those of a kind do.
pub(crate) fn ends_as(value: &str, kind: ContentKind) -> bool {
    match kind {
        ContentKind::Text => false,
        ContentKind::Image => has_ending(value, &IMAGE_ENDINGS),
        ContentKind::Video => has_ending(value, &VIDEO_ENDINGS),
    }
}

/// Whether what stands before the first separator is one word: an address, or the way to a file.
fn is_no_sentence(value: &str) -> bool {
    let value = value.trim();
    let start = value.split(['/', '\\']).next().unwrap_or_default();
    !start.contains(char::is_whitespace)
}

fn has_ending(value: &str, endings: &[&str]) -> bool {
    let value = value.trim();
    if value.len() > 2048 || value.contains('\n') {
        return false;
    }
    let is_address = value.starts_with("http://") || value.starts_with("https://");
    let path = if is_address { value.split(['?', '#']).next().unwrap_or_default() } else { value };
    path.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && endings.iter().any(|known| known.eq_ignore_ascii_case(ending))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_ends_in_a_file_is_a_text() {
        let kind = |values: &[&str]| kind_of_values(values.iter().copied());
        assert_eq!(kind(&["Save the plot as chart.png", "Save it as plot.png"]), ContentKind::Text);
        assert_eq!(kind(&["img/a red fox.png", "C:\\My pictures\\2.jpg", "3.gif"]), ContentKind::Image);
        assert_eq!(kind(&["https://h.org/2.jpg?w=3", ""]), ContentKind::Image);
        assert_eq!(kind(&["1.mp4", "2.gif"]), ContentKind::Video);
        assert_eq!(kind(&["1.png", "words"]), ContentKind::Text);
        assert_eq!(kind(&["a red fox.png"; 10]), ContentKind::Image, "ten in a row are no sentences");
        assert_eq!(kind(&[""]), ContentKind::Text);
    }
}
