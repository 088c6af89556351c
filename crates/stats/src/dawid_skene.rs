//! What items most likely are, and how each annotator errs, from labels alone (Dawid and Skene 1979, Appl. Stat.
//! 28:20).
//!
//! Expectation–maximisation from vote shares: an item's class is what its labels make likely, given each
//! annotator's confusion table; the tables are what the classes make of the labels. Unlike a majority it knows that
//! some annotators are better, and that some always err the same way. O(labels × classes) per round. For pairs,
//! bring the sides into the data's order first and use three classes ([`crate::Choice::category`]).

use serde::{Deserialize, Serialize};

/// One label: positions in the caller's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// What was labelled.
    pub item: usize,
    /// By whom.
    pub annotator: usize,
    /// As what.
    pub class: usize,
}

/// How many there are of each: positions are below these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Items, labelled or not.
    pub items: usize,
    /// Annotators.
    pub annotators: usize,
    /// Classes.
    pub classes: usize,
}

/// How long to go on, and how much is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Added to each cell of each confusion table, so that few labels prove nothing impossible.
    pub smoothing: f64,
    /// The most rounds.
    pub most_rounds: u32,
    /// Rounds end once the log-likelihood gains less than this.
    pub tolerance: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { smoothing: 0.01, most_rounds: 200, tolerance: 1e-6 }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DawidSkene {
    /// The share of each class.
    pub class_shares: Vec<f64>,
    /// For each annotator, a row per true class: how likely each label is.
    pub confusion: Vec<Vec<Vec<f64>>>,
    /// For each item, how likely each class is. An item without labels has the class shares.
    pub posterior: Vec<Vec<f64>>,
    /// The log-likelihood of the labels.
    pub log_likelihood: f64,
    /// How many rounds were made.
    pub rounds: u32,
    /// Whether it ended because nothing was gained any more.
    pub is_converged: bool,
}

impl DawidSkene {
    /// The likeliest class of an item: the first of equals.
    pub fn class_of(&self, item: usize) -> usize {
        let posterior = &self.posterior[item];
        (0..posterior.len())
            .rev()
            .max_by(|one, other| posterior[*one].total_cmp(&posterior[*other]))
            .unwrap_or(0)
    }

    /// How likely an annotator is right on the classes as they occur.
    pub fn accuracy_of(&self, annotator: usize) -> f64 {
        let table = &self.confusion[annotator];
        self.class_shares.iter().enumerate().map(|(class, share)| share * table[class][class]).sum()
    }
}

/// Fits the model. None of no labels, or where a label is outside the sizes.
pub fn fit(labels: &[Label], sizes: Sizes, settings: Settings) -> Option<DawidSkene> {
    let is_inside = |label: &Label| {
        label.item < sizes.items && label.annotator < sizes.annotators && label.class < sizes.classes
    };
    if labels.is_empty() || !labels.iter().all(is_inside) {
        return None;
    }
    let mut model = Model::new(labels, sizes);
    let mut log_likelihood = f64::NEG_INFINITY;
    let (mut rounds, mut is_converged) = (0, false);
    while rounds < settings.most_rounds && !is_converged {
        model.maximise(settings.smoothing);
        let reached = model.expect();
        is_converged = reached - log_likelihood < settings.tolerance;
        log_likelihood = reached;
        rounds += 1;
    }
    Some(model.into_result(log_likelihood, rounds, is_converged))
}

/// The tables, flat: annotator × true class × label, and item × class.
struct Model<'a> {
    labels: &'a [Label],
    sizes: Sizes,
    is_labelled: Vec<bool>,
    class_shares: Vec<f64>,
    confusion: Vec<f64>,
    posterior: Vec<f64>,
}

