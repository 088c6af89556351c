//! Features of texts without any model: style, and hashed n-grams under a random projection.
//!
//! Nine style columns (METHODS 3.3), and words, word pairs and letter n-grams weighted by rarity in the pool, each
//! sent to a few columns with a sign (sparse random projections: Li, Hastie and Church 2006, KDD). The projection
//! is a hash with a constant seed, so the same text has the same features on every machine.

use std::collections::HashMap;

use super::{ColumnKind, FeatureTable};

/// Names of [`style`]'s columns, in its order.
pub const STYLE_NAMES: [&str; 9] = [
    "log length",
    "lines",
    "list items",
    "bold",
    "question marks",
    "exclamation marks",
    "type-token ratio",
    "word length",
    "digits",
];

/// How many projected columns make about 128 with the style columns.
pub const PROJECTED_COLUMNS: usize = 119;

const BUCKETS: u64 = 1 << 15;
const COLUMNS_PER_GRAM: u64 = 4;
const SEED: u64 = 0x7469_6562_7265_616B;

/// The style of a text: counts on a logarithmic scale, ratios as they are.
pub fn style(text: &str) -> [f32; 9] {
    let words = words(text).collect::<Vec<_>>();
    let mut distinct = words.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let count = |found: usize| (1.0 + found as f32).ln();
    let letters = words.iter().map(|word| word.chars().count()).sum::<usize>() as f32;
    let per_word = |total: f32| if words.is_empty() { 0.0 } else { total / words.len() as f32 };
    [
        count(text.chars().count()),
        count(text.lines().count()),
        count(text.lines().filter(|line| is_list_item(line)).count()),
        count(text.matches("**").count() / 2),
        count(text.matches('?').count()),
        count(text.matches('!').count()),
        per_word(distinct.len() as f32),
        per_word(letters),
        count(text.chars().filter(char::is_ascii_digit).count()),
    ]
}

/// Style and projected n-grams of every text of the pool, standardised. The projected columns are a block, whose
/// weight against style the votes choose; the length has the prior of lengths.
pub fn table(texts: &[&str]) -> FeatureTable {
    let encoder = NgramEncoder::fit(texts, PROJECTED_COLUMNS);
    let values = texts.iter().flat_map(|text| encoder.encode(text)).collect();
    let names = (0..PROJECTED_COLUMNS).map(|index| format!("n-grams {index}")).collect();
    let projected = FeatureTable::from_values(names, ColumnKind::Block, values)
        .expect("a projected row has one value per name")
        .standardised();
    style_table(texts).joined(&projected).expect("both blocks have a row per text")
}

/// The style of every text of the pool, standardised; the length has the prior of lengths.
pub fn style_table(texts: &[&str]) -> FeatureTable {
    let values = texts.iter().flat_map(|text| style(text)).collect();
    let names = STYLE_NAMES.iter().map(|name| (*name).to_owned()).collect();
    FeatureTable::from_values(names, ColumnKind::Feature, values)
        .expect("a style row has one value per name")
        .standardised()
        .with_kind(0, ColumnKind::Length)
}

/// Hashed n-grams, weighted by how rare they are in a pool.
#[derive(Clone, Debug)]
pub struct NgramEncoder {
    columns: usize,
    /// How many texts of the pool hold a gram of this bucket.
    holders: HashMap<u64, u32>,
    texts: usize,
}

impl NgramEncoder {
    /// Counts the pool.
    pub fn fit(texts: &[&str], columns: usize) -> Self {
        let mut holders = HashMap::new();
        for text in texts {
            for bucket in grams(text).into_keys() {
                *holders.entry(bucket).or_insert(0) += 1;
            }
        }
        Self { columns, holders, texts: texts.len() }
    }

