//! The grid of a simulation: one TOML file that says what is tried, every key of which may be left out.

use serde::Deserialize;
use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_reward::learn::acquire::Policy;
use tiebreak_reward::learn::replay::{Run, can_replay};

use super::Features;

/// More runs than this take days.
const MOST_RUNS: usize = 20_000;

/// What is tried: every combination of the lists, over so many seeds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grid {
    /// By words of [`Policy`], except for second opinions; random order is always tried too.
    pub policies: Vec<Policy>,
    /// Seeds 0, 1, …
    pub seeds: u64,
    /// Labels between refits.
    pub batch_sizes: Vec<usize>,
    /// Without and with the scorer as a prior.
    pub priors: Vec<bool>,
    /// The model that stands in as scorer, by name, or `length`; the first that has scored if left out.
    pub scorer: Option<String>,
    /// What heads learn from: `automatic`, `built_in`, or `embedding:NAME` for the embedding of the model of that name.
    pub features: Features,
    /// Labels to spend, the first random ones included.
    pub budget: usize,
    /// Random labels at the start, the same for every policy.
    pub warm_up: usize,
    /// The share of prompts kept for the test.
    pub test_share: f64,
    /// The share of picks drawn at random whatever the policy.
    pub audit_shares: Vec<f64>,
    /// Pairs of one prompt in a batch; 0 for no cap.
    pub per_prompt: usize,
    /// Hidden teachers of these accuracies instead of people's labels; people's if empty.
    pub teachers: Vec<f64>,
    /// Shares of labels turned around.
    pub flips: Vec<f64>,
    /// Shares of items that had a second look before flags are raised, drawn at random; for grids that turn labels
    /// around.
    pub clean_audits: Vec<f64>,
    /// The shares of the full pool's gain over chance at which savings are told.
    pub target_shares: Vec<f64>,
}

impl Default for Grid {
    fn default() -> Self {
        let run = Run::default();
        Self {
            policies: vec![Policy::GreedyInformation],
            seeds: 20,
            batch_sizes: vec![run.batch_size],
            priors: vec![false, true],
            scorer: None,
            features: Features::Automatic,
            budget: run.budget,
            warm_up: run.warm_up,
            test_share: run.test_share,
            audit_shares: vec![run.audit_share],
            per_prompt: run.cap_per_cluster,
            teachers: Vec::new(),
            flips: vec![0.0],
            clean_audits: vec![0.0, 0.3],
            target_shares: vec![0.9, 0.95, 0.98],
        }
    }
}

