//! The words of Tiebreak as types, and the rules that hold between them.
//!
//! Nothing here knows a database, a file, a window or a network: the crate is pure and compiles to wasm.
//! Start at [`item`] (what is judged), [`judgment`] (what is said of it) and [`door`] (how the interface
//! asks the engine for anything at all).

pub mod account;
pub mod activity;
pub mod annotator;
pub mod answer;
pub mod assignment;
pub mod candidate_pairs;
pub mod compared;
pub mod content_hash;
pub mod door;
pub mod draft;
pub mod error;
pub mod export;
pub mod filter;
pub mod fonts;
pub mod id;
pub mod import;
pub mod interval;
pub mod item;
pub mod judgment;
pub mod learning;
pub mod lineage;
pub mod media;
pub mod merge;
pub mod model_report;
pub mod note;
pub mod order;
pub mod outcome;
pub mod part;
pub mod person;
pub mod project;
pub mod quality;
pub mod queue;
pub mod reward;
pub mod rubric;
pub mod second_look;
pub mod settings;
pub mod showing;
pub mod spelling;
pub mod study;
pub mod time;
pub mod watched;

pub use account::{Role, Scope};
pub use annotator::Annotator;
pub use answer::{Answer, AnswerValue};
pub use door::{Event, JobId, Reply, Request};
pub use draft::Draft;
pub use error::{ApiError, ErrorCode};
pub use export::{ExportFormat, ExportPlan};
pub use filter::ItemFilter;
pub use id::{AnnotatorId, AnnotatorKey, ItemId, ItemKey, JudgmentId, ProjectKey, SourceId};
pub use import::{DataFormat, ImportPlan};
pub use interval::Interval;
pub use item::{Candidate, Context, ContextKind, Item, ItemStatus, StoredItem};
pub use judgment::{Judgment, NewJudgment, Origin, Verdict};
pub use lineage::{Derived, Lineage};
pub use note::Note;
pub use order::Order;
pub use outcome::{Outcome, Preference, Strength};
pub use part::{Part, TextFormat};
pub use person::{Person, Pin};
pub use project::{ProjectInfo, Source};
pub use quality::ItemRole;
pub use queue::QueuedItem;
pub use rubric::{Question, Rubric, Template};
pub use settings::Settings;
pub use showing::Showing;
pub use study::StudySetup;
pub use time::UnixMillis;
pub use watched::Watched;
