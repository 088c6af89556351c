//! Full-text search: what the user types, as a query that cannot fail, and the index behind it. A file has FTS5; a
//! database is told which words an item has, and phrases are looked for in what it finds.

mod words;

use std::collections::BTreeSet;

use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::{Candidate, Context, Item, Part};

use crate::sql::{Connection, Dialect, params};
use crate::{Result, item, project};

use words::{each_word, words};

/// More words than this narrow nothing any more, and the database limits how deep a query may be.
const MAX_TERMS: usize = 64;

/// What a user typed: every term must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query(Vec<Term>);

/// A word or a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// Its words, those of scripts without spaces apart.
    words: String,
    /// Whether its last word may go on.
    is_prefix: bool,
}

/// A query for what a user typed: every word must be there; `"a phrase"` and `prefix*` work, and nothing else has a
/// meaning. None if there is nothing to look for.
pub(crate) fn query_from_text(text: &str) -> Option<Query> {
    let mut terms = Vec::new();
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
        let bare = term.trim_matches(|character: char| character == '*' || is_space(character));
        rest = after;
        if bare.is_empty() {
            continue;
        }
        let mut words = String::new();
        push_separated(&mut words, &bare.replace(|character: char| character.is_control(), " "));
        terms.push(Term { words, is_prefix });
    }
    (!terms.is_empty()).then_some(Query(terms))
}

impl Query {
    /// The query as a database has it; none where it could find nothing.
    pub(crate) fn text(&self, dialect: Dialect) -> Option<String> {
        match dialect {
            Dialect::Sqlite => Some(self.text_of_fts5()),
            Dialect::Postgres => self.text_of_tsquery(),
        }
    }

    fn text_of_fts5(&self) -> String {
        let mut text = String::new();
        for term in &self.0 {
            text.push('"');
            text.push_str(&term.words);
            text.push_str(if term.is_prefix { "\"* " } else { "\" " });
        }
        text
    }

    fn text_of_tsquery(&self) -> Option<String> {
        let mut terms = Vec::new();
        for term in &self.0 {
            let words = words(&term.words);
            let last = words.len().saturating_sub(1);
            for (place, word) in words.iter().enumerate() {
                // A word is letters and digits, so that nothing in it has a meaning.
                let star = if term.is_prefix && place == last { ":*" } else { "" };
                terms.push(format!("'{word}'{star}"));
            }
        }
        (!terms.is_empty()).then(|| terms.join(" & "))
    }

    /// Whether a database that was asked may have found too much, because a term has several words.
    pub(crate) fn has_phrases(&self) -> bool {
        self.0.iter().any(|term| words(&term.words).len() > 1)
    }

    /// Whether an item has every phrase.
    pub(crate) fn is_in(&self, item: &Item) -> bool {
        let mut prompt = String::new();
        let mut candidates = String::new();
        push_prompt(&mut prompt, &item.prompt, &item.context);
        push_candidates(&mut candidates, &item.candidates);
        let columns = [words(&prompt), words(&candidates)];
        self.0.iter().all(|term| columns.iter().any(|column| term.is_in(column)))
    }
}

