//! The simulation's second look: what clean audits are worth to the control of false discoveries.

use tiebreak_domain::ImportPlan;
use tiebreak_domain::import::LabelPolicy;
use tiebreak_engine::CancelFlag;
use tiebreak_engine::simulation::{Grid, SecondLookTrial, simulate};

use crate::world::World;

/// Labelled pairs whose better one is long and polite, except for every thirtieth, where people saw it otherwise.
fn labelled(count: usize) -> String {
    (1..=count)
        .map(|n| {
            let good = format!("Please see step {n}, which is explained at length and with care");
            let bad = format!("No {n}");
            let (chosen, rejected) = if n % 30 == 0 { (bad, good) } else { (good, bad) };
            format!("{{\"prompt\":\"Question {n}?\",\"chosen\":\"{chosen}\",\"rejected\":\"{rejected}\"}}\n")
        })
        .collect()
}

#[test]
fn with_clean_audits_turned_votes_stand_out_and_false_discoveries_stay_below_the_level() {
    let world = World::new();
    world.create("p.tiebreak");
    let path = world.write("rows.jsonl", labelled(500));
    let labels = LabelPolicy::TakeIn { annotator: "People".into() };
    world.try_import(ImportPlan { labels, ..ImportPlan::of_file(path) }).unwrap();
    let text = "policies = [\"random\"]\nseeds = 8\nbudget = 20\npriors = [false]\nflips = [0.2]\n\
                clean_audits = [0.0, 0.5]";
    let grid = Grid::read(text).unwrap();
    let found = simulate(&world.path("p.tiebreak"), &grid, &CancelFlag::default(), |_, _| {}).unwrap();
    let [without, with] = found.second_looks.as_slice() else { panic!("one trial for each share") };
    let told = |trial: &SecondLookTrial| {
        (trial.clean_audits, trial.discoveries.estimate, trial.false_discoveries.estimate)
    };
    println!("{:?} {:?}", told(without), told(with));
    assert_eq!(without.clean_audits, 0.0);
    assert_eq!(
        without.discoveries.estimate, 0.0,
        "a fifth of the audits are slips: nothing is beyond chance"
    );
    assert!(with.discoveries.estimate > 20.0, "of some fifty turned votes: {with:?}");
    assert!(with.false_discoveries.low <= with.level, "within its interval: {with:?}");
}

#[test]
fn a_policy_runs_on_what_it_needs_or_is_refused() {
    let world = World::new();
    world.create("p.tiebreak");
    world.import_with_labels(&world.write("rows.jsonl", labelled(120)), "People");
    let run = |policy: &str| {
        let text = format!(
            "policies = [\"{policy}\"]\nseeds = 2\nbudget = 40\npriors = [false]\nbatch_sizes = [10]\nper_prompt = 0"
        );
        let grid = Grid::read(&text).unwrap();
        simulate(&world.path("p.tiebreak"), &grid, &CancelFlag::default(), |_, _| {})
    };
    let refused = run("model_against_model").unwrap_err();
    assert!(refused.message.contains("model_against_model needs a model"), "{}", refused.message);
    let curve = |policy: &str| {
        let found = run(policy).unwrap();
        found.arms.into_iter().find(|arm| arm.policy.word() == policy).unwrap().curve
    };
    assert_ne!(curve("prompt_spread"), curve("greedy_information"), "prompts are gone by");
}
