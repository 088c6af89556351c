//! Words for what models say: shares, intervals, beliefs.

use tiebreak_domain::reward::{ItemScores, Scorer};
use tiebreak_domain::{Interval, Order};

/// `71 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// `71.2 %`, for figures that are held against each other.
pub(super) fn fine_percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `71.2 % (67.0 to 75.1)`.
pub(super) fn interval(interval: &Interval) -> String {
    format!(
        "{:.1} % ({:.1} to {:.1})",
        interval.estimate * 100.0,
        interval.low * 100.0,
        interval.high * 100.0
    )
}

/// `71 % (67–75)`, for tables.
pub(super) fn short_interval(interval: &Interval) -> String {
    format!("{:.0} % ({:.0}–{:.0})", interval.estimate * 100.0, interval.low * 100.0, interval.high * 100.0)
}

/// `0.62 (0.55–0.70)`, for figures that are no shares.
pub(super) fn figure(interval: &Interval) -> String {
    format!("{:.2} ({:.2}–{:.2})", interval.estimate, interval.low, interval.high)
}

/// `0.081 (0.055–0.102)`, for errors that are small.
pub(super) fn fine_figure(interval: &Interval) -> String {
    format!("{:.3} ({:.3}–{:.3})", interval.estimate, interval.low, interval.high)
}

/// `+1.2 points (0.3 to 2.1)`.
pub(super) fn points(interval: &Interval) -> String {
    format!(
        "{:+.1} points ({:+.1} to {:+.1})",
        interval.estimate * 100.0,
        interval.low * 100.0,
        interval.high * 100.0
    )
}

/// What models say of a pair that was judged, by the letters on the screen: "The head leans to A, minilm to B".
/// Nothing where none says anything of both.
pub fn belief_words(scores: &[ItemScores], order: &Order) -> Option<String> {
    let mut said: Vec<String> = Vec::new();
    let mut sorted: Vec<&ItemScores> = scores.iter().collect();
    sorted.sort_by_key(|scores| match scores.scorer {
        Scorer::Head => 0,
        Scorer::Model(_) => 1,
        Scorer::Ensemble(_) => 2,
        Scorer::RatingHead => 3,
    });
    for scores in sorted {
        if said.len() == 3 {
            break;
        }
        let best = (0..order.len())
            .filter_map(|place| Some((place, scores.scores.get(order.candidate_at(place))?.as_ref()?)))
            .max_by(|(_, one), (_, other)| one.total_cmp(other));
        // Who says nothing of one of them says nothing of which is better.
        let Some(best) = best.filter(|_| scores.scores.iter().all(Option::is_some)) else { continue };
        // Nor does who holds two of them for the best.
        if scores.scores.iter().flatten().filter(|score| *score == best.1).count() > 1 {
            continue;
        }
        let letter = char::from(b'A' + best.0 as u8);
        let name = if scores.scorer == Scorer::Head { "the head" } else { scores.name.as_str() };
        said.push(format!("{name} leans to {letter}"));
    }
    if said.is_empty() {
        return None;
    }
    let mut words = said.join(", ");
    if let Some(first) = words.get(..1) {
        words = first.to_uppercase() + &words[1..];
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_belief_is_told_by_the_letters_of_the_screen() {
        let order = Order::try_from(vec![1, 0]).expect("an order");
        let scores = |scorer, name: &str, values: [Option<f64>; 2]| ItemScores {
            scorer,
            name: name.into(),
            dimension: "overall".into(),
            scores: values.to_vec(),
        };
        let model = Scorer::Model(tiebreak_domain::reward::ModelKey("k".into()));
        let both = [
            scores(model, "small", [Some(0.1), Some(-2.0)]),
            scores(Scorer::Head, "", [Some(1.0), Some(2.0)]),
        ];
        assert_eq!(
            belief_words(&both, &order).as_deref(),
            Some("The head leans to A, small leans to B"),
            "the data's second candidate stands at A"
        );
        let combination = tiebreak_domain::reward::Combination::Mean;
        let together = [
            scores(Scorer::RatingHead, "rating head", [Some(3.0), Some(4.0)]),
            scores(Scorer::Ensemble(combination), "mean of 2 models", [Some(1.0), Some(0.0)]),
            both[0].clone(),
            both[1].clone(),
        ];
        assert_eq!(
            belief_words(&together, &order).as_deref(),
            Some("The head leans to A, small leans to B, mean of 2 models leans to B"),
            "three at most, the head and the models before what is made of them"
        );
        let silent = [
            scores(Scorer::Ensemble(combination), "mean of 2 models", [None, None]),
            scores(Scorer::Head, "", [Some(1.0), Some(2.0)]),
            scores(Scorer::RatingHead, "rating head", [Some(3.0), None]),
            scores(Scorer::Ensemble(combination), "worst case of 2 models", [Some(0.5), Some(0.5)]),
        ];
        assert_eq!(
            belief_words(&silent, &order).as_deref(),
            Some("The head leans to A"),
            "who says nothing silences nobody"
        );
        let half = [scores(Scorer::Head, "", [Some(1.0), None])];
        assert_eq!(belief_words(&half, &order), None, "half a comparison says nothing");
    }

    #[test]
    fn figures_carry_their_interval() {
        let said = Interval { estimate: 0.712, low: 0.67, high: 0.751, level: 0.95 };
        assert_eq!(interval(&said), "71.2 % (67.0 to 75.1)");
        let gain = Interval { estimate: 0.012, low: -0.003, high: 0.021, level: 0.95 };
        assert_eq!(points(&gain), "+1.2 points (-0.3 to +2.1)");
    }
}
