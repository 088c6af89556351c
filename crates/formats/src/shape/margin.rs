//! The `margin` of a pair of chosen and rejected: how much better the chosen one is. Where the whole column holds
//! what Tiebreak writes, 0 is a tie and 1 to 3 are the steps of strength; anything else is kept as it is.

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
        let mut margins = rows.iter().filter_map(|row| row.get(MARGIN)).filter(|margin| !margin.is_null());
        Self { are_steps: margins.all(|margin| steps(margin).is_some()) }
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
