//! Texts with U+0000, which a database may not be able to hold.
//!
//! U+0000 is stored as U+0001 U+0001, and U+0001 as U+0001 U+0002: whatever was less before is less still, and what
//! holds neither, nearly every text there is, is stored as it is.

use std::borrow::Cow;

use postgres::Row;

use crate::sql::Value;

const MARK: u8 = 1;

/// A text as it is stored.
pub(super) fn encoded(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte <= MARK) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\u{1}', "\u{1}\u{2}").replace('\0', "\u{1}\u{1}"))
}

fn decoded(text: &str) -> String {
    text.replace("\u{1}\u{1}", "\0").replace("\u{1}\u{2}", "\u{1}")
}

/// The texts of a row that are stored otherwise than they were given.
pub(super) struct Decoded(Vec<(usize, String)>);

impl Decoded {
    pub(super) fn of(row: &Row) -> Self {
        let mut texts = Vec::new();
        for column in 0..row.len() {
            if let Ok(Value::Text(text)) = row.try_get::<_, Value<'_>>(column)
                && text.as_bytes().contains(&MARK)
            {
                texts.push((column, decoded(text)));
            }
        }
        Self(texts)
    }

    pub(super) fn get(&self, column: usize) -> Option<&str> {
        self.0.iter().find(|(of, _)| *of == column).map(|(_, text)| text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_comes_back_and_the_order_stays(one in "[\u{0}-\u{3}a]{0,8}", other in "[\u{0}-\u{3}a]{0,8}") {
            let (stored, stored_other) = (encoded(&one), encoded(&other));
            prop_assert!(!stored.contains('\0'));
            prop_assert_eq!(decoded(&stored), one.clone());
            prop_assert_eq!(stored.cmp(&stored_other), one.cmp(&other));
        }
    }
}
