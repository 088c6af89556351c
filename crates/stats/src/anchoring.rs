//! Whether people follow the model when they see what it thinks.
//!
//! Agreement with the model where its scores were visible before the vote, against agreement where they were
//! hidden; the difference has Newcombe's interval. It means what it says only where chance decided who saw them. The
//! default is hidden, and what was visible is stored with each judgment.

use serde::{Deserialize, Serialize};

use crate::Interval;
use crate::interval::{newcombe, wilson};

/// A decided judgment on which the model had a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnchoredVote {
    /// Whether the model's scores were on the screen before the vote.
    pub scores_were_visible: bool,
    /// Whether the person chose the model's side.
    pub agrees: bool,
}

/// How agreement differs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnchoringEffect {
    /// How many votes had visible scores.
    pub visible: u64,
    /// Agreement with the model among them.
    pub agreement_visible: Option<Interval>,
    /// How many votes had none.
    pub hidden: u64,
    /// Agreement with the model among those.
    pub agreement_hidden: Option<Interval>,
    /// The first less the second.
    pub difference: Option<Interval>,
}

/// The effect in some votes.
pub fn anchoring_effect(votes: impl IntoIterator<Item = AnchoredVote>, level: f64) -> AnchoringEffect {
    let (mut visible, mut hidden) = ((0, 0), (0, 0));
    for vote in votes {
        let (agreeing, total) = if vote.scores_were_visible { &mut visible } else { &mut hidden };
        *agreeing += u64::from(vote.agrees);
        *total += 1;
    }
    AnchoringEffect {
        visible: visible.1,
        agreement_visible: wilson(visible.0, visible.1, level),
        hidden: hidden.1,
        agreement_hidden: wilson(hidden.0, hidden.1, level),
        difference: newcombe(visible, hidden, level),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The counts of Newcombe's first example, so that the interval is a published one.
    #[test]
    fn the_difference_is_visible_less_hidden() {
        let votes = |scores_were_visible, agreeing, total| {
            (0..total).map(move |at| AnchoredVote { scores_were_visible, agrees: at < agreeing })
        };
        let effect = anchoring_effect(votes(true, 56, 70).chain(votes(false, 48, 80)), 0.95);
        assert_eq!((effect.visible, effect.hidden), (70, 80));
        let difference = effect.difference.expect("both kinds of votes");
        assert!((difference.estimate - 0.2).abs() < 1e-12);
        assert!((difference.low - 0.0524).abs() < 5e-5 && (difference.high - 0.3339).abs() < 5e-5);
    }

    #[test]
    fn one_kind_of_votes_alone_has_no_difference() {
        let effect = anchoring_effect([AnchoredVote { scores_were_visible: true, agrees: true }], 0.95);
        assert!(effect.agreement_visible.is_some() && effect.difference.is_none());
    }
}
