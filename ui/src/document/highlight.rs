//! What the parts of a piece of code are, so that the theme can colour them.
//!
//! The grammars are loaded once and compile their expressions when first used, which takes tens of
//! milliseconds for a language: [`warm_up_some`] does that for the usual ones, one per idle frame.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// Longer code is not coloured where all of it would be at once: nobody waits for a colour.
const MAX_LINES: usize = 400;
const MAX_BYTES: usize = 40_000;
const MAX_LINE_BYTES: usize = 1_000;

/// A line for each language worth loading ahead.
const WARM_UPS: [(&str, &str); 8] = [
    ("python", "def f(x: int) -> str:\n    return f\"{x}\"  # why\n"),
    ("json", "{\"a\": [1, true, null]}\n"),
    ("bash", "for f in *.txt; do echo \"$f\"; done # all\n"),
    ("javascript", "const f = (x) => `${x}`; // why\n"),
    ("html", "<p class=\"a\">b</p>\n"),
    ("rust", "fn f(x: &str) -> u32 { x.len() as u32 } // why\n"),
    ("sql", "SELECT a, 1 FROM b WHERE c = 'd';\n"),
    ("cpp", "int main() { return std::max(1, 2); } // why\n"),
];

/// A kind of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    /// Anything else.
    Plain,
    /// A word of the language.
    Keyword,
    /// A string.
    String,
    /// A number or constant.
    Number,
    /// The name of a function.
    Function,
    /// The name of a type.
    Kind,
    /// A comment.
    Comment,
    /// A line that a patch adds.
    Added,
    /// A line that a patch removes.
    Removed,
}

fn syntaxes() -> &'static SyntaxSet {
    static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
    SYNTAXES.get_or_init(SyntaxSet::load_defaults_newlines)
}

/// Loads what colouring needs, a little at a time. Gives whether there is more to load.
pub fn warm_up_some() -> bool {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let step = NEXT.fetch_add(1, Ordering::Relaxed);
    if step == 0 {
        super::shaped::warm_up();
        syntaxes();
        return true;
    }
    let Some((language, sample)) = WARM_UPS.get(step - 1) else {
        NEXT.store(WARM_UPS.len() + 1, Ordering::Relaxed);
        return false;
    };
    tokens(language, sample);
    step < WARM_UPS.len()
}

/// Where each part of `code` ends, in bytes, and what it is. Empty for unknown languages and long code.
pub(super) fn tokens(language: &str, code: &str) -> Vec<(usize, Token)> {
    if code.len() > MAX_BYTES || code.lines().count() > MAX_LINES {
        return Vec::new();
    }
    let Some(mut colouring) = Colouring::begin(language, code) else { return Vec::new() };
    while !colouring.go_on(code, usize::MAX) {}
    colouring.tokens
}

/// Code on its way to colours, line by line.
pub(super) struct Colouring {
    state: ParseState,
    scopes: ScopeStack,
    offset: usize,
    /// Where each part ends, so far; empty where the grammar fails on the code.
    pub tokens: Vec<(usize, Token)>,
}

impl Colouring {
    /// Begins; none for unknown languages and endless lines.
    pub fn begin(language: &str, code: &str) -> Option<Self> {
        if language.is_empty() || code.lines().any(|line| line.len() > MAX_LINE_BYTES) {
            return None;
        }
        let state = ParseState::new(syntax_for(language)?);
        Some(Self { state, scopes: ScopeStack::new(), offset: 0, tokens: Vec::new() })
    }

    /// Colours lines of about so many bytes more. Gives whether that was all.
    pub fn go_on(&mut self, code: &str, most_bytes: usize) -> bool {
        let until = self.offset.saturating_add(most_bytes);
        for line in code[self.offset..].split_inclusive('\n') {
            if self.offset >= until {
                return false;
            }
            if self.line(line).is_none() {
                self.tokens.clear();
                self.offset = code.len();
                return true;
            }
        }
        true
    }

    fn line(&mut self, line: &str) -> Option<()> {
        // The grammars want every line to end in a line break, the last one too.
        let ended;
        let whole_line = if line.ends_with('\n') {
            line
        } else {
            ended = format!("{line}\n");
            &ended
        };
        let operations = self.state.parse_line(whole_line, syntaxes()).ok()?;
        let mut from = 0;
        for (at, operation) in operations {
            let at = at.min(line.len());
            if at > from {
                self.push(self.offset + at);
                from = at;
            }
            self.scopes.apply(&operation).ok()?;
        }
        if line.len() > from {
            self.push(self.offset + line.len());
        }
        self.offset += line.len();
        Some(())
    }

    fn push(&mut self, end: usize) {
        let token = token_of(&self.scopes);
        match self.tokens.last_mut() {
            Some(last) if last.1 == token => last.0 = end,
            _ => self.tokens.push((end, token)),
        }
    }
}

impl std::fmt::Debug for Colouring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Colouring").field("offset", &self.offset).finish_non_exhaustive()
    }
}

