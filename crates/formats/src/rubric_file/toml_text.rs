//! TOML as it is written: texts, lists, and keys made of titles.

/// A text in quotation marks; one of several lines stands on several lines.
pub(super) fn quoted(text: &str) -> String {
    let is_long = text.contains('\n');
    let mut written = String::with_capacity(text.len() + 2);
    written.push_str(if is_long { "\"\"\"\n" } else { "\"" });
    for character in text.chars() {
        match character {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push('\n'),
            '\t' => written.push_str("\\t"),
            other if other.is_control() => written.push_str(&format!("\\u{:04X}", u32::from(other))),
            other => written.push(other),
        }
    }
    written.push_str(if is_long { "\"\"\"" } else { "\"" });
    written
}

/// A list of values that are written already: on one line if it is short.
pub(super) fn list(values: &[String]) -> String {
    let length: usize = values.iter().map(|value| value.chars().count() + 2).sum();
    if length <= 80 && !values.iter().any(|value| value.contains('\n')) {
        return format!("[{}]", values.join(", "));
    }
    format!("[\n    {},\n]", values.join(",\n    "))
}

/// A list of texts.
pub(super) fn texts<'a>(values: impl IntoIterator<Item = &'a String>) -> String {
    list(&values.into_iter().map(|text| quoted(text)).collect::<Vec<_>>())
}

/// The key of an entry that only has a title: its letters and digits in lower case, joined by `_`.
pub(super) fn key_from_title(title: &str) -> String {
    let lower = title.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let key = words.collect::<Vec<_>>().join("_");
    if key.is_empty() { title.to_owned() } else { key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_of_titles() {
        assert_eq!(key_from_title("Body distortion (hands)"), "body_distortion_hands");
        assert_eq!(key_from_title("Über 9000!"), "über_9000", "letters of any script");
        assert_eq!(key_from_title("?"), "?", "an entry is never without a key");
    }
}
