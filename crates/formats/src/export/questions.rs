//! Which question of a rubric a format is made of.
//!
//! A format that takes several kinds of question prefers some ([`ExportFormat::rank_of`]). Where the preferred
//! kind is asked once, it is meant; where it is asked several times, somebody has to say which, and nothing is
//! assumed.

use tiebreak_domain::export::PolicyQuestion;
use tiebreak_domain::{ExportFormat, ExportPlan, Question};

use super::judged::Names;
use super::told;

/// The questions that fit a format, those it would rather have first.
pub fn fitting(format: ExportFormat, names: &Names) -> Vec<&Question> {
    let mut fitting: Vec<(u8, &Question)> = names
        .questions()
        .into_iter()
        .filter_map(|question| Some((format.rank_of(question)?, question)))
        .collect();
    fitting.sort_by_key(|(class, _)| *class);
    fitting.into_iter().map(|(_, question)| question).collect()
}

/// The questions among which somebody has to choose; none where the plan says it or nothing is to be chosen.
pub fn to_choose(format: ExportFormat, names: &Names) -> Vec<&Question> {
    if !format.asks().contains(&PolicyQuestion::Question) {
        return Vec::new();
    }
    let fitting = fitting(format, names);
    let first = fitting.first().and_then(|question| format.rank_of(question));
    let preferred = fitting.iter().filter(|question| format.rank_of(question) == first).count();
    if preferred > 1 { fitting } else { Vec::new() }
}

/// The question that a plan means; none where it has not been said, or nothing fits.
pub fn question_of_plan<'a>(plan: &ExportPlan, names: &'a Names) -> Option<&'a Question> {
    let fitting = fitting(plan.format, names);
    match &plan.question {
        Some(key) => fitting.into_iter().find(|question| question.key == *key),
        None if to_choose(plan.format, names).is_empty() => fitting.into_iter().next(),
        None => None,
    }
}

/// What keeps a plan from being carried out on a project that asks so, in a sentence, and a hint.
pub fn refusal(plan: &ExportPlan, names: &Names) -> Option<(String, String)> {
    let format = plan.format;
    if !format.fits(names.questions()) {
        return Some((
            format!("no question of this project fits the format, {}", format.title()),
            "the format \"answers\" writes the answers to every question".to_owned(),
        ));
    }
    if let Some(key) = taken_key(format, names) {
        return Some((
            format!(
                "{} has a field {key:?} of its own, and so no place for answers by that key",
                format.title()
            ),
            "give the question another key, or export another format".to_owned(),
        ));
    }
    if !format.asks().contains(&PolicyQuestion::Question) {
        return None;
    }
    let keys: Vec<&str> = fitting(format, names).iter().map(|question| question.key.as_str()).collect();
    let key = plan.question.as_ref().filter(|key| !keys.contains(&key.as_str()))?;
    Some((
        format!("this is no question that fits {}, {key:?}", format.title()),
        format!("those that fit are {}", keys.join(", ")),
    ))
}

/// The key of a question that a format would write over a field of its own.
fn taken_key(format: ExportFormat, names: &Names) -> Option<String> {
    if matches!(format, ExportFormat::LabelStudio | ExportFormat::Argilla) {
        return told::taken_key(names);
    }
    let fields: &[&str] = match format {
        ExportFormat::HelpSteer2 => &["prompt", "response", "annotator"],
        _ => return None,
    };
    names
        .candidate_ratings()
        .into_iter()
        .map(|question| question.key.clone())
        .find(|key| fields.contains(&key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::Rubric;
    use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scale, Scope, StrengthSteps};

    fn preference(key: &str) -> Question {
        let kind = QuestionKind::Preference {
            outcomes: tiebreak_domain::Outcome::all(),
            strength: StrengthSteps::None,
        };
        Question::new(key, key, Scope::Pair, kind)
    }

    fn names(questions: Vec<Question>) -> Names {
        let rubric = Rubric { questions, ..Rubric::default() };
        Names { rubrics: [(1, rubric)].into(), ..Names::default() }
    }

    fn rating(key: &str, scope: Scope) -> Question {
        Question::new(key, key, scope, QuestionKind::Rating { scale: Scale::Stars { count: 5 } })
    }

    #[test]
    fn one_preference_is_meant_and_of_two_one_is_chosen() {
        let mut plan = ExportPlan::new(ExportFormat::TrlExplicit);
        let one = names(vec![rating("quality", Scope::Candidate), preference("overall")]);
        assert_eq!(question_of_plan(&plan, &one).map(|q| q.key.as_str()), Some("overall"));
        let two = names(vec![preference("overall"), preference("style")]);
        assert_eq!(question_of_plan(&plan, &two), None, "the key overall is no reason to take it");
        assert_eq!(to_choose(plan.format, &two).len(), 2);
        plan.question = Some("style".into());
        assert_eq!(question_of_plan(&plan, &two).map(|q| q.key.as_str()), Some("style"));
        plan.question = Some("taste".into());
        assert!(refusal(&plan, &two).is_some_and(|(_, hint)| hint.contains("overall, style")));
    }

    #[test]
    fn a_rating_never_takes_the_place_of_a_field() {
        let plan = ExportPlan::new(ExportFormat::HelpSteer2);
        let of =
            |key: &str| names(vec![rating("helpfulness", Scope::Candidate), rating(key, Scope::Candidate)]);
        for key in ["prompt", "response", "annotator"] {
            let (refused, _) = refusal(&plan, &of(key)).unwrap_or_default();
            assert!(refused.contains(&format!("{key:?}")), "{refused}");
        }
        assert_eq!(refusal(&plan, &of("verbosity")), None);
    }

    #[test]
    fn pairs_are_made_of_rankings_and_ratings_where_no_preference_is_asked() {
        let ranking = || {
            let kind = QuestionKind::Ranking { form: RankingForm::WithTies };
            Question::new("order", "order", Scope::Item, kind)
        };
        let plan = ExportPlan::new(ExportFormat::TrlExplicit);
        let key = |names: &Names| question_of_plan(&plan, names).map(|question| question.key.clone());
        assert_eq!(key(&names(vec![rating("r", Scope::Candidate), ranking()])), Some("order".into()));
        assert_eq!(key(&names(vec![rating("r", Scope::Candidate)])), Some("r".into()));
        let unfit = names(vec![rating("r", Scope::Item)]);
        assert_eq!(key(&unfit), None, "a rating of the whole item orders nothing");
        assert!(refusal(&plan, &unfit).is_some());
    }
}