impl<'a> Model<'a> {
    /// Starts from vote shares.
    fn new(labels: &'a [Label], sizes: Sizes) -> Self {
        let classes = sizes.classes;
        let mut posterior = vec![0.0; sizes.items * classes];
        for label in labels {
            posterior[label.item * classes + label.class] += 1.0;
        }
        let mut is_labelled = vec![false; sizes.items];
        for (votes, is_labelled) in posterior.chunks_exact_mut(classes).zip(&mut is_labelled) {
            let total: f64 = votes.iter().sum();
            *is_labelled = total > 0.0;
            scale(votes, 1.0 / total.max(1.0));
        }
        let confusion = vec![0.0; sizes.annotators * classes * classes];
        Self { labels, sizes, is_labelled, class_shares: vec![0.0; classes], confusion, posterior }
    }

    /// Tables and shares from how likely each class is (equations 2.3 and 2.4).
    fn maximise(&mut self, smoothing: f64) {
        let classes = self.sizes.classes;
        self.class_shares.fill(0.0);
        let labelled = self.is_labelled.iter().filter(|is_labelled| **is_labelled).count() as f64;
        for (posterior, _) in
            self.posterior.chunks_exact(classes).zip(&self.is_labelled).filter(|(_, is)| **is)
        {
            for (share, posterior) in self.class_shares.iter_mut().zip(posterior) {
                *share += posterior / labelled;
            }
        }
        self.confusion.fill(smoothing);
        for label in self.labels {
            for class in 0..classes {
                self.confusion[(label.annotator * classes + class) * classes + label.class] +=
                    self.posterior[label.item * classes + class];
            }
        }
        for row in self.confusion.chunks_exact_mut(classes) {
            let total: f64 = row.iter().sum();
            if total > 0.0 {
                scale(row, 1.0 / total);
            } else {
                // Nothing is known of a class that an annotator never met.
                row.fill(1.0 / classes as f64);
            }
        }
    }

    /// How likely each class is, from tables and shares (equation 2.5); the log-likelihood of all labels.
    fn expect(&mut self) -> f64 {
        let classes = self.sizes.classes;
        let log_shares: Vec<f64> = self.class_shares.iter().map(|share| share.ln()).collect();
        let log_confusion: Vec<f64> = self.confusion.iter().map(|cell| cell.ln()).collect();
        for posterior in self.posterior.chunks_exact_mut(classes) {
            posterior.copy_from_slice(&log_shares);
        }
        for label in self.labels {
            for class in 0..classes {
                self.posterior[label.item * classes + class] +=
                    log_confusion[(label.annotator * classes + class) * classes + label.class];
            }
        }
        let mut log_likelihood = 0.0;
        for (posterior, is_labelled) in self.posterior.chunks_exact_mut(classes).zip(&self.is_labelled) {
            let top = posterior.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            for value in posterior.iter_mut() {
                *value = (*value - top).exp();
            }
            let total: f64 = posterior.iter().sum();
            scale(posterior, 1.0 / total);
            log_likelihood += if *is_labelled { top + total.ln() } else { 0.0 };
        }
        log_likelihood
    }

    fn into_result(self, log_likelihood: f64, rounds: u32, is_converged: bool) -> DawidSkene {
        let classes = self.sizes.classes;
        let rows = |flat: &[f64]| flat.chunks_exact(classes).map(<[f64]>::to_vec).collect::<Vec<_>>();
        DawidSkene {
            confusion: self.confusion.chunks_exact(classes * classes).map(rows).collect(),
            posterior: rows(&self.posterior),
            class_shares: self.class_shares,
            log_likelihood,
            rounds,
            is_converged,
        }
    }
}

