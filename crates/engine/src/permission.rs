//! What each role may ask over a network: the one table of it.
//!
//! [`access`] names every request, without a catch-all, so that a new request cannot be forgotten. What an answer
//! then shows to whom is in `visible`; which items somebody who only judges may have is in `people::reach`.

use tiebreak_domain::filter::ItemState;
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, ItemFilter, Request, Role, Scope};

use crate::accounts::Known;
use crate::seat::Caller;

/// Who may ask something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody who takes part.
    Anyone,
    /// That annotator alone, whatever the role: nobody judges in the name of another.
    Only(AnnotatorId),
    /// That annotator, and leads.
    OrLead(AnnotatorId),
    /// Leads.
    Lead,
    /// Owners.
    Owner,
    /// Leads, where the door has put a file of its own in the place of the path; else as [`Access::Machine`].
    Files,
    /// Whoever sits at the machine: it is about its files, its settings, or which project is open.
    Machine,
}

/// Who may ask this.
pub(crate) fn access(request: &Request) -> Access {
    match request {
        // The settings are answered with what an interface begins with, not with this machine's. Which result rows are
        // of, and whose that is, is looked at where results are kept.
        Request::LoadSettings
        | Request::Rows { .. }
        | Request::Project
        | Request::Study
        | Request::StudyTemplates
        | Request::Templates
        | Request::People
        | Request::Image(_)
        | Request::Tile(_)
        | Request::Video(_)
        | Request::Frames(_)
        | Request::Sound(_) => Access::Anyone,
        Request::Queue(request) => Access::Only(request.annotator),
        Request::Submit(judgment) => Access::Only(judgment.annotator),
        Request::SaveDraft { annotator, .. } | Request::SaveProfile { annotator, .. } => {
            Access::Only(*annotator)
        }
        Request::Training { annotator, .. } | Request::ItemScores { annotator, .. } => {
            Access::OrLead(*annotator)
        }
        Request::Find(filter) => own_items(filter).map_or(Access::Lead, Access::OrLead),
        Request::ReadRubric { .. }
        | Request::WriteRubric(_)
        | Request::SetRubric(_)
        | Request::SetStudy(_)
        | Request::SetTags { .. }
        | Request::SetItemRole { .. }
        | Request::ItemRoles
        | Request::Quality
        | Request::SecondLook(_)
        | Request::Models
        | Request::StartScoring { .. }
        | Request::Learning
        | Request::QueueAhead { .. }
        | Request::ModelReport(_)
        | Request::AcceptModelLabels { .. }
        | Request::ForgetModelLabels
        | Request::SetStatus(_)
        | Request::MakePairs(_)
        | Request::PreviewExport(_)
        | Request::Cancel(_)
        | Request::Check => Access::Lead,
        Request::SetLead { .. } => Access::Owner,
        Request::SaveSettings(_)
        | Request::OpenSample
        | Request::OpenProject { .. }
        | Request::CreateProject { .. }
        | Request::CloseProject
        | Request::SetAnnotator { .. }
        | Request::SwitchAnnotator { .. }
        | Request::SetPin { .. }
        | Request::AddModel(_)
        | Request::RemoveModel(_)
        | Request::KeepToken { .. }
        | Request::ForgetToken(_) => Access::Machine,
        Request::PreviewImport(_)
        | Request::StartImport(_)
        | Request::SaveImportReport { .. }
        | Request::OpenRubric { .. }
        | Request::SaveRubric { .. }
        | Request::StartMerge { .. }
        | Request::SaveModelReport { .. }
        | Request::StartExport { .. } => Access::Files,
    }
}

/// The annotator, where a filter finds nothing but what that annotator has judged or skipped.
fn own_items(filter: &ItemFilter) -> Option<AnnotatorId> {
    let is_past = matches!(filter.state, ItemState::Judged | ItemState::Skipped) || filter.flagged;
    filter.annotator.filter(|_| is_past && filter.belief.is_none())
}

/// What a token needs for asking this.
pub(crate) fn scope(request: &Request) -> Option<Scope> {
    match (access(request), request) {
        // Everybody who comes may know where they are.
        (_, Request::Project) => None,
        (Access::Anyone | Access::Only(_) | Access::OrLead(_), _) => Some(Scope::Judge),
        (Access::Lead | Access::Owner | Access::Files | Access::Machine, _) => Some(Scope::Admin),
    }
}

/// Whether a request is about files, of which callers may bring and fetch their own.
pub(crate) fn is_about_files(request: &Request) -> bool {
    access(request) == Access::Files
}