    /// The projected features of one text: `(1 + ln count) · ln((1 + n) / (1 + holders))` of each gram, the whole
    /// of length one before it is projected.
    pub fn encode(&self, text: &str) -> Vec<f32> {
        let mut grams = grams(text).into_iter().collect::<Vec<_>>();
        // Sums of f32 depend on their order; a map has none.
        grams.sort_unstable();
        let weights = grams
            .iter()
            .map(|(bucket, count)| {
                let holders = self.holders.get(bucket).copied().unwrap_or(0);
                let rarity = ((1.0 + self.texts as f32) / (1.0 + holders as f32)).ln();
                (1.0 + (*count as f32).ln()) * rarity
            })
            .collect::<Vec<_>>();
        let length = weights.iter().map(|weight| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        let mut row = vec![0.0; self.columns];
        for ((bucket, _), weight) in grams.iter().zip(weights) {
            for turn in 0..COLUMNS_PER_GRAM {
                let hash = mixed(bucket * COLUMNS_PER_GRAM + turn);
                let sign = if hash & 1 == 0 { 1.0 } else { -1.0 };
                row[(hash >> 1) as usize % self.columns] += sign * weight / length;
            }
        }
        row
    }
}

fn is_list_item(line: &str) -> bool {
    let line = line.trim_start();
    let after_digits = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let is_numbered = after_digits.len() < line.len() && after_digits.starts_with(['.', ')']);
    is_numbered || ["- ", "* ", "+ ", "• "].iter().any(|mark| line.starts_with(mark))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// How often each bucket's grams occur: words, pairs of words, and runs of 3 and 4 letters.
fn grams(text: &str) -> HashMap<u64, u32> {
    let mut counts = HashMap::new();
    let mut count = |kind: u64, gram: &[u8]| *counts.entry(hashed(kind, gram) % BUCKETS).or_insert(0) += 1;
    let mut before = String::new();
    for word in words(text) {
        count(1, word.as_bytes());
        if !before.is_empty() {
            count(2, format!("{before} {word}").as_bytes());
        }
        let letters = format!(" {word} ").chars().collect::<Vec<_>>();
        for size in [3, 4] {
            for run in letters.windows(size) {
                count(size as u64, run.iter().collect::<String>().as_bytes());
            }
        }
        before = word;
    }
    counts
}

/// FNV-1a over the bytes, finished by [`mixed`].
fn hashed(kind: u64, bytes: &[u8]) -> u64 {
    let start = 0xCBF2_9CE4_8422_2325 ^ kind.wrapping_mul(SEED);
    let hash =
        bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3));
    mixed(hash)
}

/// The finisher of SplitMix64 (Steele, Lea and Flood 2014): every input bit reaches every output bit.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(SEED);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_counts_what_it_names() {
        let found = style("# Title\n- one **bold** word\n2) two two!\nReally? 42");
        let counted = |index: usize| found[index].exp() - 1.0;
        for (index, wanted) in [(1, 4.0), (2, 2.0), (3, 1.0), (4, 1.0), (5, 1.0), (8, 3.0)] {
            assert!((counted(index) - wanted).abs() < 1e-4, "{} are {wanted}", STYLE_NAMES[index]);
        }
        assert!((found[6] - 8.0 / 9.0).abs() < 1e-6, "eight of nine words are distinct");
        assert_eq!(style("")[7], 0.0, "an empty text has no word length");
    }

    #[test]
    fn projection_keeps_likeness() {
        let texts = [
            "the river runs to the sea in winter",
            "the river runs slowly to the sea",
            "compile the program and read its error",
        ];
        let encoder = NgramEncoder::fit(&texts, 256);
        let rows = texts.map(|text| encoder.encode(text));
        let product = |one: usize, other: usize| {
            rows[one].iter().zip(&rows[other]).map(|(one, other)| one * other).sum::<f32>()
        };
        assert!(product(0, 1) > product(0, 2) + 0.2, "texts that share words lie closer");
        assert!(product(0, 2).abs() < 0.2, "what is unlike has no common part: signs cancel");
        assert!(encoder.encode("").iter().all(|value| *value == 0.0));
        assert_eq!(encoder.encode(texts[0]), rows[0], "no run differs from another");
    }

    #[test]
    fn tables_have_about_128_columns() {
        let table = table(&["one text", "another, longer text!", "and a third"]);
        assert_eq!((table.len(), table.width()), (3, 128));
        assert_eq!(table.columns()[0].kind, ColumnKind::Length);
        assert!(table.values().iter().all(|value| value.is_finite()));
    }
}
