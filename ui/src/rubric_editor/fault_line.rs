//! Where a fault lies: the engine's words for it begin with its line.

/// A fault, and its line if its words say one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FaultLine<'a> {
    /// The line, from 1.
    pub(super) line: Option<usize>,
    /// What is wrong.
    pub(super) what: &'a str,
}

impl<'a> FaultLine<'a> {
    /// Takes `line 12: it has no title` apart.
    pub(super) fn of(message: &'a str) -> Self {
        let parts = message.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
        match parts.and_then(|(line, what)| Some((line.parse().ok()?, what))) {
            Some((line, what)) => Self { line: Some(line), what },
            None => Self { line: None, what: message },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_only_where_the_words_begin_with_one() {
        assert_eq!(FaultLine::of("line 12: no title: x"), FaultLine { line: Some(12), what: "no title: x" });
        for message in ["the disk is full", "line of thought: broken", "line 3"] {
            assert_eq!(
                FaultLine::of(message),
                FaultLine { line: None, what: message },
                "no line in {message:?}"
            );
        }
    }
}
