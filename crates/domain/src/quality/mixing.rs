//! Mixing: which kind of item an offer is, drawn by the annotator's key and the offer's number, so that it is
//! the same however often it is asked.

use super::QualityRules;
use crate::AnnotatorKey;
use crate::content_hash::ContentHash;

/// What an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An item to be judged.
    Normal,
    /// A gold item.
    Gold,
    /// An attention check.
    Attention,
    /// An item judged before.
    Repeat,
}

/// Which kinds there is something of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Available {
    /// Items to be judged.
    pub normal: bool,
    /// Gold items not judged yet.
    pub gold: bool,
    /// Attention checks not judged yet.
    pub attention: bool,
    /// Items that may be repeated.
    pub repeat: bool,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// The kind.
    pub kind: Kind,
    /// The probability with which it was drawn.
    pub probability: f64,
}

impl QualityRules {
    /// The kind of an annotator's offer with a number. Kinds that nothing is left of leave their share to the
    /// items to be judged; where none of those is left the work is done, and nothing is drawn.
    pub fn draw(&self, annotator: AnnotatorKey, number: u64, available: Available) -> Option<Drawn> {
        if !available.normal {
            return None;
        }
        let rate = |is_available: bool, rate: Option<f64>| rate.filter(|_| is_available).unwrap_or(0.0);
        let rates = [
            (Kind::Gold, rate(available.gold, self.gold_rate)),
            (Kind::Attention, rate(available.attention, self.attention_rate)),
            (Kind::Repeat, rate(available.repeat, self.repeats.map(|repeats| repeats.rate))),
        ];
        let mut left = uniform(annotator, number);
        for (kind, probability) in rates {
            if left < probability {
                return Some(Drawn { kind, probability });
            }
            left -= probability;
        }
        let mixed_in: f64 = rates.iter().map(|(_, rate)| rate).sum();
        Some(Drawn { kind: Kind::Normal, probability: 1.0 - mixed_in })
    }
}

/// A number in [0, 1) that looks random.
fn uniform(annotator: AnnotatorKey, number: u64) -> f64 {
    let mut hash = ContentHash::new("tiebreak mixing 1");
    hash.field(&annotator.0).field(&number.to_le_bytes());
    let bytes = hash.finish();
    let bits = u64::from_le_bytes(bytes[..8].try_into().expect("eight of sixteen bytes"));
    // 53 bits are what a double holds.
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::Repeats;

    const ALL: Available = Available { normal: true, gold: true, attention: true, repeat: true };

    fn rules() -> QualityRules {
        QualityRules {
            gold_rate: Some(0.1),
            attention_rate: Some(0.05),
            repeats: Some(Repeats { rate: 0.2, after: 5 }),
            qualification: None,
        }
    }

    #[test]
    fn kinds_come_at_their_rates_and_say_their_probability() {
        let mut counts = std::collections::HashMap::new();
        for number in 0..20_000 {
            let drawn = rules().draw(AnnotatorKey([3; 16]), number, ALL).expect("something is available");
            *counts.entry(drawn.kind).or_insert(0_u32) += 1;
            let expected = match drawn.kind {
                Kind::Normal => 0.65,
                Kind::Gold => 0.1,
                Kind::Attention => 0.05,
                Kind::Repeat => 0.2,
            };
            assert!((drawn.probability - expected).abs() < 1e-12, "{drawn:?}");
        }
        // Three standard deviations of 20,000 draws.
        for (kind, expected, within) in
            [(Kind::Gold, 2000, 130), (Kind::Attention, 1000, 95), (Kind::Repeat, 4000, 170)]
        {
            assert!(counts[&kind].abs_diff(expected) < within, "{kind:?} came {} times", counts[&kind]);
        }
    }

    #[test]
    fn a_kind_that_ran_out_leaves_its_share_to_the_rest() {
        let available = Available { gold: false, ..ALL };
        for number in 0..500 {
            let drawn =
                rules().draw(AnnotatorKey([3; 16]), number, available).expect("something is available");
            assert_ne!(drawn.kind, Kind::Gold, "there is none");
            if drawn.kind == Kind::Normal {
                assert!((drawn.probability - 0.75).abs() < 1e-12, "{drawn:?}");
            }
        }
        assert_eq!(rules().draw(AnnotatorKey([3; 16]), 0, Available { normal: false, ..ALL }), None, "done");
    }

    #[test]
    fn without_rates_everything_is_to_be_judged() {
        let drawn = QualityRules::default().draw(AnnotatorKey([3; 16]), 1, ALL);
        assert_eq!(drawn, Some(Drawn { kind: Kind::Normal, probability: 1.0 }));
    }
}
