//! The project file: one SQLite database, `NAME.tiebreak`, and all the SQL there is.
//!
//! [`Store`] owns the one connection that writes, and the lock that makes it the only one; [`Reader`]s
//! answer questions, each on its own connection and thread; [`Import`] takes in a whole file in one
//! transaction. Which items are open, judged, flagged, … is kept in memory as [`Facets`], shared by them.
//!
//! The tables are written down in `migrations/`, with the reason for each. Judgments are append-only, and the
//! database itself holds that. Parts and metadata are stored as JSON texts: they are read whole or not at all,
//! and a person with `sqlite3` can read them too.

mod account;
mod answer;
mod assignment;
mod carry;
mod change;
mod content_json;
mod draft;
mod error;
mod facets;
mod follow;
mod import;
mod item;
mod judgment;
mod last_word;
mod lease;
mod lock;
mod merge;
mod migration;
mod offer;
mod people;
mod pin;
mod place;
mod prediction;
mod prepared_item;
mod project;
mod quality;
mod reader;
mod repeat;
mod score;
mod scoring_claim;
mod search;
mod showing;
mod sql;
mod store;
mod surprise;

pub use account::{
    Account, AccountBook, Audit, Invitation, Joining, NewAccount, NewToken, SecretHash, SignIn, StoredToken,
    Vouching,
};
pub use carry::{CarriedTable, carry};
pub use change::Change;
pub use error::{Result, StoreError};
pub use facets::{AnnotatorFacets, Facets, FacetsRead, SharedFacets};
pub use follow::Follower;
pub use import::{AddedItem, Import};
pub use lease::{Lease, Wish};
pub use offer::StoredOffer;
pub use people::KnownPerson;
pub use pin::{PinRecord, PinState};
pub use place::ProjectPlace;
pub use prediction::StoredPrediction;
pub use prepared_item::PreparedItem;
pub use project::{NewProject, NewSource};
pub use reader::{Found, Queued, Reader};
pub use repeat::Repeat;
pub use score::{CandidateScore, ModelLabel, ScoredModel, StoredScores};
pub use scoring_claim::ScoringClaims;
pub use sql::DatabaseError;
pub use sql::postgres::DatabaseAddress;
pub use store::{Store, Submitted};
pub use surprise::{ReviewedSurprise, Surprise};
