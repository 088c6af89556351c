//! Which language a piece of code is in, where nobody says.
//!
//! First lines that the grammars know (`#!/bin/sh`, `<?xml`) decide; else signs that one language has and
//! others seldom do, each with a weight, over the first lines. Whoever cannot be told from another stays
//! without colours: wrong colours say something false, none say nothing.

use super::highlight;

/// Lines that are looked at.
const LINES: usize = 80;
/// Less than this is no evidence.
const LEAST_WEIGHT: u32 = 3;

/// How a sign stands in a line without its indentation.
enum Sign {
    Starts(&'static str),
    Holds(&'static str),
    Is(&'static str),
    /// It starts so and ends so.
    Spans(&'static str, &'static str),
}
use Sign::{Holds, Is, Spans, Starts};

/// The names are those that the grammars are found by.
const SIGNS: &[(&str, &[(Sign, u32)])] = &[
    (
        "python",
        &[
            (Spans("def ", ":"), 3),
            (Spans("class ", ":"), 3),
            (Spans("elif ", ":"), 3),
            (Spans("for ", ":"), 1),
            (Spans("if ", ":"), 1),
            (Starts("if __name__"), 4),
            (Holds(" import "), 2),
            (Starts("print("), 1),
            (Holds("self."), 1),
            (Is("try:"), 2),
        ],
    ),
    (
        "rust",
        &[
            (Starts("let mut "), 3),
            (Holds("println!("), 3),
            (Starts("pub fn "), 3),
            (Spans("fn ", "{"), 2),
            (Spans("impl ", "{"), 3),
            (Starts("use std::"), 3),
            (Starts("#["), 1),
        ],
    ),
    (
        "javascript",
        &[
            (Starts("const "), 2),
            (Holds("console.log("), 3),
            (Spans("function ", "{"), 3),
            (Holds("=> {"), 2),
            (Holds(" === "), 2),
            (Holds("require("), 1),
            (Starts("let "), 1),
            (Starts("export "), 1),
        ],
    ),
    (
        "java",
        &[
            (Starts("public class "), 4),
            (Holds("public static void main"), 4),
            (Holds("System.out."), 3),
            (Starts("import java"), 4),
            (Is("@Override"), 3),
            (Starts("private "), 1),
        ],
    ),
    (
        "cpp",
        &[
            (Starts("#include <iostream>"), 4),
            (Starts("using namespace "), 4),
            (Holds("std::"), 2),
            (Starts("template <"), 3),
            (Starts("template<"), 3),
        ],
    ),
    (
        "c",
        &[
            (Starts("#include "), 2),
            (Holds("printf("), 1),
            (Starts("int main("), 2),
            (Starts("#define "), 2),
            (Holds("malloc("), 2),
        ],
    ),
    ("cs", &[(Starts("using System"), 4), (Holds("Console.Write"), 4), (Starts("namespace "), 2)]),
    ("go", &[(Starts("package "), 3), (Spans("func ", "{"), 3), (Holds(" := "), 1), (Holds("fmt."), 2)]),
    (
        "ruby",
        &[
            (Is("end"), 1),
            (Starts("puts "), 2),
            (Starts("require '"), 3),
            (Holds(" do |"), 3),
            (Starts("attr_"), 3),
        ],
    ),
    ("php", &[(Starts("<?php"), 5), (Holds("$this->"), 3)]),
    (
        "bash",
        &[
            (Is("fi"), 2),
            (Is("done"), 2),
            (Spans("if [", "then"), 4),
            (Starts("sudo "), 3),
            (Starts("apt "), 2),
            (Starts("echo "), 1),
            (Starts("export "), 1),
            (Starts("$ "), 1),
            (Starts("pip install "), 3),
            (Starts("git "), 2),
            (Starts("cd "), 1),
        ],
    ),
    (
        "sql",
        &[
            (Starts("SELECT "), 3),
            (Starts("select "), 2),
            (Starts("INSERT INTO "), 4),
            (Starts("CREATE TABLE "), 4),
            (Starts("FROM "), 2),
            (Starts("WHERE "), 2),
            (Starts("GROUP BY "), 2),
        ],
    ),
    (
        "html",
        &[
            (Starts("<!DOCTYPE html"), 5),
            (Starts("<html"), 4),
            (Starts("</"), 1),
            (Starts("<div"), 2),
            (Starts("<p>"), 1),
            (Starts("<head"), 2),
        ],
    ),
    (
        "css",
        &[
            (Spans(".", "{"), 2),
            (Spans("#", "{"), 2),
            (Spans("body", "{"), 2),
            (Spans("margin", ";"), 2),
            (Spans("color", ";"), 2),
            (Spans("padding", ";"), 2),
        ],
    ),
    ("json", &[(Spans("\"", ","), 1), (Spans("\"", "{"), 2), (Spans("\"", "["), 2)]),
];

/// The language of some code, if it can be told.
pub fn guess(code: &str) -> Option<&'static str> {
    if let Some(known) = highlight::language_of_first_line(code) {
        return Some(known);
    }
    let mut weights: Vec<(u32, &'static str)> =
        SIGNS.iter().map(|(language, signs)| (weight(code, signs), *language)).collect();
    weights.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    match weights.as_slice() {
        [(most, language), (next, _), ..] if *most >= LEAST_WEIGHT && most > next => Some(language),
        _ => None,
    }
}

/// Whether a text without any marks of code is code all the same.
pub fn is_code(text: &str) -> bool {
    let lines = || text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).take(LINES);
    let count = lines().count();
    let looks_like_it = |line: &&str| {
        let is_indented = line.starts_with("  ") || line.starts_with('\t');
        let is_prose = line.split_whitespace().count() > 8 && line.ends_with(['.', '?', '!']);
        let ends_so = line.ends_with([';', '{', '}', ':', ',', '(', ')', '[', ']', '>', '=', '"']);
        let starts_so =
            ["#", "//", "--", "/*", "import ", "from ", "@"].iter().any(|start| line.starts_with(start));
        !is_prose && (is_indented || ends_so || starts_so)
    };
    count >= 3 && lines().filter(looks_like_it).count() * 10 >= count * 7 && guess(text).is_some()
}

fn weight(code: &str, signs: &[(Sign, u32)]) -> u32 {
    let lines = code.lines().map(str::trim).take(LINES);
    let of_line = |line: &str| -> u32 {
        let holds = |sign: &Sign| match sign {
            Starts(start) => line.starts_with(start),
            Holds(part) => line.contains(part),
            Is(whole) => line == *whole,
            Spans(start, end) => line.starts_with(start) && line.ends_with(end),
        };
        signs.iter().filter(|(sign, _)| holds(sign)).map(|(_, weight)| weight).sum()
    };
    lines.map(of_line).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_languages_are_told() {
        for (language, code) in [
            ("python", "def f(x):\n    return x + 1\n\nprint(f(2))"),
            ("rust", "fn main() {\n    let mut x = 1;\n    println!(\"{x}\");\n}"),
            ("javascript", "const f = (x) => {\n  console.log(x);\n};"),
            (
                "java",
                "public class A {\n    public static void main(String[] a) {\n        System.out.println(1);\n    }\n}",
            ),
            ("cpp", "#include <iostream>\nint main() { std::cout << 1; }"),
            ("c", "#include <stdio.h>\nint main(void) {\n    printf(\"1\");\n}"),
            ("go", "package main\n\nfunc main() {\n\tfmt.Println(1)\n}"),
            ("sql", "SELECT a, b\nFROM c\nWHERE d = 1;"),
            ("bash", "#!/bin/bash\necho a"),
            ("bash", "for f in *; do\n  echo $f\ndone\nif [ -f x ]; then\n  rm x\nfi"),
            ("html", "<!DOCTYPE html>\n<html>\n<p>a</p>\n</html>"),
            ("json", "{\n  \"a\": {\n    \"b\": 1,\n  \"c\": [\n  ]\n}}"),
        ] {
            assert_eq!(guess(code), Some(language), "{code}");
        }
    }

    #[test]
    fn what_says_nothing_is_not_guessed() {
        for text in ["", "x = 1", "A cat sat on the mat.\nIt was black.", "+---+\n| a |\n+---+"] {
            assert_eq!(guess(text), None, "{text}");
        }
    }

    #[test]
    fn prose_is_no_code_and_bare_code_is() {
        assert!(is_code("import os\n\ndef f(path):\n    return os.listdir(path)\n"));
        assert!(!is_code(
            "I would import the file first, and then count:\n\n- one\n- two\n\nThat is all there is to it, really."
        ));
        assert!(!is_code("def f(x):"), "a line is not enough");
    }
}
