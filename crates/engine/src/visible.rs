//! What a caller is shown of an answer or an event: no paths of this machine, and for somebody who only judges
//! nothing of what others said or what is known about them.

use tiebreak_domain::door::ViewId;
use tiebreak_domain::person::People;
use tiebreak_domain::{Annotator, ApiError, Event, ProjectInfo, Reply, Request, StudySetup};

use crate::people::offers::told;
use crate::seat::Caller;

/// An answer as the caller may see it.
pub(crate) fn reply(caller: &Caller, reply: Reply) -> Reply {
    match reply {
        Reply::Project(info) => Reply::Project(Box::new(project(caller, *info))),
        Reply::Study(setup) if !caller.role.leads() => Reply::Study(Box::new(study_of_annotator(*setup))),
        Reply::People(everyone) if !caller.role.leads() => {
            Reply::People(Box::new(people_of_annotator(caller, *everyone)))
        }
        Reply::Rows { view, from, mut rows } if !caller.role.leads() => {
            for row in &mut rows {
                row.verdicts.retain(|verdict| verdict.annotator == caller.annotator);
                row.rewrites.retain(|rewrite| rewrite.annotator == caller.annotator);
            }
            Reply::Rows { view, from, rows }
        }
        Reply::Items(mut items) if !caller.role.leads() => {
            for queued in &mut items {
                queued.acquisition = told(&queued.acquisition);
                let before = queued.previous.as_mut().and_then(|judgment| judgment.given.showing.as_mut());
                if let Some(showing) = before {
                    showing.acquisition = told(&showing.acquisition);
                }
            }
            Reply::Items(items)
        }
        Reply::Models(mut models) => {
            for model in &mut models.models {
                model.folder = String::new();
            }
            Reply::Models(models)
        }
        // About nobody but whoever asked, or asked for by leads alone.
        other @ (Reply::Done
        | Reply::Settings(_)
        | Reply::ImportPreview(_)
        | Reply::Started(_)
        | Reply::Items(_)
        | Reply::Saved { .. }
        | Reply::Templates(_)
        | Reply::Template(_)
        | Reply::Text(_)
        | Reply::Study(_)
        | Reply::StudyTemplates(_)
        | Reply::Person(_)
        | Reply::People(_)
        | Reply::ItemRoles(_)
        | Reply::Training(_)
        | Reply::Quality(_)
        | Reply::SecondLook(_)
        | Reply::Learning(_)
        | Reply::QueueAhead(_)
        | Reply::ItemScores(_)
        | Reply::ModelReport(_)
        | Reply::Count(_)
        | Reply::Found { .. }
        | Reply::Rows { .. }
        | Reply::StatusesBefore(_)
        | Reply::PairsMade(_)
        | Reply::ExportPreview(_)
        | Reply::Image(_)
        | Reply::Tile(_)
        | Reply::Video(_)
        | Reply::Frames(_)
        | Reply::Sound(_)
        | Reply::Checked(_)) => other,
    }
}

/// The medium that is asked for, as the data names it.
pub(crate) fn medium_of(request: &Request) -> Option<String> {
    let uri = match request {
        Request::Image(image) => &image.uri,
        Request::Tile(tile) => &tile.uri,
        Request::Video(medium) => &medium.uri,
        Request::Frames(frames) => &frames.medium.uri,
        Request::Sound(sound) => &sound.medium.uri,
        _ => return None,
    };
    Some(uri.clone())
}

/// An error as the caller may see it: where a medium is, a path that may name a model, is told to leads alone, and as
/// the data has it.
pub(crate) fn error(caller: &Caller, asked: Option<&str>, mut error: ApiError) -> ApiError {
    if error.place.is_some() {
        error.place = asked.filter(|_| caller.role.leads()).map(str::to_owned);
    }
    error
}

