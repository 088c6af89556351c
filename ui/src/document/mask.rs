//! Words that are not to be read: in their place stand three blocks, whatever their length.
//!
//! A text is masked once it is parsed, so that what is laid out, found, compared, copied and read out knows
//! nothing of the word, while every character still counts as the source does ([`super::origin`]).

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use egui::{Context, Id};
use tiebreak_domain::rubric::{Anonymise, KNOWN_NAMES};

use super::block::{Content, Document};
use super::highlight::Token;
use super::inline::Inlines;
use super::origin::Origins;
use super::word_ends::{may_begin, may_end, version_end};

/// What stands in the place of a word.
pub const MASKED: &str = "▮▮▮";
const MASKED_CHARACTERS: u32 = 3;

/// The words to hide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordMask {
    /// In small letters and by their first, the longest first, so that a name within a longer one does not cut
    /// it.
    words: HashMap<char, Vec<Word>>,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    characters: Vec<char>,
    /// Whether it is the name of models, whose versions are hidden with it.
    is_name: bool,
}

impl WordMask {
    /// The words that a study hides; none where it hides none.
    pub fn of(anonymise: &Anonymise) -> Option<Self> {
        let known: &[&str] = if anonymise.known_names { KNOWN_NAMES } else { &[] };
        Self::of_words(&anonymise.words, known)
    }

    /// A mask of these words; none if there is not one.
    pub fn new<T: AsRef<str>>(words: &[T]) -> Option<Self> {
        Self::of_words(words, &[])
    }

    fn of_words<T: AsRef<str>>(words: &[T], names: &[&str]) -> Option<Self> {
        let folded_word = |word: &str| -> Vec<char> {
            word.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(folded).collect()
        };
        let names = names.iter().map(|name| Word { characters: folded_word(name), is_name: true });
        let words = words.iter().map(|word| Word { characters: folded_word(word.as_ref()), is_name: false });
        let mut words: Vec<Word> = names.chain(words).filter(|word| !word.characters.is_empty()).collect();
        // Of a word that is both, the name.
        words.sort_by(|one, other| {
            let by_length = other.characters.len().cmp(&one.characters.len());
            by_length.then_with(|| (&one.characters, other.is_name).cmp(&(&other.characters, one.is_name)))
        });
        words.dedup_by(|one, other| one.characters == other.characters);
        let mut mask = Self::default();
        for word in words {
            mask.words.entry(word.characters[0]).or_default().push(word);
        }
        (!mask.words.is_empty()).then_some(mask)
    }

    /// The characters of `text` that are hidden, in order.
    pub fn hidden(&self, text: &str) -> Vec<Range<u32>> {
        let written: Vec<char> = text.chars().collect();
        let characters: Vec<char> = written.iter().copied().map(folded).collect();
        let mut hidden = Vec::new();
        let mut at = 0;
        while at < characters.len() {
            let begins = || at == 0 || may_begin(written[at - 1], written[at]);
            let words = self.words.get(&characters[at]).filter(|_| begins());
            let end = |word| end_of(&characters, &written, at, word);
            match words.and_then(|words| words.iter().find_map(end)) {
                Some(end) => {
                    hidden.push(at as u32..end as u32);
                    at = end;
                }
                None => at += 1,
            }
        }
        hidden
    }

    /// `text` with the words hidden, for where it is shown without a layout.
    pub fn masked(&self, text: &str) -> String {
        let hidden = self.hidden(text);
        replaced(text, &hidden).0
    }
}

/// The words that the open project hides, of candidates and of the prompt, for whatever paints its texts.
#[derive(Clone)]
struct Hidden(Arc<[Option<WordMask>; 2]>);

/// Tells everything that paints what is hidden of candidates and of the prompt.
pub(super) fn publish(ctx: &Context, of_candidates: Option<&WordMask>, of_prompt: Option<&WordMask>) {
    let hidden = Hidden(Arc::new([of_candidates.cloned(), of_prompt.cloned()]));
    ctx.data_mut(|data| data.insert_temp(Id::NULL, hidden));
}

/// An excerpt of a candidate or of the prompt with its hidden words hidden, for where it is shown without a
/// layout.
pub fn hidden_in<'a>(ctx: &Context, text: &'a str, is_prompt: bool) -> Cow<'a, str> {
    let hidden = ctx.data(|data| data.get_temp::<Hidden>(Id::NULL));
    match hidden.as_ref().and_then(|hidden| hidden.0[usize::from(is_prompt)].as_ref()) {
        Some(mask) => Cow::Owned(mask.masked(text)),
        None => Cow::Borrowed(text),
    }
}