/// Refuses whoever does not lead, and tokens that were made for something else.
pub(crate) fn check_program(known: &Known, scope: Scope) -> Result<(), ApiError> {
    if !known.has_scope(scope) {
        let message = format!("this needs a token with the scope {}", scope.word());
        return Err(ApiError::new(ErrorCode::Denied, message).hint("make one with that scope"));
    }
    if !known.caller.role.leads() {
        return Err(ApiError::new(ErrorCode::Denied, "this is for whoever leads the study")
            .hint("ask an owner of the project for that role"));
    }
    Ok(())
}

/// Refuses what a caller may not ask.
pub(crate) fn check(caller: &Caller, request: &Request) -> Result<(), ApiError> {
    let may = match access(request) {
        Access::Anyone => true,
        Access::Only(annotator) => annotator == caller.annotator,
        Access::OrLead(annotator) => annotator == caller.annotator || caller.role.leads(),
        Access::Lead => caller.role.leads(),
        Access::Owner => caller.role == Role::Owner,
        Access::Files | Access::Machine => false,
    };
    if may {
        return Ok(());
    }
    let denied = |message: &str| ApiError::new(ErrorCode::Denied, message);
    Err(match access(request) {
        Access::Anyone | Access::Only(_) | Access::OrLead(_) => {
            denied("this is about another annotator").hint("nobody asks or judges in the name of another")
        }
        Access::Lead => {
            denied("this is for whoever leads the study").hint("ask an owner of the project for that role")
        }
        Access::Owner => denied("this is for an owner of the project").hint("ask an owner to do it"),
        Access::Files | Access::Machine => {
            denied("this can be asked only at the machine that serves the project").hint("run tiebreak there")
        }
    })
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::door::{ImageRequest, ViewId};
    use tiebreak_domain::filter::BeliefFilter;
    use tiebreak_domain::media::{FramesRequest, MediumRequest, SoundRequest, TileRequest};
    use tiebreak_domain::model_report::ReportFilter;
    use tiebreak_domain::queue::{Place, QueueRequest};
    use tiebreak_domain::reward::{ModelKey, ModelPlace, Scorer, ServerToken};
    use tiebreak_domain::second_look::LookFilter;
    use tiebreak_domain::{
        ExportFormat, ExportPlan, ImportPlan, ItemId, ItemRole, JobId, JudgmentId, NewJudgment, Origin,
        SourceId, UnixMillis, Verdict,
    };

    use super::*;

    const ME: AnnotatorId = AnnotatorId(3);
    const OTHER: AnnotatorId = AnnotatorId(4);

    fn judgment(annotator: AnnotatorId) -> Box<NewJudgment> {
        Box::new(NewJudgment {
            id: JudgmentId([1; 16]),
            item: ItemId(1),
            annotator,
            verdict: Verdict::Skipped,
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: 1,
            showing: None,
            origin: Origin::Screen,
            recorded_at: UnixMillis(0),
        })
    }

    fn queue(annotator: AnnotatorId) -> Request {
        Request::Queue(QueueRequest { annotator, place: Place::Start, count: 1, except: Vec::new() })
    }

    fn of(annotator: AnnotatorId) -> Vec<Request> {
        vec![
            queue(annotator),
            Request::Submit(judgment(annotator)),
            Request::SaveDraft { annotator, item: ItemId(1), draft: None },
            Request::SaveProfile { annotator, answers: Vec::new(), consents: None },
        ]
    }

    fn of_or_lead(annotator: AnnotatorId) -> Vec<Request> {
        let judged = |annotator| ItemFilter {
            state: ItemState::Judged,
            annotator: Some(annotator),
            ..ItemFilter::default()
        };
        vec![
            Request::Training { annotator, item: ItemId(1) },
            Request::ItemScores { annotator, item: ItemId(1) },
            Request::Find(judged(annotator)),
            Request::Find(ItemFilter { state: ItemState::Any, flagged: true, ..judged(annotator) }),
        ]
    }

    fn anyones() -> Vec<Request> {
        let medium = MediumRequest { source: SourceId(1), uri: "a.png".into() };
        vec![
            Request::LoadSettings,
            Request::Project,
            Request::Study,
            Request::StudyTemplates,
            Request::Templates,
            Request::People,
            Request::Rows { view: ViewId(1), from: 0, count: 1 },
            Request::Image(ImageRequest { source: SourceId(1), uri: "a.png".into(), fit: [1, 1] }),
            Request::Tile(TileRequest {
                source: SourceId(1),
                uri: "a.png".into(),
                as_size: None,
                level: 0,
                column: 0,
                row: 0,
            }),
            Request::Video(medium.clone()),
            Request::Frames(FramesRequest {
                medium: medium.clone(),
                fit: [1, 1],
                first: 0,
                count: 1,
                is_exact: false,
            }),
            Request::Sound(SoundRequest { medium, from_us: 0, length_us: 1, speed_percent: 100 }),
        ]
    }

    fn leads() -> Vec<Request> {
        let of_mine = ItemFilter {
            state: ItemState::Judged,
            annotator: Some(ME),
            belief: Some(BeliefFilter::default()),
            ..ItemFilter::default()
        };
        let open = ItemFilter { state: ItemState::Open, annotator: Some(ME), ..ItemFilter::default() };
        vec![
            Request::ReadRubric { text: String::new() },
            Request::SetRubric(Box::default()),
            Request::SetStudy(Box::default()),
            Request::SetTags { annotator: ME, tags: Vec::new() },
            Request::SetItemRole { item: ItemId(1), role: ItemRole::Normal },
            Request::ItemRoles,
            Request::Quality,
            Request::SecondLook(LookFilter::default()),
            Request::Models,
            Request::StartScoring { models: Vec::new(), keeps_watch: false },
            Request::Learning,
            Request::QueueAhead { annotator: ME, count: 1 },
            Request::ModelReport(ReportFilter::default()),
            Request::AcceptModelLabels { above: 0.9, by: Scorer::Head, of: Box::default() },
            Request::ForgetModelLabels,
            Request::SetStatus(Vec::new()),
            Request::MakePairs(ItemFilter::default()),
            Request::PreviewExport(ExportPlan::new(ExportFormat::Tiebreak)),
            Request::Cancel(JobId(1)),
            Request::Check,
            Request::Find(ItemFilter::default()),
            Request::Find(of_mine),
            Request::Find(open),
        ]
    }

    fn machines() -> Vec<Request> {
        let path = || "/etc/passwd".to_owned();
        let plan = || ImportPlan::of_file(path());
        let model = || ModelKey("m".into());
        vec![
            Request::SaveSettings(Box::default()),
            Request::OpenSample,
            Request::OpenProject { path: path() },
            Request::CreateProject { path: path(), name: "p".into() },
            Request::CloseProject,
            Request::SetAnnotator { name: "Ben".into() },
            Request::SwitchAnnotator { name: "Ben".into(), pin: None },
            Request::SetPin { annotator: ME, current: None, pin: None },
            Request::PreviewImport(plan()),
            Request::StartImport(plan()),
            Request::SaveImportReport { job: JobId(1), path: path() },
            Request::OpenRubric { path: path() },
            Request::SaveRubric { path: path(), text: String::new(), replace: true },
            Request::StartMerge { path: path() },
            Request::AddModel(ModelPlace::Folder(path())),
            Request::RemoveModel(model()),
            Request::KeepToken { model: model(), token: ServerToken("t".into()) },
            Request::ForgetToken(model()),
            Request::SaveModelReport { filter: ReportFilter::default(), path: path(), replace: true },
            Request::StartExport {
                plan: ExportPlan::new(ExportFormat::Tiebreak),
                path: path(),
                replace: true,
            },
        ]
    }

    fn may(role: Role, request: &Request) -> bool {
        check(&Caller { annotator: ME, role }, request).is_ok()
    }

    #[test]
    fn each_role_may_ask_what_is_for_it_and_nothing_else() {
        let cases: [(Vec<Request>, [bool; 3]); 7] = [
            (anyones(), [true, true, true]),
            (of(ME), [true, true, true]),
            (of(OTHER), [false, false, false]),
            (of_or_lead(ME), [true, true, true]),
            (of_or_lead(OTHER), [false, true, true]),
            (leads(), [false, true, true]),
            (vec![Request::SetLead { annotator: OTHER, is_lead: true }], [false, false, true]),
        ];
        for (requests, expected) in cases {
            for request in requests {
                assert_eq!(Role::ALL.map(|role| may(role, &request)), expected, "{request:?}");
            }
        }
        for request in machines() {
            assert_eq!(Role::ALL.map(|role| may(role, &request)), [false; 3], "{request:?}");
        }
    }

    #[test]
    fn a_token_asks_only_what_it_was_made_for() {
        assert_eq!(scope(&Request::Project), None);
        for request in of(ME) {
            assert_eq!(scope(&request), Some(Scope::Judge), "{request:?}");
        }
        for request in leads() {
            assert_ne!(scope(&request), None, "{request:?}");
        }
        assert_eq!(scope(&Request::Quality), Some(Scope::Admin));
    }

    #[test]
    fn a_refusal_says_who_may() {
        let says = |role, request| check(&Caller { annotator: ME, role }, &request).expect_err("refused");
        assert!(says(Role::Annotator, Request::Quality).message.contains("leads the study"));
        assert!(says(Role::Annotator, queue(OTHER)).message.contains("another annotator"));
        assert!(says(Role::Owner, Request::CloseProject).message.contains("only at the machine"));
    }
}