/// What a caller hears of an event. `owns` says whether a result of a search is theirs.
pub(crate) fn event(caller: &Caller, event: Event, owns: impl Fn(ViewId) -> bool) -> Option<Event> {
    match event {
        Event::ProjectChanged(info) => Some(Event::ProjectChanged(Box::new(project(caller, *info)))),
        Event::FoundMore { view, .. } if owns(view) => Some(event),
        Event::FoundMore { .. } => None,
        Event::SearchIndex(_) => Some(event),
        Event::ExportEnded(job, Ok(mut report)) if caller.role.leads() => {
            for path in
                [&mut report.path, &mut report.manifest_path].into_iter().chain(&mut report.companions)
            {
                *path = file_name(path);
            }
            Some(Event::ExportEnded(job, Ok(report)))
        }
        Event::InstallEnded(job, Ok(mut model)) if caller.role.leads() => {
            model.folder = String::new();
            Some(Event::InstallEnded(job, Ok(model)))
        }
        Event::ImportProgress(..)
        | Event::ImportEnded(..)
        | Event::ExportProgress(..)
        | Event::ExportEnded(..)
        | Event::MergeEnded(..)
        | Event::InstallProgress(..)
        | Event::InstallEnded(..)
        | Event::ScoringProgress(..)
        | Event::ScoringEnded(..)
        | Event::LearningChanged(_) => caller.role.leads().then_some(event),
    }
}

/// The project with the caller in the seat.
fn project(caller: &Caller, mut info: ProjectInfo) -> ProjectInfo {
    info.annotator = caller.annotator;
    info.path = file_name(&info.path);
    for source in &mut info.sources {
        source.media_folder = source.media_folder.as_deref().map(file_name);
    }
    if !caller.role.leads() {
        info.annotators.retain(|annotator| annotator.id == caller.annotator);
        let own = info.annotators.first();
        info.judgments = own.map_or(0, |own: &Annotator| own.judged);
        info.revisions = info.judgments;
    }
    info
}

/// What is asked of an annotator, without what would tell which items measure them.
fn study_of_annotator(study: StudySetup) -> StudySetup {
    let mut seen = StudySetup { arms: None, ..study };
    seen.quality.gold_rate = None;
    seen.quality.attention_rate = None;
    seen.quality.repeats = None;
    seen
}

fn people_of_annotator(caller: &Caller, mut people: People) -> People {
    people.people.retain(|person| person.annotator.id == caller.annotator);
    for person in &mut people.people {
        person.arm = None;
    }
    people
}

