//! The known word that a misspelt one was probably meant to be.

/// Of a longer word, only the beginning is compared.
const MOST_LETTERS: usize = 64;

/// The nearest of some words, if it is near enough to be worth naming.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word: String = word.to_lowercase().replace(['-', ' '], "_").chars().take(MOST_LETTERS).collect();
    let (distance, nearest) = known.iter().map(|known| (strsim::osa_distance(&word, known), *known)).min()?;
    let is_beginning = word.len() >= 3 && (nearest.starts_with(&word) || word.starts_with(nearest));
    (distance <= 1 + nearest.len() / 4 || is_beginning).then_some(nearest)
}

/// "did you mean …", or what there is to choose from.
pub fn hint(word: &str, known: &[&str], what_they_are: &str) -> String {
    match nearest(word, known) {
        Some(nearest) => format!("did you mean {nearest:?}?"),
        None => format!("{what_they_are}: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_seen_through_and_a_stranger_is_not() {
        let known = ["title", "help", "anchors", "required"];
        assert_eq!(nearest("titel", &known), Some("title"), "two letters exchanged");
        assert_eq!(nearest("anchor", &known), Some("anchors"), "a letter missing");
        assert_eq!(nearest("Required", &known), Some("required"), "a capital");
        assert_eq!(nearest("colour", &known), None, "nothing like it");
    }
}
