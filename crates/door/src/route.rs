//! Everything that can be asked, by path. What is not named here is a file of the interface.

use tiebreak_domain::{AnnotatorId, SourceId};

use crate::answer::percent_decoded;
use crate::page::PageFile;

/// Everything below `/api/v1/`, with its methods, as it is described to programs.
#[cfg(test)]
pub const PROGRAM_ROUTES: [(&str, &str); 25] = [
    ("POST", "/api/v1/call"),
    ("GET", "/api/v1/pixels"),
    ("GET", "/api/v1/media/{source}/{uri}"),
    ("GET", "/api/v1/events"),
    ("GET", "/api/v1/me"),
    ("GET", "/api/v1/project"),
    ("GET", "/api/v1/judgments"),
    ("POST", "/api/v1/items"),
    ("POST", "/api/v1/uploads"),
    ("GET", "/api/v1/downloads/{name}"),
    ("GET", "/api/v1/openapi.json"),
    ("POST", "/api/v1/sign-in"),
    ("POST", "/api/v1/sign-out"),
    ("POST", "/api/v1/join"),
    ("POST", "/api/v1/password"),
    ("POST", "/api/v1/tie"),
    ("GET", "/api/v1/accounts"),
    ("POST", "/api/v1/accounts/{annotator}"),
    ("GET", "/api/v1/invitations"),
    ("POST", "/api/v1/invitations"),
    ("DELETE", "/api/v1/invitations/{id}"),
    ("GET", "/api/v1/tokens"),
    ("POST", "/api/v1/tokens"),
    ("DELETE", "/api/v1/tokens/{id}"),
    ("GET", "/api/v1/audit"),
];

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// A request of the engine's door, as JSON.
    Call,
    /// Decoded pictures, frames or sound, as bytes.
    Pixels,
    /// A medium as it is.
    Media {
        /// In whose folder.
        source: SourceId,
        /// As the data has it.
        uri: String,
    },
    /// What happens on its own.
    Events,
    /// Who asks.
    Me,
    /// The link that the terminal shows once.
    Enter,
    /// The page to sign in.
    SignInPage,
    /// The page of an invitation.
    JoinPage,
    /// The page of everything about accounts.
    AccountsPage,
    /// What the door's own pages are made of besides HTML.
    PageFile(PageFile),
    /// Something about accounts.
    Account(AccountRoute),
    /// How the project stands, for programs.
    Project,
    /// Judgments for programs.
    Judgments,
    /// Items of programs.
    Items,
    /// Files that are brought.
    Uploads,
    /// A file to be fetched.
    Download(String),
    /// The description of all this.
    OpenApi,
    /// A font of this machine for a script.
    Font(String),
    /// A file of the interface.
    Site(String),
    /// Nothing.
    Unknown,
}

/// What there is about accounts, below `/api/v1/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountRoute {
    /// `sign-in`
    SignIn,
    /// `sign-out`
    SignOut,
    /// `join`
    Join,
    /// `password`
    Password,
    /// `tie`
    Tie,
    /// `accounts`
    All,
    /// `accounts/{annotator}`
    One(AnnotatorId),
    /// `invitations`
    Invitations,
    /// `invitations/{id}`
    Invitation(String),
    /// `tokens`
    Tokens,
    /// `tokens/{id}`
    Token(String),
    /// `audit`
    Audit,
}

impl AccountRoute {
    fn of(inside: &str) -> Option<Self> {
        Some(match inside.split_once('/').map_or((inside, None), |(name, id)| (name, Some(id))) {
            ("sign-in", None) => Self::SignIn,
            ("sign-out", None) => Self::SignOut,
            ("join", None) => Self::Join,
            ("password", None) => Self::Password,
            ("tie", None) => Self::Tie,
            ("accounts", None) => Self::All,
            ("accounts", Some(id)) => Self::One(AnnotatorId(id.parse().ok()?)),
            ("invitations", None) => Self::Invitations,
            ("invitations", Some(id)) => Self::Invitation(id.to_owned()),
            ("tokens", None) => Self::Tokens,
            ("tokens", Some(id)) => Self::Token(id.to_owned()),
            ("audit", None) => Self::Audit,
            _ => return None,
        })
    }
}

impl Route {
    /// What a path names. The path is as it was sent, percent signs and all; each segment is decoded once.
    pub fn of(path: &str) -> Self {
        let Some(inside) = path.strip_prefix("/api/v1/") else {
            return match path {
                "/enter" => Self::Enter,
                "/sign-in" => Self::SignInPage,
                "/join" => Self::JoinPage,
                "/accounts" => Self::AccountsPage,
                "/door.css" => Self::PageFile(PageFile::Style),
                "/accounts.js" => Self::PageFile(PageFile::AccountsScript),
                path if path.starts_with("/api/") => Self::Unknown,
                path if path.starts_with("/fonts/") => Self::Font(path["/fonts/".len()..].to_owned()),
                path => match percent_decoded(path.trim_start_matches('/')) {
                    Some(file) => Self::Site(file),
                    None => Self::Unknown,
                },
            };
        };
        match inside {
            "call" => Self::Call,
            "pixels" => Self::Pixels,
            "events" => Self::Events,
            "me" => Self::Me,
            "project" => Self::Project,
            "judgments" => Self::Judgments,
            "items" => Self::Items,
            "uploads" => Self::Uploads,
            "openapi.json" => Self::OpenApi,
            inside => {
                let medium = inside.strip_prefix("media/").and_then(medium);
                let download =
                    || inside.strip_prefix("downloads/").and_then(percent_decoded).map(Self::Download);
                medium
                    .or_else(download)
                    .or_else(|| AccountRoute::of(inside).map(Self::Account))
                    .unwrap_or(Self::Unknown)
            }
        }
    }
}

fn medium(inside: &str) -> Option<Route> {
    let (source, uri) = inside.split_once('/')?;
    let uri = percent_decoded(uri)?;
    Some(Route::Media { source: SourceId(source.parse().ok()?), uri })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_medium_is_decoded_once_and_keeps_its_slashes() {
        let media = |uri: &str| Route::Media { source: SourceId(3), uri: uri.into() };
        assert_eq!(Route::of("/api/v1/media/3/a%20b%2Fc.png"), media("a b/c.png"));
        assert_eq!(Route::of("/api/v1/media/3/a/c.png"), media("a/c.png"));
        assert_eq!(Route::of("/api/v1/media/3/%252e%252e%252fx"), media("%2e%2e%2fx"), "once and no more");
        assert_eq!(Route::of("/api/v1/media/3/%ff"), Route::Unknown, "no text in UTF-8");
        assert_eq!(Route::of("/api/v1/media/x/a.png"), Route::Unknown);
    }

    #[test]
    fn what_is_not_of_the_api_is_of_the_interface() {
        assert_eq!(Route::of("/"), Route::Site(String::new()));
        assert_eq!(Route::of("/app_bg.wasm"), Route::Site("app_bg.wasm".into()));
        assert_eq!(Route::of("/api/v1/nothing"), Route::Unknown);
        assert_eq!(Route::of("/api/v1/accounts/7"), Route::Account(AccountRoute::One(AnnotatorId(7))));
        assert_eq!(Route::of("/api/v1/accounts/me"), Route::Unknown);
        assert_eq!(Route::of("/api/v2/call"), Route::Unknown);
    }
}
