//! Text into tokens, as the manifest says; what the tokenizer's own file says of padding and truncation is
//! overridden, since it was written for another use.

use tokenizers::tokenizer::PostProcessor;
use tokenizers::{Tokenizer, TruncationDirection, TruncationParams, TruncationStrategy};

use super::error::{InputFault, ModelError};
use super::folder::ModelFolder;
use super::manifest::{Side, TextInput, Texts, Truncation};

/// Token ids, and for each which of the two sequences it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tokens {
    /// The ids, without filling.
    pub ids: Vec<u32>,
    /// 0 for the first sequence, 1 for the second.
    pub types: Vec<u8>,
}

/// A tokenizer, set up for a model.
pub(super) struct TextTokenizer {
    tokenizer: Tokenizer,
    input: TextInput,
    /// The largest id that can come out.
    pub(super) largest_id: u32,
}

impl TextTokenizer {
    pub(super) fn open(folder: &ModelFolder, input: &TextInput) -> Result<Self, ModelError> {
        let entry = folder.manifest.files.tokenizer.as_ref().expect("a manifest with text names a tokenizer");
        let unreadable =
            |reason: String| ModelError::TokenizerUnreadable { file: entry.path.clone(), reason };
        let bytes = folder.file(entry)?;
        let parse = || Tokenizer::from_bytes(&bytes).map_err(|error| error.to_string());
        let parsed = std::panic::catch_unwind(parse).unwrap_or_else(|_| Err("it cannot be read".to_owned()));
        let mut tokenizer = parsed.map_err(unreadable)?;
        let is_pair = input.second.is_some();
        let added = tokenizer.get_post_processor().filter(|_| input.has_special_tokens);
        let special_tokens = added.map_or(0, |processor| processor.added_tokens(is_pair));
        let single = tokenizer.get_post_processor().map_or(0, |processor| processor.added_tokens(false));
        if input.max_tokens <= special_tokens.max(single) {
            return Err(ModelError::TooFewTokens { max_tokens: input.max_tokens, special_tokens });
        }
        let truncation = TruncationParams {
            max_length: input.max_tokens,
            stride: 0,
            strategy: match input.truncation {
                Truncation::LongestFirst => TruncationStrategy::LongestFirst,
                Truncation::First => TruncationStrategy::OnlyFirst,
                Truncation::Second => TruncationStrategy::OnlySecond,
            },
            direction: match input.truncation_side {
                Side::Left => TruncationDirection::Left,
                Side::Right => TruncationDirection::Right,
            },
        };
        tokenizer.with_padding(None);
        tokenizer.with_truncation(Some(truncation)).map_err(|error| unreadable(error.to_string()))?;
        let largest = tokenizer.get_vocab(true).values().copied().max();
        let largest_id = largest.ok_or_else(|| unreadable("it knows no tokens".to_owned()))?;
        if let Some(rows) = folder.outline.rows_looked_up(&input.ids_name) {
            let token_id = largest_id.max(input.pad_id);
            if u64::from(token_id) >= rows {
                return Err(ModelError::TokenizerMismatch { token_id, rows });
            }
        }
        let opened = Self { tokenizer, input: input.clone(), largest_id };
        opened.check_special_tokens(folder)?;
        Ok(opened)
    }

    /// Holds what is put around each text against the vocabulary: the file has both, and one may be of another model.
    fn check_special_tokens(&self, folder: &ModelFolder) -> Result<(), ModelError> {
        if !self.input.has_special_tokens {
            return Ok(());
        }
        let file =
            || folder.manifest.files.tokenizer.as_ref().map_or_else(String::new, |file| file.path.clone());
        let unreadable = |reason| ModelError::TokenizerUnreadable { file: file(), reason };
        let encode = || match self.input.second {
            Some(_) => self.tokenizer.encode(("", ""), true),
            None => self.tokenizer.encode("", true),
        };
        let encoded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(encode));
        let added = encoded
            .map_err(|_| unreadable("it gave up on an empty text".to_owned()))?
            .map_err(|error| unreadable(error.to_string()))?;
        let rows = folder.outline.rows_looked_up(&self.input.ids_name);
        for (token, &token_id) in added.get_tokens().iter().zip(added.get_ids()) {
            if let Some(rows) = rows.filter(|rows| u64::from(token_id) >= *rows) {
                return Err(ModelError::TokenizerMismatch { token_id, rows });
            }
            let found = self.tokenizer.id_to_token(token_id);
            if found.as_ref() != Some(token) {
                return Err(ModelError::WrongSpecialToken { token: token.clone(), token_id, found });
            }
        }
        Ok(())
    }

    /// The text of both sequences, as the templates give it.
    pub(super) fn fill(&self, texts: &Texts) -> (String, Option<String>) {
        (self.input.first.fill(texts), self.input.second.as_ref().map(|second| second.fill(texts)))
    }

    pub(super) fn encode(&self, first: &str, second: Option<&str>) -> Result<Tokens, InputFault> {
        let with_special = self.input.has_special_tokens;
        let encode = || match second {
            Some(second) => self.tokenizer.encode_fast((first, second), with_special),
            None => self.tokenizer.encode_fast(first, with_special),
        };
        let encoded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(encode));
        let untokenisable = |reason: String| InputFault::Untokenisable { reason };
        let encoding = encoded
            .map_err(|_| untokenisable("the tokenizer gave up".to_owned()))?
            .map_err(|error| untokenisable(error.to_string()))?;
        let types = encoding.get_type_ids().iter().map(|kind| u8::try_from(*kind).unwrap_or(u8::MAX));
        Ok(Tokens { ids: encoding.get_ids().to_vec(), types: types.collect() })
    }
}