impl Grid {
    /// Reads a grid. The error names the line where the text makes none.
    pub fn read(text: &str) -> Result<Self, ApiError> {
        let refused = |what: String, hint: &str| {
            ApiError::new(ErrorCode::BadInput, format!("the grid cannot be used: {what}")).hint(hint)
        };
        let grid: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            refused(
                format!("line {line}: {}", error.message()),
                "keys are policies, seeds, batch_sizes, priors, scorer, features, budget, warm_up, test_share, \
                 audit_shares, per_prompt, teachers, flips, clean_audits, target_shares",
            )
        })?;
        let is_share = |share: &f64| (0.0..=1.0).contains(share);
        let lists = [
            grid.policies.len(),
            grid.batch_sizes.len(),
            grid.priors.len(),
            grid.audit_shares.len(),
            grid.flips.len(),
            grid.clean_audits.len(),
        ];
        if grid.seeds == 0 || lists.contains(&0) {
            return Err(refused(
                "nothing is left to try".to_owned(),
                "every list needs an entry, and seeds at least 1",
            ));
        }
        if grid.batch_sizes.contains(&0) || grid.budget < grid.warm_up || grid.warm_up == 0 {
            return Err(refused(
                format!("a budget of {} with {} to warm up cannot be spent", grid.budget, grid.warm_up),
                "batches and the warm-up have at least one label, and the budget holds the warm-up",
            ));
        }
        let shares = [&grid.audit_shares, &grid.flips, &grid.clean_audits, &grid.target_shares];
        let shares: Vec<f64> = shares.into_iter().flatten().copied().collect();
        if let Some(share) = shares.iter().chain([&grid.test_share]).find(|share| !is_share(share)) {
            return Err(refused(format!("{share} is no share"), "a share lies between 0 and 1"));
        }
        if let Some(accuracy) = grid.teachers.iter().find(|accuracy| !(0.5..1.0).contains(*accuracy)) {
            return Err(refused(
                format!("a teacher of accuracy {accuracy} teaches nothing"),
                "an accuracy lies from 0.5 to below 1",
            ));
        }
        if let Some(policy) = grid.policies.iter().find(|policy| !can_replay(**policy)) {
            return Err(refused(
                format!(
                    "{} cannot be replayed: each pair has one label, and no second opinion",
                    policy.word()
                ),
                "leave it out of the policies",
            ));
        }
        let runs = grid.runs().len();
        if runs > MOST_RUNS {
            return Err(refused(
                format!("it asks for {runs} runs"),
                "take fewer seeds, policies or settings",
            ));
        }
        Ok(grid)
    }

    /// Every run, random order among them.
    pub fn runs(&self) -> Vec<Run> {
        let mut policies = vec![Policy::Random];
        policies.extend(self.policies.iter().filter(|policy| **policy != Policy::Random));
        let teachers: Vec<Option<f64>> = if self.teachers.is_empty() {
            vec![None]
        } else {
            self.teachers.iter().copied().map(Some).collect()
        };
        // Savings are told against random order without a prior, which is therefore always there.
        let mut priors = self.priors.clone();
        if !priors.contains(&false) {
            priors.push(false);
        }
        let mut runs = Vec::new();
        for &batch_size in &self.batch_sizes {
            for &audit_share in &self.audit_shares {
                for &teacher_accuracy in &teachers {
                    for &flipped_share in &self.flips {
                        for &has_scorer in &priors {
                            for &policy in &policies {
                                runs.extend((0..self.seeds).map(|seed| Run {
                                    policy,
                                    seed,
                                    budget: self.budget,
                                    batch_size,
                                    warm_up: self.warm_up,
                                    test_share: self.test_share,
                                    audit_share,
                                    cap_per_cluster: self.per_prompt,
                                    has_scorer,
                                    teacher_accuracy,
                                    flipped_share,
                                    has_refit: true,
                                }));
                            }
                        }
                    }
                }
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_grid_is_every_combination_with_random_order_beside_it() {
        let grid =
            Grid::read("policies = [\"uncertainty\"]\nseeds = 3\nbatch_sizes = [1, 10]\npriors = [true]")
                .unwrap();
        let runs = grid.runs();
        assert_eq!(runs.len(), 3 * 2 * 2 * 2, "seeds, sizes, priors with none, the policy and random order");
        assert!(runs.iter().any(|run| run.policy == Policy::Random && !run.has_scorer));
        assert_eq!(Grid::read("").unwrap(), Grid::default(), "every key may be left out");
    }

    #[test]
    fn what_makes_no_grid_is_refused_with_its_line() {
        let refused = |text: &str| Grid::read(text).unwrap_err().message;
        assert!(
            refused("seeds = 3\npolicy = []").contains("line 2"),
            "{}",
            refused("seeds = 3\npolicy = []")
        );
        assert!(refused("policies = [\"psychic\"]").contains("line 1"));
        assert!(refused("flips = [2.0]").contains("2 is no share"));
        assert!(refused("clean_audits = [3.0]").contains("3 is no share"));
        assert!(refused("teachers = [0.3]").contains("teaches nothing"));
        assert!(
            refused("policies = [\"random\", \"second_opinion\"]")
                .contains("second_opinion cannot be replayed")
        );
        assert!(refused("seeds = 0").contains("nothing is left"));
        assert!(refused("seeds = 1000000").contains("runs"));
    }
}
