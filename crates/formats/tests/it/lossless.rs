//! The lossless format gives back what it was given, and the same bytes when written again.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::person::ProfileAnswer;
use tiebreak_domain::quality::QualityRules;
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::study::{Arms, ProfileField, ProfileKind, ProfileValue};
use tiebreak_domain::{
    AnnotatorKey, Candidate, Context, Item, ItemKey, ItemRole, ItemStatus, JudgmentId, Note, Order, Origin,
    Outcome, Part, Preference, ProjectKey, Rubric, Showing, Strength, StudySetup, UnixMillis, Verdict,
    Watched,
};
use tiebreak_formats::{
    AnnotatorRecord, ConflictRecord, ItemRecord, JudgmentRecord, LOSSLESS_VERSION, LosslessError,
    LosslessRecord, PersonRecord, ProjectRecord, Reader, Record, RepeatRecord, RoleRecord, SourceRecord,
    StudyRecord, SurpriseRecord,
};

use crate::files::file;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((".*", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn metadata() -> impl Strategy<Value = Metadata> {
    vec((".*", value()), 0..4).prop_map(|pairs| pairs.into_iter().collect())
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        ".*".prop_map(Part::markdown),
        ".*".prop_map(Part::plain),
        (".*", ".*").prop_map(|(role, text)| Part::message(role, text)),
        ".*".prop_map(Part::image),
    ]
}

fn candidate() -> impl Strategy<Value = Candidate> {
    (vec(part(), 0..3), option::of(".*"), metadata()).prop_map(|(parts, model, metadata)| Candidate {
        parts,
        model,
        metadata,
    })
}

prop_compose! {
    fn item_record()(
        external_id in option::of(".*"), prompt in vec(part(), 0..3), candidates in vec(candidate(), 0..3),
        context in vec((".*", vec(part(), 0..2)), 0..2), metadata in metadata(), source in ".*", status in 0..3,
    ) -> ItemRecord {
        let context = context.into_iter().map(|(title, parts)| Context { title, parts, ..Context::default() }).collect();
        let item = Item { external_id, prompt, context, candidates, metadata };
        let status = [ItemStatus::Active, ItemStatus::Excluded, ItemStatus::Deleted][status as usize];
        ItemRecord { key: item.key(), source, status, item }
    }
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let preference =
        (0..5usize, option::of(0..3usize), option::of(".*")).prop_map(|(outcome, strength, reason)| {
            Verdict::overall(Preference {
                outcome: Outcome::ALL[outcome],
                strength: strength.map(|strength| Strength::ALL[strength]),
                reason,
            })
        });
    prop_oneof![preference, Just(Verdict::Skipped), Just(Verdict::Withdrawn)]
}

prop_compose! {
    fn showing()(
        is_swapped in any::<bool>(), models_visible in any::<bool>(), times in any::<[i64; 2]>(),
        first_input_at in option::of(any::<i64>()), spans in any::<[u64; 3]>(), utc_offset_minutes in any::<i32>(),
        app_version in ".*", score in option::of(-1e300..1e300f64), propensity in 0.0..=1.0f64,
        window in any::<[f32; 3]>(),
        watched in proptest::collection::vec(proptest::sample::select(Watched::WORDS.map(|(_, watched)| watched).to_vec()), 0..3),
    ) -> Showing {
        let finite = |length: f32| if length.is_finite() { length } else { 0.5 };
        Showing {
            order: Order::try_from(if is_swapped { vec![1, 0] } else { vec![0, 1] }).unwrap(),
            models_visible,
            scores_visible: false,
            shown_at: UnixMillis(times[0]),
            first_input_at: first_input_at.map(UnixMillis),
            submitted_at: UnixMillis(times[1]),
            active_ms: spans[0],
            idle_ms: spans[1],
            utc_offset_minutes,
            app_version,
            session: spans[2],
            acquisition: Acquisition { score, propensity, ..Acquisition::CHOSEN },
            window: window.map(finite),
            watched,
        }
    }
}

prop_compose! {
    fn note()(candidate in option::of(any::<u8>()), part in any::<u16>(), at_us in any::<u64>(), text in ".*") -> Note {
        Note { candidate, part, at_us, text }
    }
}

prop_compose! {
    fn judgment_record()(
        keys in any::<[[u8; 16]; 3]>(), revision in any::<u32>(), supersedes in option::of(any::<[u8; 16]>()),
        verdict in verdict(), flagged in any::<bool>(), comment in ".*", showing in option::of(showing()),
        recorded_at in any::<i64>(), notes in proptest::collection::vec(note(), 0..3),
        model_was_wrong in option::of(any::<bool>()),
    ) -> JudgmentRecord {
        JudgmentRecord {
            id: JudgmentId(keys[0]),
            item: tiebreak_domain::ItemKey(keys[1]),
            annotator: AnnotatorKey(keys[2]),
            revision,
            supersedes: supersedes.map(JudgmentId),
            verdict,
            flagged,
            comment,
            notes,
            rubric_version: 1,
            origin: if showing.is_some() { Origin::Screen } else { Origin::Label },
            showing,
            recorded_at: UnixMillis(recorded_at),
            surprise: model_was_wrong
                .map(|model_was_wrong| SurpriseRecord { vote: JudgmentId(keys[1]), model_was_wrong }),
        }
    }
}

fn project(name: String) -> ProjectRecord {
    ProjectRecord {
        tiebreak: LOSSLESS_VERSION,
        key: ProjectKey([9; 16]),
        name,
        created_at: UnixMillis(-1),
        rubric: Rubric::default(),
        other_rubrics: Vec::new(),
        is_sample: false,
    }
}

fn repeat(record: JudgmentRecord) -> RepeatRecord {
    RepeatRecord {
        id: record.id,
        item: record.item,
        annotator: record.annotator,
        repeat_of: record.supersedes.unwrap_or(record.id),
        verdict: record.verdict,
        flagged: record.flagged,
        comment: record.comment,
        notes: record.notes,
        rubric_version: record.rubric_version,
        showing: record.showing,
        origin: record.origin,
        recorded_at: record.recorded_at,
    }
}

fn profile_value() -> impl Strategy<Value = ProfileValue> {
    prop_oneof![
        ".*".prop_map(ProfileValue::Text),
        (-1e300..1e300_f64).prop_map(ProfileValue::Number),
        ".*".prop_map(ProfileValue::Choice),
        vec(".*", 0..3).prop_map(ProfileValue::Choices),
        any::<i32>().prop_map(ProfileValue::Slider),
    ]
}

prop_compose! {
    fn person()(
        is_lead in any::<bool>(), tags in vec(".*", 0..3), consented_at in option::of(any::<i64>()),
        consented_version in option::of(any::<u32>()), arm in option::of((".*", any::<u32>())),
        profile in vec((".*", profile_value(), any::<i64>()), 0..3),
    ) -> PersonRecord {
        let (arm, arm_place) = arm.unzip();
        let profile = profile.into_iter().map(|(field, value, at)| ProfileAnswer { field, value, answered_at: UnixMillis(at) });
        PersonRecord {
            is_lead,
            tags,
            consented_at: consented_at.map(UnixMillis),
            consented_version,
            arm,
            arm_place,
            profile: profile.collect(),
        }
    }
}

prop_compose! {
    fn study()(
        set_at in any::<i64>(), version in any::<u32>(), texts in any::<[String; 4]>(), tags in vec(".*", 0..3),
        number in option::of(-1e300..1e300_f64), seed in option::of(any::<u64>()), rate in option::of(0.0..=1.0_f64),
    ) -> StudyRecord {
        let [name, consent, key, title] = texts;
        let kind = ProfileKind::Number { lowest: number, highest: None };
        let arms = seed.map(|seed| Arms { names: vec!["a".into(), "b".into()], block_size: 2, seed });
        let quality = QualityRules { gold_rate: rate, ..QualityRules::default() };
        let profile = vec![ProfileField::new(&key, &title, kind)];
        let study = StudySetup { version, name, consent, profile, arms, tags, quality, ..StudySetup::default() };
        StudyRecord { set_at: UnixMillis(set_at), study }
    }
}

fn record() -> impl Strategy<Value = LosslessRecord> {
    prop_oneof![
        ".*".prop_map(|name| LosslessRecord::Project(project(name))),
        (".*", option::of(".*"), any::<bool>(), any::<i64>()).prop_map(
            |(name, media_folder, fetches_addresses, at)| {
                let blake3 = "00".repeat(32);
                LosslessRecord::Source(SourceRecord {
                    name,
                    media_folder,
                    fetches_addresses,
                    blake3,
                    imported_at: UnixMillis(at),
                })
            }
        ),
        (any::<[u8; 16]>(), ".*", person()).prop_map(|(key, name, person)| {
            LosslessRecord::Annotator(AnnotatorRecord { key: AnnotatorKey(key), name, person })
        }),
        study().prop_map(LosslessRecord::Study),
        (any::<[u8; 16]>(), 0..3_u8, verdict(), ".*").prop_map(|(item, role, verdict, explanation)| {
            let expected = verdict.answers().to_vec();
            let role = match role {
                0 => ItemRole::Training { expected, explanation },
                1 => ItemRole::Gold { expected },
                _ => ItemRole::Attention { expected },
            };
            LosslessRecord::Role(RoleRecord { item: ItemKey(item), role })
        }),
        judgment_record().prop_map(|record| LosslessRecord::Repeat(repeat(record))),
        any::<[[u8; 16]; 2]>().prop_map(|[item, annotator]| {
            let (item, annotator) = (ItemKey(item), AnnotatorKey(annotator));
            LosslessRecord::Conflict(ConflictRecord { item, annotator })
        }),
        item_record().prop_map(LosslessRecord::Item),
        judgment_record().prop_map(LosslessRecord::Judgment),
    ]
}

proptest! {
    #[test]
    fn a_record_survives_its_line(record in record()) {
        let line = record.to_line();
        prop_assert!(!line.contains('\n'), "one record, one line");
        let back = LosslessRecord::from_line(&line).unwrap();
        prop_assert_eq!(&back, &record);
        prop_assert_eq!(back.to_line(), line, "the same bytes");
    }
}

#[test]
fn the_first_line_looks_as_documented() {
    let line = LosslessRecord::Project(project("P".into())).to_line();
    assert!(line.starts_with(r#"{"record":"project","tiebreak":3,"key":"09090909"#), "{line}");
    let older = line.replacen("\"tiebreak\":3", "\"tiebreak\":1", 1);
    assert!(LosslessRecord::from_line(&older).is_ok(), "files without studies are still read");
    for unknown in ["0", "4"] {
        let line = line.replacen("\"tiebreak\":3", &format!("\"tiebreak\":{unknown}"), 1);
        assert!(matches!(LosslessRecord::from_line(&line), Err(LosslessError::Version { .. })), "{unknown}");
    }
}

#[test]
fn a_file_of_records_is_read_in_order_and_a_changed_item_is_refused() {
    let item =
        Item { candidates: vec![Candidate::markdown("a"), Candidate::markdown("b")], ..Item::default() };
    let item = ItemRecord { key: item.key(), source: "s".into(), status: ItemStatus::Active, item };
    let records = [LosslessRecord::Project(project("P".into())), LosslessRecord::Item(item)];
    let lines: Vec<String> = records.iter().map(LosslessRecord::to_line).collect();
    let changed = lines[1].replace("\"a\"", "\"x\"");
    let data = file("x.jsonl", format!("{}\n{}\n{changed}\n{}\n", lines[0], lines[1], lines[0]));
    let plan = tiebreak_domain::ImportPlan::of_file(&data.path);
    let read: Vec<Record> = Reader::open(&plan).unwrap().map(Result::unwrap).collect();
    assert_eq!(read[0], Record::Lossless(Box::new(records[0].clone())));
    assert_eq!(read[1], Record::Lossless(Box::new(records[1].clone())));
    let reason = |record: &Record| match record {
        Record::Problem(problem) => problem.reason.clone(),
        other => panic!("expected a problem, found {other:?}"),
    };
    assert!(reason(&read[2]).starts_with("the item's content does not belong to its key"));
    assert!(reason(&read[3]).starts_with("a second project begins here"));
    assert_eq!(tiebreak_formats::preview(&plan).unwrap().items.len(), 1);
}
