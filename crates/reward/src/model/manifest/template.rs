//! Templates: how a prompt and a response become the text that a model was trained on.
//!
//! `{prompt}` and `{response}` stand for the texts; `{prompt:last 200}` and `{response:first 500}` for so many of
//! their characters; `{{` and `}}` for braces. A pairwise model has `{response_a}` and `{response_b}` instead.

use std::fmt;

/// The texts that a template is filled with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Texts<'t> {
    /// What was asked.
    pub prompt: &'t str,
    /// The candidate; the first of two for a pairwise model.
    pub response: &'t str,
    /// The second candidate of a pairwise model.
    pub second_response: &'t str,
}

/// Which text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What was asked.
    Prompt,
    /// The candidate.
    Response,
    /// The first candidate of a pairwise model.
    ResponseA,
    /// Its second.
    ResponseB,
}

const FIELDS: [(&str, Field); 4] = [
    ("prompt", Field::Prompt),
    ("response", Field::Response),
    ("response_a", Field::ResponseA),
    ("response_b", Field::ResponseB),
];

/// How much of a text is taken, in characters (Unicode scalar values, as Python counts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    All,
    /// So many from its beginning.
    First(usize),
    /// So many from its end.
    Last(usize),
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Literal(String),
    /// A text, or an end of it.
    Field(Field, Extent),
}

/// A template, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextTemplate {
    source: String,
    pieces: Vec<Piece>,
}

impl TextTemplate {
    /// Reads a template; if it is none, says what is wrong.
    pub fn read(source: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = source;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return Err("a } closes nothing; write }} for a brace".to_owned());
            }
            let end = rest.find('}').ok_or("a { is not closed; write {{ for a brace")?;
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(field(&rest[..end])?);
            rest = &rest[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self { source: source.to_owned(), pieces })
    }

    /// The template as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether a text occurs in it.
    pub fn has(&self, field: Field) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Field(found, _) if *found == field))
    }

    /// The text for one input.
    pub fn fill(&self, texts: &Texts) -> String {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => filled.push_str(literal),
                Piece::Field(field, extent) => {
                    let text = match field {
                        Field::Prompt => texts.prompt,
                        Field::Response | Field::ResponseA => texts.response,
                        Field::ResponseB => texts.second_response,
                    };
                    filled.push_str(extent.of(text));
                }
            }
        }
        filled
    }
}

impl fmt::Display for TextTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.source)
    }
}

impl Extent {
    fn of(self, text: &str) -> &str {
        match self {
            Self::All => text,
            Self::First(count) => text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end]),
            Self::Last(0) => "",
            Self::Last(count) => {
                text.char_indices().rev().nth(count - 1).map_or(text, |(start, _)| &text[start..])
            }
        }
    }
}

fn field(inside: &str) -> Result<Piece, String> {
    let (name, extent) = inside.split_once(':').map_or((inside, None), |(name, extent)| (name, Some(extent)));
    let found = FIELDS.iter().find(|(known, _)| *known == name.trim());
    let Some((_, field)) = found else {
        let known = "{prompt}, {response}, and for pairwise models {response_a} and {response_b}";
        return Err(format!("{{{inside}}} stands for nothing; there are {known}"));
    };
    let extent = match extent.map(|extent| extent.split_whitespace().collect::<Vec<_>>()) {
        None => Some(Extent::All),
        Some(words) => match words.as_slice() {
            ["first", count] => count.parse().ok().map(Extent::First),
            ["last", count] => count.parse().ok().map(Extent::Last),
            _ => None,
        },
    };
    let extent = extent.ok_or_else(|| {
        format!("{{{inside}}} takes no known part; write {{{name}:first 500}} or {{{name}:last 200}}")
    })?;
    Ok(Piece::Field(*field, extent))
}