fn scale(values: &mut [f64], factor: f64) {
    for value in values {
        *value *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table 1 of Dawid and Skene 1979: 45 patients, the first anaesthetist three times, four others once each.
    const PATIENTS: &str = "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 \
        4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 \
        2212222 1111111 1111111 2322222 1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 \
        2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222";

    fn anaesthesia() -> (Vec<Label>, Sizes) {
        let mut labels = Vec::new();
        for (item, readings) in PATIENTS.split_whitespace().enumerate() {
            for (reading, digit) in readings.bytes().enumerate() {
                let annotator = reading.saturating_sub(2);
                labels.push(Label { item, annotator, class: usize::from(digit - b'1') });
            }
        }
        (labels, Sizes { items: 45, annotators: 5, classes: 4 })
    }

    #[test]
    fn the_patients_get_their_published_classes() {
        let (labels, sizes) = anaesthesia();
        assert_eq!(labels.len(), 315);
        let settings = Settings { smoothing: 0.0, most_rounds: 30, tolerance: f64::NEG_INFINITY };
        let found = fit(&labels, sizes, settings).expect("there are labels");
        for (share, published) in found.class_shares.iter().zip([0.3996, 0.4220, 0.1118, 0.0667]) {
            assert!((share - published).abs() < 5e-5, "{:?}", found.class_shares);
        }
        assert!((found.log_likelihood + 192.89088).abs() < 5e-6, "{}", found.log_likelihood);
        let classes: String = (0..45).map(|item| (b'1' + found.class_of(item) as u8) as char).collect();
        assert_eq!(classes, "142222132243121111222222112111131224233111212");

        let majority = |item: usize| {
            let votes =
                |class| labels.iter().filter(|label| label.item == item && label.class == class).count();
            (0..4).rev().max_by_key(|class| votes(*class)).expect("four classes")
        };
        let differs: Vec<usize> = (0..45).filter(|item| majority(*item) != found.class_of(*item)).collect();
        assert_eq!(differs, [1, 11, 35], "patients 2, 12 and 36, counted from 1");
    }

    #[test]
    fn the_default_smoothing_changes_little_and_ends_by_itself() {
        let (labels, sizes) = anaesthesia();
        let found = fit(&labels, sizes, Settings::default()).expect("there are labels");
        assert!(found.is_converged && found.rounds < 200, "{} rounds", found.rounds);
        for (share, published) in found.class_shares.iter().zip([0.40, 0.42, 0.11, 0.07]) {
            assert!((share - published).abs() < 0.01, "{:?}", found.class_shares);
        }
        let accuracies: Vec<f64> = (0..5).map(|annotator| found.accuracy_of(annotator)).collect();
        assert!(accuracies.iter().all(|accuracy| (0.6..0.95).contains(accuracy)), "{accuracies:?}");
    }

    #[test]
    fn an_annotator_who_always_says_the_opposite_is_heard_rightly() {
        let truth = |item: usize| item % 2;
        let labels: Vec<Label> = (0..60)
            .flat_map(|item| {
                let say = move |annotator, class| Label { item, annotator, class };
                // Two are right nine times in ten, each on tenths of their own; one is always wrong.
                let first = if item % 10 == 3 { 1 - truth(item) } else { truth(item) };
                let second = if item % 10 == 6 { 1 - truth(item) } else { truth(item) };
                [say(0, first), say(1, second), say(2, 1 - truth(item))]
            })
            .collect();
        let found = fit(&labels, Sizes { items: 60, annotators: 3, classes: 2 }, Settings::default());
        let found = found.expect("there are labels");
        assert!(
            (0..60).all(|item| found.class_of(item) == truth(item)),
            "a majority errs on twelve of these"
        );
        assert!(found.accuracy_of(2) < 0.05 && found.accuracy_of(0) > 0.85);
    }

    #[test]
    fn items_without_labels_have_the_shares_and_do_not_move_them() {
        let (labels, sizes) = anaesthesia();
        let with = fit(&labels, Sizes { items: 50, ..sizes }, Settings::default()).expect("there are labels");
        let without = fit(&labels, sizes, Settings::default()).expect("there are labels");
        assert_eq!(with.log_likelihood, without.log_likelihood);
        for (posterior, share) in with.posterior[49].iter().zip(&with.class_shares) {
            assert!((posterior - share).abs() < 1e-9);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let sizes = Sizes { items: 1, annotators: 1, classes: 2 };
        assert_eq!(fit(&[], sizes, Settings::default()), None);
        assert_eq!(fit(&[Label { item: 0, annotator: 0, class: 2 }], sizes, Settings::default()), None);
    }
}
