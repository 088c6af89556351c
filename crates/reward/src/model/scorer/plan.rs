//! The plan of a job: its inputs, equal ones once, the longest first, cut into batches by their tokens.
//!
//! The longest come first so that a lack of memory shows at once, and neighbours are of like length, so that
//! little is filled up. A batch takes as many inputs as keep `longest · count` within a budget.

use std::collections::HashMap;

use crate::model::key::InputKey;
use crate::model::manifest::Input;
use crate::model::prepared::Prepared;

/// An input and the places in the job where it stands.
pub(super) struct Group {
    pub(super) prepared: Prepared,
    pub(super) places: Vec<usize>,
}

/// The inputs of a job, in the order in which they are run.
#[derive(Default)]
pub(super) struct Plan {
    groups: Vec<Option<Group>>,
    next: usize,
}

impl Plan {
    /// Puts inputs in order. Each comes with its place in the job.
    pub(super) fn new(inputs: Vec<(usize, Prepared)>) -> Self {
        let mut seen: HashMap<InputKey, usize> = HashMap::with_capacity(inputs.len());
        let mut groups: Vec<Group> = Vec::new();
        for (place, prepared) in inputs {
            let at = *seen.entry(prepared.digest).or_insert(groups.len());
            if let Some(group) = groups.get_mut(at) {
                group.places.push(place);
            } else {
                groups.push(Group { prepared, places: vec![place] });
            }
        }
        // A stable sort: of equal length, the earlier comes first.
        groups.sort_by_key(|group| std::cmp::Reverse(group.prepared.length));
        Self { groups: groups.into_iter().map(Some).collect(), next: 0 }
    }

    pub(super) fn is_finished(&self) -> bool {
        self.next >= self.groups.len()
    }

    /// The next batch within a budget of tokens, at least one input.
    pub(super) fn take_batch(&mut self, input: &Input, budget_tokens: usize) -> Vec<Group> {
        let mut batch = Vec::new();
        let mut longest = 0;
        while let Some(group) = self.groups.get(self.next).and_then(Option::as_ref) {
            longest = longest.max(group.prepared.cost(input));
            if !batch.is_empty() && longest * (batch.len() + 1) > budget_tokens {
                break;
            }
            // What has run is let go of, so that a long job shrinks as it goes.
            batch.extend(self.groups[self.next].take());
            self.next += 1;
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tokens::Tokens;

    fn input() -> Input {
        Input::Features(crate::model::manifest::FeaturesInput {
            name: "x".to_owned(),
            second_name: None,
            columns: vec!["x".to_owned()],
            length: 1,
            is_normalised: false,
        })
    }

    fn prepared(length: usize, name: u8) -> Prepared {
        Prepared {
            tokens: Some(Tokens { ids: vec![1; length], types: vec![0; length] }),
            images: Vec::new(),
            second_image: None,
            features: None,
            digest: InputKey([name; 32]),
            length,
            is_clip: false,
        }
    }

    #[test]
    fn equal_inputs_run_once_and_batches_keep_the_budget() {
        let lengths = [(10, 0), (40, 1), (10, 0), (35, 2), (12, 3), (11, 4), (300, 5)];
        let inputs = lengths.into_iter().enumerate().map(|(at, (length, name))| (at, prepared(length, name)));
        let mut plan = Plan::new(inputs.collect());
        let mut batches = Vec::new();
        while !plan.is_finished() {
            let batch = plan.take_batch(&input(), 80);
            batches.push(batch.iter().map(|group| group.prepared.length).collect::<Vec<_>>());
            if batch.iter().any(|group| group.prepared.length == 10) {
                let ten = batch.iter().find(|group| group.prepared.length == 10).unwrap();
                assert_eq!(ten.places, [0, 2], "both places get the score");
            }
        }
        assert_eq!(
            batches,
            [vec![300], vec![40, 35], vec![12, 11, 10]],
            "the longest first, one over budget alone"
        );
    }
}
