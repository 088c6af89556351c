//! Accounts: what somebody who comes over a network may do in a project, and how they show who they are.
//!
//! At the machine itself nobody has an account: whoever sits there can read the file anyway, and
//! [`crate::person`] keeps seats apart. Over a network a [`Role`] says what may be asked; the engine holds the
//! whole table of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{AnnotatorId, UnixMillis};

/// What an account may do, each role all that the one before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Judges what is offered, as nobody but itself.
    Annotator,
    /// Leads the study: sees everyone's judgments, sets up what is asked.
    Lead,
    /// Also says who takes part and in which role.
    Owner,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Annotator, Self::Lead, Self::Owner];

    /// The word for it, as it is stored and written on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Annotator => "annotator",
            Self::Lead => "lead",
            Self::Owner => "owner",
        }
    }

    /// Whether it leads the study.
    pub fn leads(self) -> bool {
        self >= Self::Lead
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.word() == word)
            .ok_or_else(|| format!("there is no role {word:?}: it is annotator, lead or owner"))
    }
}

/// What a token for programs may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Bring in items.
    #[serde(rename = "items:write")]
    ItemsWrite,
    /// Read judgments and how the project stands.
    #[serde(rename = "judgments:read")]
    JudgmentsRead,
    /// Judge, as whoever made the token.
    #[serde(rename = "judge")]
    Judge,
    /// Everything that whoever made the token may do.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::ItemsWrite, Self::JudgmentsRead, Self::Judge, Self::Admin];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::ItemsWrite => "items:write",
            Self::JudgmentsRead => "judgments:read",
            Self::Judge => "judge",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|scope| scope.word() == word).ok_or_else(|| {
            format!("there is no scope {word:?}: it is items:write, judgments:read, judge or admin")
        })
    }
}

/// A password on its way; it is never shown, and stored only as a salted hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(pub String);

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// The fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 10;
/// The most: what is longer only makes hashing slow.
const LONGEST_PASSWORD: usize = 256;

impl Password {
    /// Why it cannot be the password of somebody of this name, in a sentence; none if it can. Length is what counts;
    /// which characters it has does not.
    pub fn refusal(&self, name: &str) -> Option<String> {
        let count = self.0.chars().count();
        if count < SHORTEST_PASSWORD {
            return Some(format!("a password has at least {SHORTEST_PASSWORD} characters"));
        }
        if count > LONGEST_PASSWORD {
            return Some(format!("a password has at most {LONGEST_PASSWORD} characters"));
        }
        let mut characters = self.0.chars();
        let first = characters.next();
        let is_monotone = characters.all(|character| Some(character) == first);
        let is_name =
            self.0.trim().to_lowercase().contains(&name.trim().to_lowercase()) && count < name.len() + 4;
        (is_monotone || is_name).then(|| "that password is the first that anybody would try".to_owned())
    }
}

/// For how many days an invitation may be made at most.
pub const MOST_INVITATION_DAYS: u32 = 90;
/// For how many days a token may be made at most.
pub const MOST_TOKEN_DAYS: u32 = 366;

/// Why nobody can be called so, in a sentence; none if somebody can.
pub fn name_refusal(name: &str) -> Option<String> {
    let count = name.trim().chars().count();
    if count == 0 || count > 100 {
        return Some("a name has 1 to 100 characters".to_owned());
    }
    name.chars()
        .any(char::is_control)
        .then(|| "a name has no line breaks and no control characters".to_owned())
}

/// An account as leads see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountInfo {
    /// Under which number they judge.
    pub annotator: AnnotatorId,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether somebody else vouches for them.
    pub is_vouched_for: bool,
    /// Whether they are shut out.
    pub is_disabled: bool,
    /// Since when.
    pub created_at: UnixMillis,
    /// When they were last there, to within some minutes; none of whoever signed out or never came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<UnixMillis>,
}

/// An invitation that nobody has followed yet, as it is told later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationInfo {
    /// By what it is withdrawn: no secret.
    pub id: String,
    /// As what whoever follows it comes.
    pub role: Role,
    /// Under which name; none where they choose it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Since when it works.
    pub created_at: UnixMillis,
    /// Until when.
    pub expires_at: UnixMillis,
}

/// A link that lets one person in, as it is told once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationMade {
    /// By what it is withdrawn: no secret.
    pub id: String,
    /// To be handed to that person, and to nobody else.
    pub link: String,
    /// As what they come.
    pub role: Role,
    /// Under which name; none where they choose it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Until when it works.
    pub expires_at: UnixMillis,
}

/// A token as its owner sees it later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenInfo {
    /// By what it is taken back: no secret.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whose.
    pub annotator: AnnotatorId,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Until when.
    pub expires_at: UnixMillis,
}

/// A token as it is told once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenMade {
    /// The token; it is not kept and cannot be told again.
    pub token: String,
    /// What else is known of it.
    #[serde(flatten)]
    pub info: TokenInfo,
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// When.
    pub at: UnixMillis,
    /// Who did it; none where nobody was known.
    pub annotator: Option<AnnotatorId>,
    /// What: a few words.
    pub action: String,
    /// About whom or what.
    pub about: String,
    /// From which address.
    pub address: String,
}

/// Whoever asks, as they are told about themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Under which number they judge.
    pub annotator: AnnotatorId,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What the project is called.
    pub project: String,
    /// When the sign-in ends at the latest; none at the machine itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UnixMillis>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_scopes_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(role.word().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).expect("serialisable"), format!("{:?}", role.word()));
        }
        for scope in Scope::ALL {
            assert_eq!(scope.word().parse(), Ok(scope));
            assert_eq!(serde_json::to_string(&scope).expect("serialisable"), format!("{:?}", scope.word()));
        }
        assert!("Owner".parse::<Role>().is_err(), "words are exact");
        assert!("".parse::<Scope>().is_err());
    }

    #[test]
    fn a_password_is_long_and_not_what_anybody_would_try() {
        let refused = |password: &str| Password(password.into()).refusal("Ana Example").is_some();
        assert!(refused("short") && refused("aaaaaaaaaaaaaa") && refused("ana example1"));
        assert!(refused(&"x".repeat(300).replacen('x', "y", 1)));
        assert!(!refused("correct horse battery"));
        assert!(!refused("ana example walks her dog at noon"), "a name inside a long one tells little");
        assert_eq!(format!("{:?}", Password("correct horse".into())), "Password(…)");
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(name_refusal("Ana Élodie 王"), None);
        for wrong in ["", "   ", "a\nb", "a\0b"] {
            assert!(name_refusal(wrong).is_some(), "{wrong:?}");
        }
        assert!(name_refusal(&"n".repeat(101)).is_some());
    }

    #[test]
    fn each_role_may_what_the_one_before_may() {
        assert!(Role::Owner > Role::Lead && Role::Lead > Role::Annotator);
        assert_eq!(Role::ALL.map(Role::leads), [false, true, true]);
    }
}