/// The name alone: folders of this machine are nobody's business elsewhere.
fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::filter::{ItemRow, RowVerdict};
    use tiebreak_domain::import::ImportProgress;
    use tiebreak_domain::project::{SearchIndex, Source};
    use tiebreak_domain::quality::Repeats;
    use tiebreak_domain::{
        AnnotatorId, AnnotatorKey, ErrorCode, ItemId, ItemStatus, JobId, Outcome, ProjectKey, Role, Rubric,
        SourceId, UnixMillis,
    };

    use super::*;

    const ANNOTATOR: Caller = Caller { annotator: AnnotatorId(2), role: Role::Annotator };
    const LEAD: Caller = Caller { annotator: AnnotatorId(3), role: Role::Lead };

    fn annotator(id: i64) -> Annotator {
        let key = AnnotatorKey([id as u8; 16]);
        Annotator { id: AnnotatorId(id), key, name: format!("a{id}"), judged: id as u64 * 10, skipped: 0 }
    }

    fn info() -> ProjectInfo {
        ProjectInfo {
            path: "/home/lab/secret/study.tiebreak".into(),
            key: ProjectKey([1; 16]),
            name: "study".into(),
            rubric: Rubric::default(),
            active_items: 9,
            excluded_items: 0,
            deleted_items: 0,
            judgments: 60,
            revisions: 70,
            annotators: vec![annotator(1), annotator(2), annotator(3)],
            annotator: AnnotatorId(1),
            sources: vec![Source {
                id: SourceId(1),
                name: "pairs".into(),
                media_folder: Some("/home/lab/pictures".into()),
                fetches_addresses: false,
                blake3: String::new(),
                imported_at: UnixMillis(0),
            }],
            search_index: SearchIndex::default(),
            is_sample: false,
            created_at: UnixMillis(0),
        }
    }

    #[test]
    fn a_project_is_shown_from_the_callers_seat_and_without_paths() {
        let Reply::Project(seen) = reply(&ANNOTATOR, Reply::Project(Box::new(info()))) else { panic!() };
        assert_eq!(seen.annotator, AnnotatorId(2));
        assert_eq!(seen.annotators, [annotator(2)], "others are not named");
        assert_eq!((seen.judgments, seen.revisions), (20, 20), "nor is counted what they said");
        let json = serde_json::to_string(&seen).expect("serialisable");
        assert!(!json.contains("/home"), "{json}");
        let Some(Event::ProjectChanged(seen)) =
            event(&LEAD, Event::ProjectChanged(Box::new(info())), |_| false)
        else {
            panic!()
        };
        assert_eq!((seen.annotator, seen.annotators.len(), seen.judgments), (AnnotatorId(3), 3, 60));
        assert_eq!(seen.sources[0].media_folder.as_deref(), Some("pictures"));
    }

    #[test]
    fn an_annotator_is_not_told_what_measures_them() {
        let mut study = StudySetup::default();
        study.quality.gold_rate = Some(0.1);
        study.quality.attention_rate = Some(0.1);
        study.quality.repeats = Some(Repeats { rate: 0.1, after: 5 });
        study.consent = "Do you agree?".into();
        let Reply::Study(seen) = reply(&ANNOTATOR, Reply::Study(Box::new(study.clone()))) else { panic!() };
        assert_eq!(seen.quality, StudySetup::default().quality);
        assert_eq!(seen.consent, study.consent, "what is asked of them stays");
        let Reply::Study(seen) = reply(&LEAD, Reply::Study(Box::new(study.clone()))) else { panic!() };
        assert_eq!(*seen, study);
    }

    #[test]
    fn rows_tell_an_annotator_only_what_they_said_themselves() {
        let said = |id| RowVerdict { annotator: AnnotatorId(id), outcome: Some(Outcome::A), flagged: false };
        let row = ItemRow {
            id: ItemId(1),
            external_id: None,
            prompt: String::new(),
            candidates: Vec::new(),
            source: SourceId(1),
            status: ItemStatus::Active,
            verdicts: vec![said(1), said(2)],
            rewrites: Vec::new(),
        };
        let rows = || Reply::Rows { view: ViewId(1), from: 0, rows: vec![row.clone()] };
        let Reply::Rows { rows: seen, .. } = reply(&ANNOTATOR, rows()) else { panic!() };
        assert_eq!(seen[0].verdicts, [said(2)]);
        let Reply::Rows { rows: seen, .. } = reply(&LEAD, rows()) else { panic!() };
        assert_eq!(seen[0].verdicts.len(), 2);
    }

    #[test]
    fn where_a_medium_is_leads_alone_are_told_and_without_folders() {
        let failed = || ApiError::new(ErrorCode::NotFound, "it is missing").at("wan/a.mp4 in /home/lab");
        assert_eq!(error(&ANNOTATOR, Some("wan/a.mp4"), failed()).place, None);
        assert_eq!(error(&LEAD, Some("wan/a.mp4"), failed()).place.as_deref(), Some("wan/a.mp4"));
        let plain = ApiError::new(ErrorCode::System, "it is full");
        assert_eq!(error(&LEAD, Some("wan/a.mp4"), plain.clone()), plain);
    }

    #[test]
    fn events_about_others_reach_leads_alone() {
        let job = JobId(1);
        let events = [
            Event::ImportProgress(job, ImportProgress::default()),
            Event::ScoringEnded(job, Err(ApiError::new(ErrorCode::System, "x"))),
            Event::LearningChanged(Box::default()),
        ];
        for happened in events {
            assert_eq!(event(&ANNOTATOR, happened.clone(), |_| true), None, "{happened:?}");
            assert_eq!(event(&LEAD, happened.clone(), |_| true), Some(happened));
        }
        let more = Event::FoundMore { view: ViewId(4), count: 1, is_complete: true };
        assert_eq!(event(&LEAD, more.clone(), |_| false), None, "a search of somebody else");
        assert_eq!(event(&ANNOTATOR, more.clone(), |view| view == ViewId(4)), Some(more));
    }
}