/// The language whose first line is such a line, by a name that [`tokens`] knows.
pub(super) fn language_of_first_line(code: &str) -> Option<&'static str> {
    // Everything begins with some sign; only lines that a language alone begins with tell.
    let first = code.lines().next().filter(|line| line.starts_with("#!") || line.starts_with("<?"))?;
    let syntax = syntaxes().find_syntax_by_first_line(first)?;
    syntax.file_extensions.first().map(|extension| match extension.as_str() {
        "sh" => "bash",
        "py" => "python",
        other => other,
    })
}

fn syntax_for(language: &str) -> Option<&'static SyntaxReference> {
    let language = language.to_ascii_lowercase();
    // Names that people write in fences and the bundled grammars do not know.
    let known = match language.as_str() {
        "text" | "txt" | "plain" | "plaintext" | "none" | "output" => return None,
        "typescript" | "ts" | "tsx" | "jsx" | "mjs" | "node" => "js",
        "shell" | "sh" | "zsh" | "console" | "shell-session" => "bash",
        "py3" | "python3" | "ipython" => "python",
        "c++" | "cxx" | "hpp" | "cuda" => "cpp",
        "jsonc" | "json5" | "jsonl" | "ndjson" => "json",
        "golang" => "go",
        "kotlin" | "kt" | "swift" => "scala",
        "csharp" | "c#" => "cs",
        other => other,
    };
    syntaxes().find_syntax_by_token(known)
}

/// Beginnings of scope names and what they say; the first that fits counts.
const SCOPES: [(&str, Token); 21] = [
    ("comment", Token::Comment),
    ("meta.interpolation", Token::Plain),
    ("constant.character.escape", Token::Number),
    ("string", Token::String),
    ("constant", Token::Number),
    // Operators that are signs stay quiet; those that are words look like words of the language.
    ("keyword.operator.word", Token::Keyword),
    ("keyword.operator.logical.python", Token::Keyword),
    ("keyword.operator.new", Token::Keyword),
    ("keyword.operator", Token::Plain),
    ("keyword", Token::Keyword),
    ("storage", Token::Keyword),
    ("entity.name.tag", Token::Keyword),
    ("entity.name.function", Token::Function),
    ("entity.other.attribute-name", Token::Kind),
    ("entity.name", Token::Kind),
    ("support.function", Token::Function),
    ("variable.function", Token::Function),
    ("support.type", Token::Kind),
    ("support.class", Token::Kind),
    ("markup.inserted", Token::Added),
    ("markup.deleted", Token::Removed),
];

/// What the innermost telling scope says.
fn token_of(scopes: &ScopeStack) -> Token {
    static PREFIXES: OnceLock<Vec<(Scope, Token)>> = OnceLock::new();
    let prefixes = PREFIXES.get_or_init(|| {
        SCOPES.iter().filter_map(|(name, token)| Some((Scope::new(name).ok()?, *token))).collect()
    });
    let telling = |scope: &Scope| prefixes.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
    scopes.as_slice().iter().rev().find_map(telling).map_or(Token::Plain, |(_, token)| *token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(code: &'a str, tokens: &[(usize, Token)]) -> Vec<(&'a str, Token)> {
        let mut start = 0;
        tokens
            .iter()
            .map(|&(end, token)| {
                let part = &code[start..end];
                start = end;
                (part, token)
            })
            .collect()
    }

    #[test]
    fn python_is_told_apart() {
        let code = "from a import b\ndef f(x):\n    return \"é\" + 12  # why";
        let tokens = tokens("python", code);
        assert_eq!(tokens.last().map(|last| last.0), Some(code.len()), "all of the code is covered");
        let parts = parts(code, &tokens);
        for expected in [
            ("from", Token::Keyword),
            ("\"é\"", Token::String),
            ("12", Token::Number),
            ("f", Token::Function),
            ("# why", Token::Comment),
        ] {
            assert!(parts.contains(&expected), "{expected:?} is not in {parts:?}");
        }
    }

    #[test]
    fn colours_come_the_same_in_slices() {
        let code = "def f(x):\n    \"\"\"Says\n    why\"\"\"\n    return x + 1\n".repeat(8);
        let mut colouring = Colouring::begin("python", &code).expect("a known language");
        let mut slices = 1;
        while !colouring.go_on(&code, 30) {
            slices += 1;
        }
        assert!(slices > 8, "{slices} slices");
        assert_eq!(colouring.tokens, tokens("python", &code));
    }

    #[test]
    fn unknown_and_endless_code_stays_plain() {
        assert_eq!(tokens("no-such-language", "x"), Vec::new());
        assert_eq!(tokens("python", &"x = 1\n".repeat(MAX_LINES + 1)), Vec::new());
        assert_eq!(tokens("python", &"x".repeat(MAX_LINE_BYTES + 1)), Vec::new());
    }

    #[test]
    fn long_code_is_coloured_a_little_at_a_time() {
        let code = "x = 1\n".repeat(MAX_LINES + 100);
        let mut colouring = Colouring::begin("python", &code).expect("it is no longer too long");
        while !colouring.go_on(&code, 500) {}
        assert_eq!(colouring.tokens.last().map(|last| last.0), Some(code.len()));
    }
}
