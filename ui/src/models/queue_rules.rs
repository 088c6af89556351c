//! The rules of learning, as the lead sets them: the policy, the share of audits, what heads learn from and start
//! from, what is shown before the vote, and from when a vote is looked at twice.
//!
//! A change takes effect at once.

use egui::Ui;
use tiebreak_domain::learning::{FeatureSource, Learning, Policy};
use tiebreak_domain::reward::{ModelInfo, ModelKey};

use crate::form;

/// The shares that can be chosen, in hundredths.
const SHARES: [u32; 7] = [0, 5, 10, 15, 20, 30, 50];
/// From when on the head counts as so sure that nobody is asked.
const SKIPS: [Option<f64>; 4] = [None, Some(0.9), Some(0.95), Some(0.99)];
/// How many items of a prompt may be chosen together.
const PER_PROMPT: [u32; 4] = [1, 2, 3, 5];
const COMBO_WIDTH: f32 = 200.0;

/// Asks for them; `models` are those of this machine.
pub(super) fn rules_ui(ui: &mut Ui, rules: &mut Option<Learning>, models: &[ModelInfo]) {
    form::titled_ui(ui, "By what the next item is chosen", |ui| {
        let mut is_on = rules.is_some();
        if form::check_ui(ui, &mut is_on, "Learn from votes, and let that choose") {
            *rules = is_on.then(Learning::default);
        }
        match rules {
            Some(learning) => policy_ui(ui, learning),
            None => form::note_ui(ui, "Items come in the order of the file, or in everyone's own"),
        }
    });
    let Some(learning) = rules else { return };
    form::titled_ui(ui, "Audits", |ui| {
        share_ui(ui, "Share", &mut learning.audit_share);
        form::note_ui(
            ui,
            "So many items are drawn at random whatever the policy: accuracy is measured on them alone, and \
             thresholds as soon as there are enough",
        );
    });
    form::titled_ui(ui, "Where time goes", |ui| time_ui(ui, learning));
    form::titled_ui(ui, "Learn from", |ui| {
        features_ui(ui, learning, models);
        priors_ui(ui, learning, models);
    });
    form::titled_ui(ui, "Scores before the vote", |ui| scores_ui(ui, learning));
    form::titled_ui(ui, "Second look", |ui| {
        share_ui(ui, "Flag level", &mut learning.flag_level);
        form::note_ui(ui, "At most so many honest votes are flagged, as far as audits tell");
        share_ui(ui, "False alarms", &mut learning.false_discovery);
        form::note_ui(ui, "Of the flags that are shown, about so many may be honest votes");
    });
}

fn policy_ui(ui: &mut Ui, learning: &mut Learning) {
    const HELP: [&str; 7] = [
        "The order of the file, or everyone's own; the head learns all the same",
        "Uniformly at random: the yardstick of every other policy",
        "Pairs of which the head cannot tell which is better",
        "Expected information of a vote, one item of a prompt at a time; at random until there are votes",
        "Pairs about which models, or a model and the head, contradict each other",
        "What somebody else has judged, the most surprising votes first",
        "Pairs that may still change which candidate of a prompt is the best",
    ];
    let options: Vec<(&str, &str)> =
        Policy::ALL.iter().zip(HELP).map(|(policy, help)| (policy.label(), help)).collect();
    let mut chosen = Policy::ALL.iter().position(|policy| *policy == learning.policy);
    form::options_ui(ui, "Policy", &options, &mut chosen);
    if let Some(policy) = chosen.and_then(|chosen| Policy::ALL.get(chosen)) {
        learning.policy = *policy;
    }
}

fn time_ui(ui: &mut Ui, learning: &mut Learning) {
    choice_ui(ui, "Pass over", &SKIPS, &mut learning.skip_above, |above| match above {
        None => "Nothing".to_owned(),
        Some(above) => format!("What is {:.0} % sure", above * 100.0),
    });
    form::note_ui(ui, "Of items that the head is surer of than this, only audits are asked");
    choice_ui(ui, "Of one prompt", &PER_PROMPT, &mut learning.per_prompt, |count| match count {
        1 => "1 item at a time".to_owned(),
        count => format!("{count} items at a time"),
    });
}

