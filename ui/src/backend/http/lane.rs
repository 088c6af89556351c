//! Which requests keep their order among one another, and which may be sent again without harm.

use tiebreak_domain::Request;
use tiebreak_domain::media::MediumRequest;

use crate::backend::keeps_order;

/// Requests that are sent one after the other. The order of this list is the order in which lanes are served.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Judgments and drafts, and what must not overtake them ([`keeps_order`]).
    Judgments,
    /// What is offered, and lists.
    Queue,
    /// Everything that is quick or has an order of its own.
    Others,
    /// Sound, which must not break off.
    Sounds,
    /// The frames of one video; they are decoded one after the other.
    Frames(String),
    /// Pictures.
    Images,
    /// Parts of pictures.
    Tiles,
    /// What videos are.
    Videos,
    /// Small frames, which wait for what plays.
    Thumbnails,
}

/// Frames that fit in so many pixels are for a strip of thumbnails.
const THUMBNAIL_SIDE: u32 = 256;

impl Lane {
    /// How many of its requests go on at once.
    pub fn at_once(&self) -> usize {
        match self {
            Self::Images | Self::Tiles => 2,
            _ => 1,
        }
    }

    /// Whether its answers are large.
    pub fn carries_pixels(&self) -> bool {
        !matches!(self, Self::Judgments | Self::Queue | Self::Others)
    }
}

/// The lane of a request.
pub fn of(request: &Request) -> Lane {
    match request {
        ordered if keeps_order(ordered) => Lane::Judgments,
        Request::Queue(_) | Request::Rows { .. } | Request::Cancel(_) => Lane::Queue,
        Request::Image(_) => Lane::Images,
        Request::Tile(_) => Lane::Tiles,
        Request::Video(_) => Lane::Videos,
        Request::Frames(frames) if frames.fit.iter().all(|side| *side <= THUMBNAIL_SIDE) => Lane::Thumbnails,
        Request::Frames(frames) => Lane::Frames(name(&frames.medium)),
        Request::Sound(_) => Lane::Sounds,
        _ => Lane::Others,
    }
}

fn name(medium: &MediumRequest) -> String {
    format!("{} {}", medium.source, medium.uri)
}

/// Whether a request is about the project that is open, so that it must not reach another.
pub fn is_about_project(request: &Request) -> bool {
    !matches!(
        request,
        Request::LoadSettings
            | Request::SaveSettings(_)
            | Request::OpenSample
            | Request::OpenProject { .. }
            | Request::CreateProject { .. }
            | Request::CloseProject
            | Request::Project
            | Request::Templates
            | Request::ReadRubric { .. }
            | Request::WriteRubric(_)
            | Request::OpenRubric { .. }
            | Request::SaveRubric { .. }
            | Request::StudyTemplates
            | Request::PreviewImport(_)
            | Request::Models
            | Request::AddModel(_)
            | Request::RemoveModel(_)
            | Request::KeepToken { .. }
            | Request::ForgetToken(_)
            | Request::Cancel(_)
    )
}

/// Whether a request that was lost on the way, there or back, may be sent again: what only reads, and what leaves
/// everything as it is when it is done twice.
pub fn is_repeatable(request: &Request) -> bool {
    !matches!(
        request,
        Request::CreateProject { .. }
            | Request::StartImport(_)
            | Request::StartExport { .. }
            | Request::StartMerge { .. }
            | Request::StartScoring { .. }
            | Request::AddModel(_)
            | Request::SetRubric(_)
            | Request::SetStudy(_)
            | Request::SetPin { .. }
            | Request::SwitchAnnotator { .. }
            | Request::SetStatus(_)
            | Request::MakePairs(_)
            | Request::AcceptModelLabels { .. }
            | Request::ForgetModelLabels
    )
}