impl Term {
    fn is_in(&self, column: &[String]) -> bool {
        let phrase = words(&self.words);
        let Some((last, before)) = phrase.split_last() else { return true };
        column.windows(phrase.len()).any(|window| {
            let Some((word, words)) = window.split_last() else { return false };
            let ends = if self.is_prefix { word.starts_with(last.as_str()) } else { word == last };
            ends && words == before
        })
    }
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// More bytes of words than this are not indexed of one item: a database takes at most a megabyte.
const MOST_BYTES_OF_WORDS: usize = 900_000;

/// Indexes the next items after the last indexed one.
pub(crate) fn index_some(connection: &Connection, max_items: u32) -> Result<SearchIndex> {
    let dialect = connection.dialect();
    let index = project::search_index(connection)?;
    if index.is_complete() {
        return Ok(index);
    }
    let transaction = connection.transaction()?;
    let through: i64 = transaction.query_row(dialect.lock_of_search(), (), |row| row.get(0))?;
    let mut last = through;
    {
        let mut items = transaction.prepare_cached(
            "SELECT id, prompt, candidates, context FROM item WHERE id > ?1 ORDER BY id LIMIT ?2",
        )?;
        let mut insert = transaction.prepare_cached(dialect.insert_search())?;
        let mut rows = items.stream(params![through, max_items])?;
        let (mut prompt, mut candidates) = (String::new(), String::new());
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            prompt.clear();
            push_prompt(&mut prompt, &item::parts(row, 1)?, &item::context(row, 3)?);
            candidates.clear();
            push_candidates(&mut candidates, &item::candidates(row, 2)?);
            match dialect {
                Dialect::Sqlite => insert.execute(params![last, prompt, candidates])?,
                Dialect::Postgres => insert.execute(params![last, distinct_words([&prompt, &candidates])])?,
            };
        }
    }
    if last > through {
        transaction.execute("UPDATE search_progress SET indexed_through = ?1", [last])?;
    }
    let index = project::search_index(&transaction)?;
    transaction.commit()?;
    Ok(index)
}

/// Each word once.
fn distinct_words(texts: [&str; 2]) -> String {
    let mut distinct = BTreeSet::new();
    let mut bytes = 0;
    for text in texts {
        each_word(text, |word| {
            if bytes < MOST_BYTES_OF_WORDS && !distinct.contains(word) {
                bytes += word.len() + 8;
                distinct.insert(word.to_owned());
            }
        });
    }
    Vec::from_iter(distinct).join(" ")
}

/// The words of a prompt and of what stands beside it.
fn push_prompt(words: &mut String, prompt: &[Part], context: &[Context]) {
    push_words(words, prompt);
    for context in context {
        push_separated(words, &context.title);
        words.push('\n');
        push_words(words, &context.parts);
    }
}

fn push_candidates(words: &mut String, candidates: &[Candidate]) {
    for candidate in candidates {
        push_words(words, &candidate.parts);
    }
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

    fn fts5(text: &str) -> Option<String> {
        query_from_text(text)?.text(Dialect::Sqlite)
    }

    #[test]
    fn words_phrases_and_prefixes_become_a_query() {
        assert_eq!(fts5("red  apple").as_deref(), Some(r#""red" "apple" "#));
        assert_eq!(fts5(r#""red apple" gre*"#).as_deref(), Some(r#""red apple" "gre"* "#));
        assert_eq!(fts5("NOT a:b OR").as_deref(), Some(r#""NOT" "a:b" "OR" "#), "no operators");
        assert_eq!(fts5(" \" * \"\" ").as_deref(), None, "nothing to look for");
    }

    #[test]
    fn a_database_is_asked_for_words_and_phrases_are_looked_for() {
        let query = query_from_text(r#""Red Apple" gré* '; !! "#).unwrap();
        assert_eq!(query.text(Dialect::Postgres).as_deref(), Some("'red' & 'apple' & 'gre':*"));
        assert!(query.has_phrases());
        let item = |prompt: &str, candidate: &str| Item {
            external_id: None,
            prompt: vec![Part::markdown(prompt)],
            context: Vec::new(),
            candidates: vec![Candidate {
                parts: vec![Part::markdown(candidate)],
                model: None,
                metadata: tiebreak_domain::item::Metadata::new(),
            }],
            metadata: tiebreak_domain::item::Metadata::new(),
        };
        assert!(query.is_in(&item("a red apple", "Grène")));
        assert!(!query.is_in(&item("an apple, red", "green")), "not one behind the other");
        assert!(!query.is_in(&item("only red", "apple green")), "not in one column");
        assert_eq!(query_from_text("!!").unwrap().text(Dialect::Postgres), None, "no word at all");
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
            if let Some(query) = fts5(&text) {
                let mut statement =
                    connection.prepare("SELECT rowid FROM search WHERE search MATCH ?1").unwrap();
                let found: Result<Vec<i64>> =
                    statement.query_map([&query], |row| row.get(0)).unwrap().collect();
                prop_assert!(found.is_ok(), "{text:?} became {query:?}: {found:?}");
            }
        }
    }
}
