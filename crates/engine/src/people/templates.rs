//! The studies that come with the program: `assets/studies`, TOML files of what [`StudySetup`] holds.

use tiebreak_domain::StudySetup;

const FILES: [(&str, &str); 1] =
    [("prism.toml", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/studies/prism.toml")))];

/// Every study that comes with the program.
pub fn templates() -> Vec<StudySetup> {
    FILES.iter().map(|(name, text)| study(text).unwrap_or_else(|error| panic!("{name}: {error}"))).collect()
}

fn study(text: &str) -> Result<StudySetup, toml::de::Error> {
    toml::from_str(text)
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::study::ProfileKind;

    use super::*;

    #[test]
    fn every_study_is_read_and_can_be_set_up() {
        for study in templates() {
            assert_eq!(study.refusal(), None, "{}", study.name);
        }
    }

    #[test]
    fn the_documented_study_is_read_and_says_what_its_remarks_say() {
        let readme = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/studies/README.md"));
        let text =
            readme.split("```").nth(1).and_then(|block| block.strip_prefix("toml")).expect("an example");
        let documented = study(text).expect("a readable example");
        assert_eq!(documented.refusal(), None, "it can be set up");
        assert_eq!(documented.assignment.wanted, Some(2));
        assert_eq!(documented.quality.repeats.map(|repeats| repeats.after), Some(20));
    }

    #[test]
    fn prism_asks_for_the_stated_preferences_on_sliders_without_a_value() {
        let prism = &templates()[0];
        let sliders = prism.profile.iter().filter(|field| matches!(field.kind, ProfileKind::Slider { .. }));
        assert_eq!(sliders.count(), 9, "eight traits and another of one's own");
        assert!(!prism.consent.is_empty(), "its participants consent first");
        assert!(prism.field("self_description").is_some_and(|field| field.required));
    }
}
