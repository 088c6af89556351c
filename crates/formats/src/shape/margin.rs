//! The `margin` of a pair of chosen and rejected: how much better the chosen one is. In a file that Tiebreak wrote 0 is
//! a tie and 1 to 3 are the steps of strength: there each row says who judged, and the whole column holds such steps,
//! not all of them 0. In any other file a margin is a number of somebody else's, as of a reward model, or what a
//! trainer takes where nothing was said (OpenRLHF's `"margin": 0`): it is kept as it is, and the chosen one is better.

use serde_json::Value;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Outcome, Preference, Strength};

use super::fields::whole_number;
use crate::cell::Cell;

/// The name of the column.
pub(crate) const MARGIN: &str = "margin";

/// How a column of margins reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Margins {
    are_steps: bool,
}

impl Margins {
    /// Looks at the first rows.
    pub(crate) fn of_rows(rows: &[Metadata]) -> Self {
        let is_said = |row: &&Metadata| row.get(MARGIN).is_some_and(|margin| !margin.is_null());
        let mut says_more = false;
        let mut are_steps = true;
        for row in rows.iter().filter(is_said) {
            let is_ours = row.get("annotator").is_some_and(|annotator| !annotator.is_null());
            let steps = row.get(MARGIN).filter(|_| is_ours).and_then(steps);
            are_steps &= steps.is_some();
            says_more |= steps.is_some_and(|steps| steps > 0);
        }
        Self { are_steps: are_steps && says_more }
    }

    /// What a row says whose chosen side has this outcome; a margin of something else goes to the metadata.
    pub(crate) fn preference(self, outcome: Outcome, margin: Cell, metadata: &mut Metadata) -> Preference {
        let margin = margin.into_value();
        match margin.as_ref().filter(|_| self.are_steps).and_then(steps) {
            Some(0) => Preference::new(Outcome::Tie),
            Some(steps) => {
                let strength =
                    Strength::ALL.into_iter().find(|strength| i32::from(strength.level()) == steps);
                Preference { strength, ..Preference::new(outcome) }
            }
            None => {
                metadata.extend(margin.map(|margin| (MARGIN.to_owned(), margin)));
                Preference::new(outcome)
            }
        }
    }
}

fn steps(margin: &Value) -> Option<i32> {
    whole_number(margin).filter(|steps| (0..=3).contains(steps))
}
