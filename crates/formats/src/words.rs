//! The words of a text: stretches without white space. Which of them a picture misses is said word by word.

/// Words with the places of their first character and of the one behind their last.
pub(crate) fn words_of(text: &str) -> Vec<(usize, usize, String)> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut count = 0;
    for (place, character) in text.chars().chain([' ']).enumerate() {
        if !character.is_whitespace() {
            word.push(character);
            count += 1;
        } else if !word.is_empty() {
            words.push((place - count, place, std::mem::take(&mut word)));
            count = 0;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_not_bytes() {
        let words = words_of(" a  réd\nfox");
        let expected = [(1, 2, "a"), (4, 7, "réd"), (8, 11, "fox")];
        assert_eq!(words, expected.map(|(start, end, word)| (start, end, word.to_owned())));
    }
}
