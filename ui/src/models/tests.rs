#![allow(clippy::unwrap_used)]

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tiebreak_domain::learning::{FeatureSource, Learning, LearningState, Policy, QueueAhead, QueueEntry};
use tiebreak_domain::model_report::{CalibrationReport, Contestant, ModelReport, RatingReport, ReportRow};
use tiebreak_domain::reward::{
    MachineReport, ModelInfo, ModelInput, ModelKey, ModelPlace, ModelTask, Models, Prediction, Provider,
    Scorer, ScoringProgress, ScoringReport,
};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{
    ApiError, ErrorCode, Event, Interval, ItemId, JobId, Reply, Request, Rubric, StudySetup,
};

use crate::app::{Action, App, Start};
use crate::backend::Scripted;
use crate::host::{Pick, Still};
use crate::new_project::bench::{Bench, info};
use crate::theme;

fn interval(estimate: f64) -> Interval {
    Interval { estimate, low: estimate - 0.05, high: estimate + 0.05, level: 0.95 }
}

fn model(key: &str, name: &str, is_bundled: bool) -> ModelInfo {
    ModelInfo {
        key: ModelKey(key.into()),
        name: name.into(),
        version: "1".into(),
        licence: "Apache-2.0".into(),
        description: "Says how helpful an answer is.".into(),
        task: ModelTask::Score,
        input: ModelInput::Text,
        dimensions: vec!["overall".into()],
        gives_embedding: true,
        size_bytes: 2_000_000,
        is_bundled,
        server: None,
        folder: "/models/x".into(),
        problem: None,
        scored: 10,
        scorable: 40,
    }
}

fn models() -> Models {
    let mut broken = model("cc", "Broken", false);
    broken.problem = Some("model.onnx is not what reward.toml says it is".into());
    let far = ModelInfo { server: Some("https://gpu.example".into()), ..model("bb", "Own", false) };
    Models {
        models: vec![model("aa", "Small", true), far, broken],
        machine: MachineReport {
            runtime: "rten 0.27".into(),
            providers: vec![Provider { name: "CPU".into(), is_used: true }],
            advice: vec!["for the GPU, install onnxruntime-gpu".into()],
            ..MachineReport::default()
        },
    }
}

fn ahead() -> QueueAhead {
    let entry = |item, reason: &str, method| QueueEntry {
        item: ItemId(item),
        prompt: format!("Question {item}"),
        method,
        score: Some(0.2),
        propensity: 0.85,
        reason: reason.into(),
        prediction: Some(Prediction { a: 0.55, tie: 0.1, b: 0.35 }),
    };
    QueueAhead {
        entries: vec![
            entry(7, "teaches the head most: 0.55 so far", AcquisitionMethod::GreedyBald),
            entry(9, "audit", AcquisitionMethod::Audit),
        ],
        state: LearningState {
            features: "Small, 32 numbers".into(),
            votes: 60,
            audit_votes: 12,
            pairs: 500,
            accuracy: Some(interval(0.7)),
            curve: vec![(20, interval(0.6)), (40, interval(0.65)), (60, interval(0.7))],
            ..LearningState::default()
        },
    }
}

fn report() -> ModelReport {
    let row = |contestant, name: &str, calibration| ReportRow {
        contestant,
        name: name.into(),
        dimension: "overall".into(),
        slice: None,
        votes: 60,
        accuracy: Some(interval(0.7)),
        accuracy_with_ties: None,
        calibration,
    };
    let calibration = CalibrationReport {
        ece: interval(0.08),
        ece_equal_mass: interval(0.07),
        brier: interval(0.2),
        nll: interval(0.6),
        temperature: Some(1.3),
        bins: vec![(0.6, 0.5, 20), (0.9, 0.8, 40)],
        risk_coverage: vec![(0.5, 0.2), (1.0, 0.3)],
        aurc: interval(0.25),
        wrong_at: vec![(0.9, interval(0.2), 40)],
    };
    ModelReport {
        votes: 60,
        audit_votes: 12,
        unchosen_votes: 7,
        ratings: vec![RatingReport {
            dimension: "Truthfulness".into(),
            ratings: 80,
            error: interval(0.62),
            correlation: None,
            item_mean_error: interval(0.71),
            overall_mean_error: interval(0.84),
        }],
        rows: vec![
            row(Contestant::Scorer(Scorer::Head), "the head", Some(calibration)),
            row(Contestant::Longer, "longer wins", None),
        ],
        ..ModelReport::default()
    }
}

