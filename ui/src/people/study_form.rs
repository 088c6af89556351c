//! The settings of a study as text, and back.
//!
//! Rates are typed in percent. A field that is left empty is a setting that nobody made: everyone judges
//! everything, nothing is mixed in, nobody has to qualify.

use tiebreak_domain::StudySetup;
use tiebreak_domain::assignment::{Assignment, Overlap, QueueOrder};
use tiebreak_domain::learning::Learning;
use tiebreak_domain::quality::{QualityRules, Repeats};
use tiebreak_domain::study::Arms;

use super::study_field::FieldDraft;

/// What can be typed and ticked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct StudyForm {
    pub version: u32,
    pub name: String,
    pub consent: String,
    pub fields: Vec<FieldDraft>,
    pub arms: String,
    pub block_size: String,
    pub arms_seed: String,
    pub tags: String,
    pub wanted: String,
    pub most: String,
    pub disagreement_above: String,
    pub has_own_order: bool,
    pub order_seed: String,
    pub lease_minutes: String,
    pub tag_column: String,
    pub gold: String,
    pub attention: String,
    pub repeats: String,
    pub repeats_after: String,
    pub qualification: String,
    /// Set up where it is seen what comes of it; kept as it is here.
    pub learning: Option<Learning>,
}

impl StudyForm {
    /// The form of a study.
    pub(super) fn of(study: &StudySetup) -> Self {
        let Assignment { order, wanted, overlap, lease_minutes, tag_column } = &study.assignment;
        let QualityRules { gold_rate, attention_rate, repeats, qualification } = &study.quality;
        let mut form = Self {
            version: study.version,
            name: study.name.clone(),
            consent: study.consent.clone(),
            fields: study.profile.iter().map(FieldDraft::of).collect(),
            tags: study.tags.join(", "),
            wanted: words(wanted.as_ref()),
            most: words(overlap.as_ref().map(|overlap| overlap.most).as_ref()),
            disagreement_above: words(overlap.as_ref().map(|overlap| overlap.disagreement_above).as_ref()),
            lease_minutes: lease_minutes.to_string(),
            tag_column: tag_column.clone().unwrap_or_default(),
            gold: percent_words(*gold_rate),
            attention: percent_words(*attention_rate),
            repeats: percent_words(repeats.map(|repeats| repeats.rate)),
            repeats_after: words(repeats.map(|repeats| repeats.after).as_ref()),
            qualification: percent_words(*qualification),
            learning: study.learning.clone(),
            ..Self::default()
        };
        if let Some(arms) = &study.arms {
            form.arms = arms.names.join(", ");
            form.block_size = arms.block_size.to_string();
            form.arms_seed = arms.seed.to_string();
        }
        if let QueueOrder::Own { seed } = order {
            form.has_own_order = true;
            form.order_seed = seed.to_string();
        }
        form
    }

    /// The study; the error says what cannot be read, or what makes no sense.
    pub(super) fn study(&self) -> Result<StudySetup, String> {
        let arms = list(&self.arms);
        let arms = if arms.is_empty() {
            None
        } else {
            let twice = 2 * arms.len() as u32;
            let block_size = whole(&self.block_size, "people in a block")?.unwrap_or(twice);
            Some(Arms { names: arms, block_size, seed: seed(&self.arms_seed)? })
        };
        let disagreement_above = whole(&self.disagreement_above, "the difference that is none")?;
        let overlap = whole(&self.most, "the most judgments")?
            .map(|most| Overlap { most, disagreement_above: disagreement_above.unwrap_or(0) });
        let order = if self.has_own_order {
            QueueOrder::Own { seed: seed(&self.order_seed)? }
        } else {
            QueueOrder::File
        };
        let column = self.tag_column.trim();
        let assignment = Assignment {
            order,
            wanted: whole(&self.wanted, "the judgments wanted")?,
            overlap,
            lease_minutes: whole(&self.lease_minutes, "the minutes of a lease")?
                .unwrap_or(Assignment::default().lease_minutes),
            tag_column: (!column.is_empty()).then(|| column.to_owned()),
        };
        let after = whole(&self.repeats_after, "the judgments before a repeat")?;
        let repeats = match (share(&self.repeats, "the rate of repeats")?, after) {
            (Some(rate), Some(after)) => Some(Repeats { rate, after }),
            (Some(_), None) => {
                return Err("say how many judgments lie between an item and its repeat".to_owned());
            }
            (None, _) => None,
        };
        let quality = QualityRules {
            gold_rate: share(&self.gold, "the rate of gold items")?,
            attention_rate: share(&self.attention, "the rate of attention checks")?,
            repeats,
            qualification: share(&self.qualification, "the qualification")?,
        };
        let study = StudySetup {
            version: self.version,
            name: self.name.trim().to_owned(),
            consent: self.consent.trim().to_owned(),
            profile: self.fields.iter().map(FieldDraft::field).collect::<Result<_, _>>()?,
            arms,
            tags: list(&self.tags),
            assignment,
            quality,
            learning: self.learning.clone(),
        };
        match study.refusal() {
            Some(refusal) => Err(refusal),
            None => Ok(study),
        }
    }
}

