//! A project to try things on: made-up items and judgments, and a clock that counts.

use tiebreak_domain::judgment::Origin;
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, Candidate, Item, ItemId, JudgmentId, NewJudgment, Order, Outcome, Part,
    Preference, ProjectKey, Rubric, Showing, SourceId, UnixMillis, Verdict, Watched,
};
use tiebreak_store::{NewProject, NewSource, ProjectPlace, Store};

use crate::backend::Home;

/// A store in a place of its own.
pub struct Project {
    pub store: Option<Store>,
    pub home: Home,
    others: Vec<Home>,
    pub ana: AnnotatorId,
    pub ben: AnnotatorId,
    counter: u64,
}

pub fn new_project() -> NewProject {
    NewProject {
        key: ProjectKey([9; 16]),
        name: "Trial".to_owned(),
        created_at: UnixMillis(1_000),
        rubric: Rubric::default(),
        is_sample: false,
    }
}

pub fn new_source(name: &str) -> NewSource {
    NewSource {
        name: name.to_owned(),
        media_folder: None,
        fetches_addresses: false,
        blake3: String::new(),
        imported_at: UnixMillis(2_000),
    }
}

pub fn pair(number: usize) -> Item {
    Item {
        prompt: vec![Part::markdown(format!("Question {number}"))],
        candidates: vec![
            Candidate::markdown(format!("First answer to {number}")),
            Candidate::markdown(format!("Second answer to {number}")),
        ],
        ..Item::default()
    }
}

impl Project {
    /// With items 1 to `items`.
    pub fn with_items(items: usize) -> Self {
        let home = Home::new();
        let mut store = Store::create(&home.place, &new_project()).unwrap();
        let ana = store.annotator(AnnotatorKey([1; 16]), "Ana").unwrap();
        let ben = store.annotator(AnnotatorKey([2; 16]), "Ben").unwrap();
        let mut project = Self { store: Some(store), home, others: Vec::new(), ana, ben, counter: 0 };
        project.import("pairs.jsonl", &(1..=items).map(pair).collect::<Vec<_>>());
        project
    }

    pub fn place(&self) -> &ProjectPlace {
        &self.home.place
    }

    /// A place where nothing is yet, for as long as this project is there.
    pub fn another_place(&mut self) -> ProjectPlace {
        let home = Home::new();
        let place = home.place.clone();
        self.others.push(home);
        place
    }

    /// The file, in stories of files.
    pub fn path(&self) -> std::path::PathBuf {
        self.home.place.file().unwrap().to_owned()
    }

    pub fn store(&mut self) -> &mut Store {
        self.store.as_mut().unwrap()
    }

    pub fn import(&mut self, source: &str, items: &[Item]) -> SourceId {
        let mut import = self.store().begin_import().unwrap();
        let source = import.add_source(&new_source(source)).unwrap();
        for item in items {
            import.add_item(source, item).unwrap();
        }
        import.commit().unwrap();
        source
    }

    pub fn judgment(&mut self, annotator: AnnotatorId, item: i64, verdict: Verdict) -> NewJudgment {
        self.counter += 1;
        let recorded_at = UnixMillis(10_000 + self.counter as i64);
        NewJudgment {
            id: JudgmentId::new(recorded_at, u128::from(self.counter)),
            item: ItemId(item),
            annotator,
            verdict,
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: 1,
            showing: Some(showing()),
            origin: Origin::Screen,
            recorded_at,
        }
    }

    pub fn say(&mut self, annotator: AnnotatorId, item: i64, verdict: Verdict) -> tiebreak_store::Submitted {
        let judgment = self.judgment(annotator, item, verdict);
        self.store().submit(&judgment).unwrap()
    }
}

pub fn prefer(outcome: Outcome) -> Verdict {
    let reason = (outcome == Outcome::Unratable).then(|| "a language I do not read".to_owned());
    Verdict::overall(Preference { outcome, strength: None, reason })
}

/// With every field away from its default, and numbers that a careless column would change.
pub fn showing() -> Showing {
    Showing {
        order: Order::try_from(vec![1, 0]).unwrap(),
        models_visible: true,
        scores_visible: true,
        shown_at: UnixMillis(-5),
        first_input_at: Some(UnixMillis(7)),
        submitted_at: UnixMillis(i64::MAX),
        active_ms: u64::MAX,
        idle_ms: 3,
        utc_offset_minutes: -210,
        app_version: "0.1.0-ä".to_owned(),
        session: u64::MAX - 1,
        acquisition: Acquisition { score: Some(0.1 + 0.2), propensity: 1.0 / 3.0, ..Acquisition::CHOSEN },
        window: [1280.1, 720.7, 1.1],
        watched: vec![Watched::Partly, Watched::ToEnd],
    }
}