fn bench() -> Bench {
    let mut study = StudySetup::default();
    let (backend, remote) = Scripted::new(move |request| {
        Some(match request {
            Request::LoadSettings => Ok(Reply::Settings(Box::default())),
            Request::OpenProject { .. } | Request::Project => {
                let info = tiebreak_domain::ProjectInfo { active_items: 9, ..info(Rubric::default()) };
                Ok(Reply::Project(Box::new(info)))
            }
            Request::Queue(_) => Ok(Reply::Items(Vec::new())),
            Request::Models => Ok(Reply::Models(Box::new(models()))),
            Request::AddModel(_) => Ok(Reply::Started(JobId(3))),
            Request::StartScoring { .. } => Ok(Reply::Started(JobId(4))),
            Request::Study => Ok(Reply::Study(Box::new(study.clone()))),
            Request::SetStudy(set) => {
                study = (**set).clone();
                Ok(Reply::Study(Box::new(study.clone())))
            }
            Request::QueueAhead { .. } => Ok(Reply::QueueAhead(Box::new(ahead()))),
            Request::AcceptModelLabels { .. } => Ok(Reply::Count(17)),
            Request::ModelReport(_) => Ok(Reply::ModelReport(Box::new(report()))),
            Request::SaveModelReport { path, replace: false, .. } if path.starts_with("/taken") => {
                Err(ApiError::new(ErrorCode::Exists, format!("there is already a file {path}")))
            }
            _ => Ok(Reply::Done),
        })
    });
    let clock = Still::default();
    let start = Start { path: Some("p.tiebreak".into()), app_version: "test".into() };
    let app = App::new(Box::new(backend), Box::new(clock.clone()), start);
    let harness =
        Harness::builder().with_size([1440.0, 900.0]).with_context_setup(theme::install).build_ui_state(
            |ui, app: &mut App| {
                app.logic(&ui.ctx().clone());
                app.ui(ui);
            },
            app,
        );
    let mut bench = Bench { harness, remote, clock };
    bench.run();
    bench.run();
    bench
}

#[test]
fn models_are_listed_with_what_runs_them_and_score_by_a_click() {
    let mut bench = bench();
    bench.press_control(Key::J);
    assert!(bench.shows("rten 0.27") && bench.shows("CPU, in use"), "what runs them");
    assert!(bench.shows("For the GPU, install onnxruntime-gpu"), "what is missing, and how to get it");
    assert!(bench.shows("Model.onnx is not what reward.toml says it is"), "why one cannot be used");
    bench.assert_everything_is_named("the models");
    bench.click("Score with all");
    let started = bench.sent(|request| match request {
        Request::StartScoring { models, .. } => Some(models),
        _ => None,
    });
    assert_eq!(started, [Vec::new()], "by every model that fits");
    let progress = ScoringProgress {
        model: ModelKey("aa".into()),
        name: "Small".into(),
        done: 1_500,
        total: 3_000,
        per_second: 250.0,
        left_s: Some(6.0),
        real_share: 0.98,
    };
    bench.remote.event(Event::ScoringProgress(JobId(4), progress));
    bench.run();
    assert!(bench.shows("Small: 1,500 of 3,000, 250 a second, 6.0 s left"));
    let report = ScoringReport { scored: 3_000, real_share: 0.98, ..ScoringReport::default() };
    bench.remote.event(Event::ScoringEnded(JobId(4), Ok(Box::new(report))));
    bench.run();
    assert!(bench.shows("3,000 candidates scored"));
}

#[test]
fn a_model_is_added_by_folder_or_address_and_what_failed_is_told() {
    let mut bench = bench();
    bench.press_control(Key::J);
    bench.click("Folder or address");
    bench.types("https://models.example/reward.toml");
    bench.click("Add");
    let added = bench.sent(|request| match request {
        Request::AddModel(place) => Some(place),
        _ => None,
    });
    assert_eq!(added, [ModelPlace::Address("https://models.example/reward.toml".into())]);
    let error =
        ApiError::new(ErrorCode::BadInput, "the hash of model.onnx is another").hint("ask its makers");
    bench.remote.event(Event::InstallEnded(JobId(3), Err(error)));
    bench.run();
    assert!(bench.shows("The hash of model.onnx is another") && bench.shows("Ask its makers"));
}

#[test]
fn a_token_for_a_models_server_is_typed_unseen_and_sent_to_be_kept() {
    let mut bench = bench();
    bench.press_control(Key::J);
    assert_eq!(bench.harness.query_all_by_label("Token…").count(), 1, "only for the one that has a server");
    bench.click("Token…");
    bench.assert_everything_is_named("the token's field");
    bench.click("Token for its server");
    bench.types("open-sesame");
    assert!(!bench.shows("open-sesame"), "dots stand for it");
    bench.click("Keep in the keyring");
    let kept = |bench: &Bench| {
        bench.sent(|request| match request {
            Request::KeepToken { model, token } => Some((model.0, token.0)),
            _ => None,
        })
    };
    assert_eq!(kept(&bench), [("bb".to_owned(), "open-sesame".to_owned())]);
    assert!(bench.shows("The token is in the system's keyring"));
    bench.click("Token…");
    bench.click("Forget the one that is kept");
    let forgotten = bench.sent(|request| match request {
        Request::ForgetToken(model) => Some(model.0),
        _ => None,
    });
    assert_eq!(forgotten, ["bb"]);
}

#[test]
fn a_model_that_came_with_the_program_stays_and_another_goes_at_the_second_click() {
    let mut bench = bench();
    bench.press_control(Key::J);
    let removed = |bench: &Bench| {
        bench.sent(|request| match request {
            Request::RemoveModel(key) => Some(key.0),
            _ => None,
        })
    };
    let button = bench.harness.query_all_by_label("Remove…").count();
    assert_eq!(button, 2, "the bundled one has none");
    bench.harness.query_all_by_label("Remove…").next().unwrap().click();
    bench.run();
    assert_eq!(removed(&bench), Vec::<String>::new(), "it is asked once more");
    bench.click("Remove it from this machine");
    assert_eq!(removed(&bench), ["bb"]);
}