fn words<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(String::new, T::to_string)
}

fn percent_words(share: Option<f64>) -> String {
    // Ten digits hold whatever anybody types, without what binary fractions leave behind.
    share.map_or_else(String::new, |share| ((share * 1e10).round() / 1e8).to_string())
}

fn list(typed: &str) -> Vec<String> {
    typed.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn whole(typed: &str, what: &str) -> Result<Option<u32>, String> {
    match typed.trim() {
        "" => Ok(None),
        typed => {
            typed.parse().map(Some).map_err(|_| format!("{what}: a whole number is needed, not {typed:?}"))
        }
    }
}

fn seed(typed: &str) -> Result<u64, String> {
    match typed.trim() {
        "" => Ok(0),
        typed => typed.parse().map_err(|_| format!("a seed is a whole number, not {typed:?}")),
    }
}

fn share(typed: &str, what: &str) -> Result<Option<f64>, String> {
    let typed = typed.trim().trim_end_matches('%').trim_end();
    if typed.is_empty() {
        return Ok(None);
    }
    let percent: f64 =
        typed.replace(',', ".").parse().map_err(|_| format!("{what}: {typed:?} is no number"))?;
    if !(0.0..=100.0).contains(&percent) {
        return Err(format!("{what} is from 0 to 100 %, not {typed}"));
    }
    Ok(Some(percent / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_survives_its_form() {
        let study = StudySetup {
            version: 3,
            name: "Essays".into(),
            consent: "Do you agree?".into(),
            arms: Some(Arms { names: vec!["plain".into(), "hints".into()], block_size: 4, seed: 7 }),
            tags: vec!["law".into(), "senior".into()],
            assignment: Assignment {
                order: QueueOrder::Own { seed: 5 },
                wanted: Some(3),
                overlap: Some(Overlap { most: 5, disagreement_above: 1 }),
                lease_minutes: 20,
                tag_column: Some("skill".into()),
            },
            quality: QualityRules {
                gold_rate: Some(0.07),
                attention_rate: Some(0.1),
                repeats: Some(Repeats { rate: 0.29, after: 20 }),
                qualification: Some(0.8),
            },
            ..StudySetup::default()
        };
        assert_eq!(StudyForm::of(&study).study(), Ok(study));
        let plain = StudySetup::default();
        assert_eq!(StudyForm::of(&plain).study(), Ok(plain), "nothing is set that nobody set");
        assert_eq!(percent_words(Some(0.07)), "7", "as it was typed");
    }

    #[test]
    fn what_cannot_be_is_said_with_its_value() {
        let plain = StudyForm::of(&StudySetup::default());
        let form = StudyForm { gold: "120".into(), ..plain.clone() };
        assert!(form.study().is_err_and(|says| says.contains("120")));
        let form = StudyForm { wanted: "some".into(), ..plain.clone() };
        assert!(form.study().is_err_and(|says| says.contains("some")));
        let form = StudyForm { repeats: "5".into(), ..plain.clone() };
        assert!(form.study().is_err(), "no distance between an item and its repeat is assumed");
        let form = StudyForm { most: "5".into(), ..plain };
        assert!(form.study().is_err(), "more judgments than none");
    }
}
