//! Full-text search: what the user types, as a query that cannot fail, and the index behind it.

use tiebreak_domain::Part;
use tiebreak_domain::project::SearchIndex;

use crate::sql::{Connection, params};
use crate::{Result, item, project};

/// More words than this narrow nothing any more, and the database limits how deep a query may be.
const MAX_TERMS: usize = 64;

/// An FTS5 query for what a user typed: every word must be there; `"a phrase"` and `prefix*` work, and nothing
/// else has a meaning. None if there is nothing to look for.
pub(crate) fn query_from_text(text: &str) -> Option<String> {
    let mut query = String::new();
    let mut rest = text;
    for _ in 0..MAX_TERMS {
        rest = rest.trim_start_matches(|character: char| is_space(character) || character == '*');
        let Some(first) = rest.chars().next() else { break };
        let (term, after) = if first == '"' {
            let inner = &rest[1..];
            inner.split_once('"').unwrap_or((inner, ""))
        } else {
            rest.split_at(
                rest.find(|character: char| is_space(character) || character == '"').unwrap_or(rest.len()),
            )
        };
        // A star belongs to the word it follows, inside the quotes of a phrase or right behind them.
        let is_prefix = term.ends_with('*') || (first == '"' && after.starts_with('*'));
        let words = term.trim_matches(|character: char| character == '*' || is_space(character));
        rest = after;
        if words.is_empty() {
            continue;
        }
        query.push('"');
        push_separated(&mut query, &words.replace(|character: char| character.is_control(), " "));
        query.push_str(if is_prefix { "\"* " } else { "\" " });
    }
    (!query.is_empty()).then_some(query)
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// Indexes the next items after the last indexed one.
pub(crate) fn index_some(connection: &Connection, max_items: u32) -> Result<SearchIndex> {
    let transaction = connection.transaction()?;
    let through: i64 =
        transaction.query_row("SELECT indexed_through FROM search_progress", (), |row| row.get(0))?;
    let mut last = through;
    {
        let mut items = transaction.prepare_cached(
            "SELECT id, prompt, candidates, context FROM item WHERE id > ?1 ORDER BY id LIMIT ?2",
        )?;
        let mut insert = transaction
            .prepare_cached("INSERT INTO search (rowid, prompt, candidates) VALUES (?1, ?2, ?3)")?;
        let mut rows = items.query(params![through, max_items])?;
        let (mut prompt_words, mut candidate_words) = (String::new(), String::new());
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            prompt_words.clear();
            push_words(&mut prompt_words, &item::parts(row, 1)?);
            for context in item::context(row, 3)? {
                push_separated(&mut prompt_words, &context.title);
                prompt_words.push('\n');
                push_words(&mut prompt_words, &context.parts);
            }
            candidate_words.clear();
            for candidate in item::candidates(row, 2)? {
                push_words(&mut candidate_words, &candidate.parts);
            }
            insert.execute(params![last, prompt_words, candidate_words])?;
        }
    }
    if last > through {
        transaction.execute("UPDATE search_progress SET indexed_through = ?1", [last])?;
    }
    let index = project::search_index(&transaction)?;
    transaction.commit()?;
    Ok(index)
}

/// The words of some parts; of a medium those of its file's name.
fn push_words(words: &mut String, parts: &[Part]) {
    for text in parts.iter().filter_map(|part| part.text().or(part.uri().map(file_name))) {
        push_separated(words, text);
        words.push('\n');
    }
}

/// The last component of where a medium is.
pub(crate) fn file_name(uri: &str) -> &str {
    uri.rsplit(['/', '\\']).next().unwrap_or(uri)
}

/// Adds a text with white space around each character of a script that writes no spaces between words: each
/// is a word of the index, and a run of them, asked for, is a phrase.
fn push_separated(words: &mut String, text: &str) {
    if text.is_ascii() {
        words.push_str(text);
        return;
    }
    for character in text.chars() {
        if is_written_without_spaces(character) {
            words.extend([' ', character, ' ']);
        } else {
            words.push(character);
        }
    }
}

/// Thai, Lao, Myanmar and Khmer; kana, bopomofo and Han with their extensions and full-width forms.
fn is_written_without_spaces(character: char) -> bool {
    matches!(character,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{312f}'
        | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    use crate::sql::sqlite;

    #[test]
    fn words_phrases_and_prefixes_become_a_query() {
        assert_eq!(query_from_text("red  apple").as_deref(), Some(r#""red" "apple" "#));
        assert_eq!(query_from_text(r#""red apple" gre*"#).as_deref(), Some(r#""red apple" "gre"* "#));
        assert_eq!(query_from_text("NOT a:b OR").as_deref(), Some(r#""NOT" "a:b" "OR" "#), "no operators");
        assert_eq!(query_from_text(" \" * \"\" ").as_deref(), None, "nothing to look for");
    }

    proptest! {
        #[test]
        fn no_text_is_a_syntax_error(text in r#"([a-c"*():^+\-{} \x00\n]|NEAR|AND|\PC){0,40}"#) {
            let connection = sqlite::in_memory();
            connection.execute_batch(
                "CREATE VIRTUAL TABLE search USING fts5 (prompt, candidates, content = '', contentless_delete = 1, \
                 tokenize = 'unicode61 remove_diacritics 2'); \
                 INSERT INTO search (rowid, prompt, candidates) VALUES (1, 'a b', 'c');",
            ).unwrap();
            if let Some(query) = query_from_text(&text) {
                let mut statement =
                    connection.prepare("SELECT rowid FROM search WHERE search MATCH ?1").unwrap();
                let found: Result<Vec<i64>> =
                    statement.query_map([&query], |row| row.get(0)).unwrap().collect();
                prop_assert!(found.is_ok(), "{text:?} became {query:?}: {found:?}");
            }
        }
    }
}