#[test]
fn the_lead_turns_learning_on_chooses_a_policy_and_sees_why() {
    let mut bench = bench();
    bench.press_control(Key::D);
    assert!(bench.shows("Teaches the head most: 0.55 so far") && bench.shows("55 % · 10 % · 35 %"));
    let set = |bench: &Bench| {
        bench.sent(|request| match request {
            Request::SetStudy(study) => Some(study.learning),
            _ => None,
        })
    };
    bench.click("Learn from votes, and let that choose");
    assert_eq!(set(&bench), [Some(Learning::default())], "it takes effect at once, with what is usual");
    bench.click(&format!("Policy: {}", Policy::Uncertainty.label()));
    let last = set(&bench).pop().flatten().unwrap();
    assert_eq!(last.policy, Policy::Uncertainty);
    assert_eq!(last.audit_share, 0.15, "audits go on whatever the policy");
    bench.assert_everything_is_named("what comes next");
    bench.click("Take the head's word where it is sure…");
    bench.click("Take them as labels of the model, above 95 %");
    assert!(bench.shows("17 labels of the model taken; they are kept apart from judgments"));
}

#[test]
fn the_lead_names_what_heads_learn_from_and_what_is_passed_over() {
    let mut bench = bench();
    bench.press_control(Key::D);
    assert!(!bench.shows("What it has learned"), "turned off, there are no figures to read nothing from");
    bench.click("Learn from votes, and let that choose");
    assert!(bench.shows("What it has learned"));
    let set = |bench: &Bench| {
        bench.sent(|request| match request {
            Request::SetStudy(study) => Some(study.learning),
            _ => None,
        })
    };
    let down = |bench: &mut Bench, list: &str| {
        bench.harness.get_by_role_and_label(Role::ComboBox, list).focus();
        bench.run();
        bench.press(Key::ArrowDown);
        bench.press(Key::ArrowDown);
    };
    down(&mut bench, "Features");
    let last = set(&bench).pop().flatten().unwrap();
    assert_eq!(last.features, FeatureSource::Embedding(ModelKey("aa".into())));
    down(&mut bench, "Pass over");
    assert_eq!(set(&bench).pop().flatten().unwrap().skip_above, Some(0.95));
    // Below the fold of the column: pressed as assistive technology does.
    let turn = |bench: &mut Bench| {
        bench.harness.get_by_role_and_label(Role::CheckBox, "Small").click_accesskit();
        bench.run();
    };
    turn(&mut bench);
    let last = set(&bench).pop().flatten().unwrap();
    assert_eq!(last.priors, [ModelKey("bb".into())], "all but the one that was taken out");
    turn(&mut bench);
    assert_eq!(set(&bench).pop().flatten().unwrap().priors, Vec::new(), "all again is the rule, not a list");
}

#[test]
fn the_report_shows_baselines_beside_models_and_is_written_as_a_page() {
    let mut bench = bench();
    bench.press_control(Key::H);
    assert!(bench.shows("the head") && bench.shows("longer wins"), "never one without the other");
    assert!(
        bench.shows("60 votes, 12 of them on items drawn at random, 7 on items that no model chose"),
        "what stands for an audit and is none is told"
    );
    assert!(bench.shows("70 % (65–75)"), "a share carries its interval");
    assert!(bench.shows("Calibration error 0.080 (0.030–0.130)"));
    assert!(bench.shows("Truthfulness") && bench.shows("0.62 (0.57–0.67)"), "the error of ratings foretold");
    assert!(bench.shows("0.84 (0.79–0.89)"), "beside that of a guess");
    bench.click("Only items drawn at random");
    let asked = bench.sent(|request| match request {
        Request::ModelReport(filter) => Some(filter.audit_only),
        _ => None,
    });
    assert_eq!(asked, [false, true]);
    bench.click("Write the page");
    let written = bench.sent(|request| match request {
        Request::SaveModelReport { path, .. } => Some(path),
        _ => None,
    });
    assert_eq!(written.len(), 1);
    assert!(written[0].ends_with("models-against-people.html"));
}

#[test]
fn a_page_is_written_over_a_file_only_where_somebody_says_so() {
    let mut bench = bench();
    bench.press_control(Key::H);
    bench.harness.state_mut().want(Action::Picked(Pick::ReportFile, "/taken.html".into()));
    bench.run();
    bench.click("Write the page");
    assert!(bench.shows("This file is there already"));
    bench.click("Replace the file");
    let written = bench.sent(|request| match request {
        Request::SaveModelReport { path, replace, .. } => Some((path, replace)),
        _ => None,
    });
    assert_eq!(written, [("/taken.html".to_owned(), false), ("/taken.html".to_owned(), true)]);
    assert!(!bench.shows("This file is there already"));
    assert!(bench.shows("The report is in /taken.html"));
}