/// Where `word` ends if it stands at `at`, as a whole; one space of it may be any white space. A version behind a name
/// goes with it.
fn end_of(characters: &[char], written: &[char], at: usize, word: &Word) -> Option<usize> {
    let mut end = at;
    for &wanted in &word.characters {
        let found = *characters.get(end)?;
        if wanted == ' ' && found.is_whitespace() {
            while characters.get(end).is_some_and(|character| character.is_whitespace()) {
                end += 1;
            }
        } else if wanted == found || (is_apostrophe(wanted) && is_apostrophe(found)) {
            end += 1;
        } else {
            return None;
        }
    }
    let last = written[end - 1];
    let goes_on = written.get(end).is_some_and(|next| !may_end(last, *next));
    let behind = if word.is_name { version_end(written, end) } else { end };
    (!goes_on || behind > end).then_some(behind)
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’')
}

/// A letter without its case, always one character, so that places stay what they are.
pub(crate) fn folded(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some('ς'), None) => 'σ',
        (Some(only), None) => only,
        _ => character,
    }
}

/// `text` with stretches of characters replaced, and for each of its old bytes at a boundary the new byte.
fn replaced(text: &str, hidden: &[Range<u32>]) -> (String, Vec<(usize, usize)>) {
    let mut after = String::with_capacity(text.len());
    let mut moved = Vec::new();
    let mut hidden = hidden.iter().peekable();
    for (number, (byte, character)) in text.char_indices().enumerate() {
        let number = number as u32;
        while hidden.peek().is_some_and(|range| range.end <= number) {
            hidden.next();
            moved.push((byte, after.len()));
        }
        match hidden.peek() {
            Some(range) if range.start == number => {
                moved.push((byte, after.len()));
                after.push_str(MASKED);
            }
            Some(range) if range.contains(&number) => {}
            _ => after.push(character),
        }
    }
    moved.push((text.len(), after.len()));
    (after, moved)
}

/// Where an old byte is now; within a hidden word, where that ends.
fn moved_byte(moved: &[(usize, usize)], byte: usize) -> usize {
    let next = moved.partition_point(|(old, _)| *old <= byte);
    match next.checked_sub(1).map(|last| moved[last]) {
        None => byte,
        Some((old, new)) => {
            let bound = moved.get(next).map_or(usize::MAX, |(_, bound)| *bound);
            (new + (byte - old)).min(bound)
        }
    }
}

fn masked_origins(origins: &Origins, hidden: &[Range<u32>], length: u32) -> Origins {
    let mut after = Origins::default();
    let mut rest = origins.clone();
    let (mut at, mut shown) = (0, 0);
    for range in hidden.iter().cloned().chain(std::iter::once(length..length)) {
        let mut behind = rest.split_off(range.start - at);
        after.append(&rest, shown);
        shown += range.start - at;
        if let Some(source) = origins.source_of(&range).filter(|_| !range.is_empty()) {
            after.push(shown..shown + MASKED_CHARACTERS, source);
        }
        shown += MASKED_CHARACTERS;
        rest = behind.split_off(range.len() as u32);
        at = range.end;
    }
    after
}

impl Document {
    /// Hides the words of a mask.
    pub fn hide(&mut self, mask: &WordMask) {
        for block in &mut self.blocks {
            match &mut block.content {
                Content::Paragraph(words) | Content::Heading { words, .. } | Content::Formula(words) => {
                    hide_inlines(words, mask);
                }
                Content::Code { text, tokens, origins, .. } => hide_code(text, tokens, origins, mask),
                Content::Html { text, origins } => hide_code(text, &mut Vec::new(), origins, mask),
                Content::Table { rows, .. } => {
                    rows.iter_mut().flatten().for_each(|cell| hide_inlines(cell, mask));
                }
                Content::Rule => {}
            }
        }
    }
}

fn hide_inlines(words: &mut Inlines, mask: &WordMask) {
    for link in &mut words.links {
        *link = mask.masked(link);
    }
    let hidden = mask.hidden(&words.text);
    if hidden.is_empty() {
        return;
    }
    let length = words.text.chars().count() as u32;
    let (text, moved) = replaced(&words.text, &hidden);
    words.origins = masked_origins(&words.origins, &hidden, length);
    for span in &mut words.spans {
        span.end = moved_byte(&moved, span.end);
    }
    for drawn in &mut words.drawn {
        drawn.at = moved_byte(&moved, drawn.at);
    }
    words.set_text(text);
}

