//! The known word that a misspelt one was probably meant to be.

/// The nearest of some words, if it is near enough to be worth naming.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase().replace(['-', ' '], "_");
    let (distance, nearest) = known.iter().map(|known| (distance(&word, known), *known)).min()?;
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

/// How many letters must be put in, taken out or changed (Levenshtein), two exchanged neighbours counting one.
fn distance(first: &str, second: &str) -> usize {
    let (first, second): (Vec<char>, Vec<char>) =
        (first.chars().take(64).collect(), second.chars().collect());
    let mut rows = vec![(0..=second.len()).collect::<Vec<_>>()];
    for i in 1..=first.len() {
        let mut row = vec![i];
        for j in 1..=second.len() {
            let is_same = first[i - 1] == second[j - 1];
            let mut least =
                (rows[i - 1][j - 1] + usize::from(!is_same)).min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[first.len()][second.len()]
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
