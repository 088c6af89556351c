//! Parts: the pieces of content that prompts and candidates are made of.

use serde::{Deserialize, Serialize};

/// How a text is to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// CommonMark with tables and strikethrough.
    #[default]
    Markdown,
    /// Every character as it stands.
    Plain,
}

/// One piece of content.
///
/// The `uri` of a medium is as the data had it: a path relative to its source's media folder, or an
/// `http(s)` address. Nothing else is ever opened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Words.
    Text {
        /// The words.
        text: String,
        /// How to read them.
        #[serde(default)]
        format: TextFormat,
    },
    /// One turn of a conversation.
    Message {
        /// Who speaks, as the data says it: `user`, `assistant`, `system`, …
        role: String,
        /// What is said, read as Markdown.
        text: String,
    },
    /// A still picture.
    Image {
        /// Where it is.
        uri: String,
    },
    /// A moving picture.
    Video {
        /// Where it is.
        uri: String,
    },
    /// A sound.
    Audio {
        /// Where it is.
        uri: String,
    },
}

impl Part {
    /// A Markdown text.
    pub fn markdown(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), format: TextFormat::Markdown }
    }

    /// A text in which no character is special.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), format: TextFormat::Plain }
    }

    /// A turn of a conversation.
    pub fn message(role: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Message { role: role.into(), text: text.into() }
    }

    /// A still picture.
    pub fn image(uri: impl Into<String>) -> Self {
        Self::Image { uri: uri.into() }
    }

    /// The words in this part, if it has any.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text, .. } | Self::Message { text, .. } => Some(text),
            Self::Image { .. } | Self::Video { .. } | Self::Audio { .. } => None,
        }
    }

    /// Where the medium in this part is, if it is one.
    pub fn uri(&self) -> Option<&str> {
        match self {
            Self::Image { uri } | Self::Video { uri } | Self::Audio { uri } => Some(uri),
            Self::Text { .. } | Self::Message { .. } => None,
        }
    }

    /// Whether it plays, whatever its file holds; an image may be an animation too.
    pub fn always_plays(&self) -> bool {
        matches!(self, Self::Video { .. } | Self::Audio { .. })
    }

    /// Whether it may turn out to play: an image, which its name does not tell.
    pub fn may_be_animated(&self) -> bool {
        matches!(self, Self::Image { .. })
    }

    /// Whether it is an image that is called as animations are. Others are known by what is in them.
    pub fn is_called_animation(&self) -> bool {
        let Self::Image { uri } = self else { return false };
        let path = uri.split(['?', '#']).next().unwrap_or(uri);
        let ending = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        matches!(ending.as_str(), "gif" | "webp" | "apng")
    }

    /// Whether there is nothing in it to judge.
    pub fn is_empty(&self) -> bool {
        self.text().or(self.uri()).is_none_or(|content| content.trim().is_empty())
    }
}

/// Whether parts are words, one text at least, and there are none in them.
pub fn say_nothing(parts: &[Part]) -> bool {
    !parts.is_empty() && parts.iter().all(|part| part.text().is_some_and(|text| text.trim().is_empty()))
}