fn scores_ui(ui: &mut Ui, learning: &mut Learning) {
    let is_changed =
        form::check_ui(ui, &mut learning.scores_visible, "Show what models say before people decide");
    if is_changed && learning.scores_visible && learning.hidden_share == 0.0 {
        learning.hidden_share = Learning::default().hidden_share;
    }
    if learning.scores_visible {
        share_ui(ui, "Hidden from", &mut learning.hidden_share);
        form::note_ui(ui, "From so many they are hidden all the same, to see how far showing sways votes");
    }
}

/// A row with a list: one of `usual`, or the value there is.
fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    label: &str,
    usual: &[T],
    value: &mut T,
    words: impl Fn(T) -> String,
) {
    let mut values = usual.to_vec();
    if !values.contains(value) {
        values.push(*value);
    }
    let labels: Vec<String> = values.iter().map(|value| words(*value)).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let mut chosen = values.iter().position(|own| own == value).unwrap_or_default();
    form::row_ui(ui, label, |ui| {
        if form::combo_ui(ui, label, &labels, &mut chosen, COMBO_WIDTH) {
            *value = values[chosen];
        }
    });
}

fn share_ui(ui: &mut Ui, label: &str, share: &mut f64) {
    let mut hundredths = (*share * 100.0).round() as u32;
    let before = hundredths;
    choice_ui(ui, label, &SHARES, &mut hundredths, |share| format!("{share} %"));
    if hundredths != before {
        *share = f64::from(hundredths) / 100.0;
    }
}

fn features_ui(ui: &mut Ui, learning: &mut Learning, models: &[ModelInfo]) {
    let mut options = vec![
        ("Automatic".to_owned(), FeatureSource::Automatic),
        ("Built in".to_owned(), FeatureSource::BuiltIn),
    ];
    for model in models.iter().filter(|model| model.gives_embedding && fits(model)) {
        options.push((model.name.clone(), FeatureSource::Embedding(model.key.clone())));
    }
    if matches!(learning.features, FeatureSource::Embedding(_))
        && !options.iter().any(|(_, features)| *features == learning.features)
    {
        options.push(("A model that is not here".to_owned(), learning.features.clone()));
    }
    // Last, because it is refused until a column is named, and arrows do not step over what is refused.
    options.push(("Columns only".to_owned(), FeatureSource::ColumnsOnly));
    let labels: Vec<&str> = options.iter().map(|(label, _)| label.as_str()).collect();
    let mut chosen =
        options.iter().position(|(_, features)| *features == learning.features).unwrap_or_default();
    form::row_ui(ui, "Features", |ui| {
        let is_changed = form::combo_ui(ui, "Features", &labels, &mut chosen, COMBO_WIDTH);
        let needs_columns = options[chosen].1 == FeatureSource::ColumnsOnly && learning.columns.is_empty();
        if is_changed && !needs_columns {
            learning.features = options[chosen].1.clone();
        }
    });
    let mut columns = learning.columns.join(", ");
    let field = crate::widget::text_field_ui(ui, "Columns of numbers", &mut columns, "fluency, coverage");
    if field.changed() {
        learning.columns = columns.split(',').map(|column| column.trim().to_owned()).collect();
        learning.columns.retain(|column| !column.is_empty());
    }
    form::note_ui(ui, "Columns of the candidates' metadata that are numbers join the features");
}

/// The models whose scores heads start from: all that fit, until one is taken out.
fn priors_ui(ui: &mut Ui, learning: &mut Learning, models: &[ModelInfo]) {
    let scorers: Vec<&ModelInfo> =
        models.iter().filter(|model| !model.dimensions.is_empty() && fits(model)).collect();
    if scorers.is_empty() {
        return;
    }
    form::note_ui(ui, "Start from the scores of");
    let mut taken: Vec<ModelKey> = Vec::new();
    let mut is_changed = false;
    for model in &scorers {
        let mut is_on = learning.priors.is_empty() || learning.priors.contains(&model.key);
        is_changed |= form::check_ui(ui, &mut is_on, &model.name);
        if is_on {
            taken.push(model.key.clone());
        }
    }
    // No name means all, so that the last one cannot be taken out.
    if is_changed && !taken.is_empty() {
        learning.priors = if taken.len() == scorers.len() { Vec::new() } else { taken };
    }
}

/// Whether a model has something to say about this project.
fn fits(model: &ModelInfo) -> bool {
    model.problem.is_none() && model.scorable > 0
}