fn hide_code(text: &mut String, tokens: &mut Vec<(usize, Token)>, origins: &mut Origins, mask: &WordMask) {
    let hidden = mask.hidden(text);
    if hidden.is_empty() {
        return;
    }
    let length = text.chars().count() as u32;
    let (after, moved) = replaced(text, &hidden);
    *origins = masked_origins(origins, &hidden, length);
    for (end, _) in tokens {
        *end = moved_byte(&moved, *end);
    }
    *text = after;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tiebreak_domain::TextFormat;

    use super::*;
    use crate::document::Shown;

    fn mask(words: &[&str]) -> WordMask {
        WordMask::new(words).expect("there are words")
    }

    #[test]
    fn whole_words_are_hidden_in_any_case() {
        let mask = mask(&["ChatGPT", "as an AI language model", "GPT", "I'm Claude"]);
        assert_eq!(mask.masked("I am chatgpt, not ChatGPTs."), "I am ▮▮▮, not ChatGPTs.");
        assert_eq!(mask.masked("As an AI\nlanguage model, I"), "▮▮▮, I", "over a line break");
        assert_eq!(mask.masked("GPT-4 and egpt"), "▮▮▮-4 and egpt");
        assert_eq!(mask.masked("I’m Claude"), "▮▮▮", "either apostrophe");
        assert_eq!(mask.masked("ΣΟΦΟΣ"), "ΣΟΦΟΣ");
    }

    #[test]
    fn names_are_hidden_in_texts_without_spaces_and_with_their_versions() {
        let known =
            Anonymise { known_names: true, words: vec!["我们公司".into()], ..Anonymise::default() };
        let mask = WordMask::of(&known).expect("there are names");
        for (text, masked) in [
            ("我是ChatGPT，由OpenAI开发的", "我是▮▮▮，由▮▮▮开发的"),
            ("私はClaudeです", "私は▮▮▮です"),
            ("저는 ChatGPT입니다", "저는 ▮▮▮입니다"),
            ("ผมคือChatGPT", "ผมคือ▮▮▮"),
            ("我是通义千问，不是文心一言。", "我是▮▮▮，不是▮▮▮。"),
            ("저는 클로바입니다", "저는 ▮▮▮입니다"),
            ("私はクロードです", "私は▮▮▮です"),
            ("在我们公司里", "在▮▮▮里"),
            ("I am GPT4o.", "I am ▮▮▮."),
            ("DeepSeek-R1 and deepseek-v3-0324", "▮▮▮ and ▮▮▮"),
            ("Claude 3.5 Sonnet said", "▮▮▮ said"),
            ("Qwen2.5-72B-Instruct, Llama-3.1-8B", "▮▮▮, ▮▮▮"),
            ("GPT-4.5 模型是GPT-4模型", "▮▮▮ 模型是▮▮▮模型"),
            ("A ChatGPT-like bot, ChatGPTs and eGPT", "A ▮▮▮-like bot, ChatGPTs and eGPT"),
        ] {
            assert_eq!(mask.masked(text), masked);
        }
    }

    #[test]
    fn what_is_hidden_still_counts_as_the_source_does() {
        let source = "Hi, **I am ChatGPT** from `OpenAI` here";
        let shown = Shown::of(source, TextFormat::Markdown, Some(&mask(&["ChatGPT", "OpenAI"])));
        assert_eq!(shown.text, "Hi, I am ▮▮▮ from ▮▮▮ here");
        assert_eq!(shown.source_of(&(9..12)), Some(11..18), "all of the name");
        assert_eq!(shown.source_of(&(22..26)), Some(35..39), "and what comes after it");
        assert_eq!(shown.source_of(&(18..19)), Some(27..33), "a part stands for the whole");
    }

    #[test]
    fn a_link_and_code_do_not_tell_either() {
        let source = "[see](https://openai.com/x)\n\n```python\nname = 'ChatGPT'  # é\n```";
        let mut document = Document::parse(source, TextFormat::Markdown);
        document.hide(&mask(&["openai", "chatgpt"]));
        let Content::Paragraph(words) = &document.blocks[0].content else { panic!("a paragraph") };
        assert_eq!(words.links, ["https://▮▮▮.com/x"]);
        let Content::Code { text, tokens, .. } = &document.blocks[1].content else { panic!("code") };
        assert_eq!(text, "name = '▮▮▮'  # é");
        assert_eq!(tokens.last().map(|last| last.0), Some(text.len()));
        assert!(tokens.iter().all(|(end, _)| text.is_char_boundary(*end)), "{tokens:?}");
    }

    #[test]
    fn code_in_two_lines_of_a_list_keeps_its_place() {
        let shown = Shown::of("- é`#\n  *`", TextFormat::Markdown, None);
        let at = shown.text.chars().position(|character| character == '*').expect("it is shown") as u32;
        assert_eq!(shown.source_of(&(at..at + 1)), Some(8..9));
    }

    proptest! {
        #[test]
        fn nothing_but_the_words_is_changed(text in "[ab é\n*`#-]{0,60}") {
            let mask = mask(&["ab", "é b"]);
            let before = Shown::of(&text, TextFormat::Markdown, None);
            let after = Shown::of(&text, TextFormat::Markdown, Some(&mask));
            let source: Vec<char> = text.chars().collect();
            for (index, character) in after.text.chars().enumerate() {
                let index = index as u32;
                if character != '▮' && let Some(range) = after.source_of(&(index..index + 1)) {
                    // A line break within a paragraph is shown as a space.
                    let there = source[range.start as usize];
                    prop_assert!(there == character || there.is_whitespace(), "{there:?} {character:?}");
                }
            }
            if !after.text.contains('▮') {
                prop_assert_eq!(before, after);
            }
        }
    }
}
