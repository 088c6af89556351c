//! The rules, told row by row: `a>b` for a row, then what was left out, then how many judgments went in.

use tiebreak_domain::answer::Ranking;
use tiebreak_domain::export::{NWayPolicy, PolicyCounts, PolicyQuestion};
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scope};
use tiebreak_domain::{
    Answer, AnswerValue, ExportFormat, ItemId, JudgmentId, NewJudgment, Origin, Rubric, UnixMillis, Verdict,
};

use super::*;
use crate::export::judged::Names;
use crate::export::testing;

/// One judgment per word, by annotators 1, 2, 3, … at times 1, 2, 3, …: `a`, `b~` slightly, `b!` much,
/// `tie`, `bad`, `un`, `skip`.
fn judgments(words: &str) -> Vec<Judgment> {
    let verdict = |word: &str| {
        let preference = |outcome, strength| {
            let reason = (outcome == Outcome::Unratable).then(|| "no idea".to_owned());
            Verdict::overall(Preference { outcome, strength, reason })
        };
        match word {
            "a" => preference(Outcome::A, None),
            "a~" => preference(Outcome::A, Some(Strength::Slightly)),
            "a!" => preference(Outcome::A, Some(Strength::Much)),
            "b" => preference(Outcome::B, None),
            "b~" => preference(Outcome::B, Some(Strength::Slightly)),
            "b!" => preference(Outcome::B, Some(Strength::Much)),
            "tie" => preference(Outcome::Tie, None),
            "bad" => preference(Outcome::BothBad, None),
            "un" => preference(Outcome::Unratable, None),
            "skip" => Verdict::Skipped,
            other => panic!("no such word: {other}"),
        }
    };
    words
        .split_whitespace()
        .enumerate()
        .map(|(index, word)| Judgment {
            given: NewJudgment {
                id: JudgmentId([index as u8; 16]),
                item: ItemId(1),
                annotator: AnnotatorId(index as i64 + 1),
                verdict: verdict(word),
                flagged: false,
                comment: String::new(),
                notes: Vec::new(),
                rubric_version: 1,
                showing: None,
                origin: Origin::Screen,
                recorded_at: UnixMillis(index as i64 + 1),
            },
            revision: 1,
            supersedes: None,
        })
        .collect()
}

/// Rows as `a>b`, with `@margin` and `/annotator` where there are any; then what was left out, and the
/// number of judgments the rows stand for.
fn told(plan: &ExportPlan, words: &str) -> String {
    let question = Rubric::default().questions.remove(0);
    told_of(plan, &question, 2, &judgments(words))
}

fn told_of(plan: &ExportPlan, question: &Question, candidates: usize, judgments: &[Judgment]) -> String {
    let mut output = ItemOutput::default();
    let item = testing::item(candidates);
    let names = Names::default();
    let judged = Judged { item: &item, source: "", judgments, names: &names };
    let groups = rows_of_item(plan, question, &judged, &mut output);
    let all = groups.iter().map(|group| group.judgments).sum::<u64>();
    let left_out: u64 = output.left_out.iter().map(|(_, count)| count).sum();
    assert_eq!(all + left_out, judgments.len() as u64, "every judgment is accounted for: {judgments:?}");
    let mut told: Vec<String> = groups
        .iter()
        .flat_map(|group| &group.rows)
        .map(|row| {
            let letter = |index: usize| char::from(b'a' + index as u8);
            let margin = row.margin.map(|margin| format!("@{margin}")).unwrap_or_default();
            let annotator = row.annotator.map(|id| format!("/{id}")).unwrap_or_default();
            let weight = row.weight.map(|weight| format!("*{weight:.2}")).unwrap_or_default();
            let between = match row.both {
                None => '>',
                Some(true) => '+',
                Some(false) => '-',
            };
            format!("{}{between}{}{margin}{weight}{annotator}", letter(row.chosen), letter(row.rejected))
        })
        .collect();
    told.extend(output.left_out.iter().map(|(reason, count)| format!("{count} {reason}")));
    told.push(format!("={all}"));
    told.join(", ")
}

fn plan(change: impl FnOnce(&mut ExportPlan)) -> ExportPlan {
    let mut plan = ExportPlan {
        ties: Some(TiePolicy::Drop),
        both_bad: Some(BothBadPolicy::Drop),
        strength: Some(StrengthPolicy::Ignore),
        several: Some(SeveralPolicy::Each),
        ..ExportPlan::new(ExportFormat::TrlExplicit)
    };
    change(&mut plan);
    plan
}

#[test]
fn ties_and_both_bad_go_as_said() {
    let drop_both = plan(|_| {});
    let zero = plan(|plan| plan.ties = Some(TiePolicy::MarginZero));
    let both_ways = plan(|plan| plan.ties = Some(TiePolicy::BothDirections));
    let as_tie = |ties| {
        plan(|plan| {
            plan.ties = Some(ties);
            plan.both_bad = Some(BothBadPolicy::AsTie);
        })
    };
    let with_margins = plan(|plan| {
        plan.ties = Some(TiePolicy::BothDirections);
        plan.strength = Some(StrengthPolicy::Margin { unset: 1.0 });
    });
    for (plan, words, expected) in [
        (&drop_both, "a", "a>b/1, =1"),
        (&drop_both, "b", "b>a/1, =1"),
        (&drop_both, "tie", "1 tie, =0"),
        (&drop_both, "bad", "1 both bad, =0"),
        (&drop_both, "un", "1 cannot be judged, =0"),
        (&drop_both, "skip", "1 skipped, =0"),
        (&zero, "tie", "a>b@0/1, =1"),
        (&zero, "bad", "1 both bad, =0"),
        (&both_ways, "tie", "a>b/1, b>a/1, =1"),
        (&with_margins, "tie", "a>b@0/1, b>a@0/1, =1"),
        (&as_tie(TiePolicy::Drop), "bad", "1 both bad, =0"),
        (&as_tie(TiePolicy::MarginZero), "bad", "a>b@0/1, =1"),
        (&as_tie(TiePolicy::BothDirections), "bad", "a>b/1, b>a/1, =1"),
    ] {
        assert_eq!(told(plan, words), expected, "{words} by {plan:?}");
    }
}

#[test]
fn strength_goes_as_said() {
    let margin = plan(|plan| plan.strength = Some(StrengthPolicy::Margin { unset: 0.5 }));
    let drop_below = |keep_unset| {
        let weakest = Strength::Clearly;
        plan(|plan| plan.strength = Some(StrengthPolicy::DropBelow { weakest, keep_unset }))
    };
    for (plan, words, expected) in [
        (&plan(|_| {}), "b!", "b>a/1, =1"),
        (&margin, "a~", "a>b@1/1, =1"),
        (&margin, "b!", "b>a@3/1, =1"),
        (&margin, "b", "b>a@0.5/1, =1"),
        (&drop_below(true), "a~ a a!", "a>b/2, a>b/3, 1 too weak, =2"),
        (&drop_below(false), "a~ a a!", "a>b/3, 2 too weak, =1"),
    ] {
        assert_eq!(told(plan, words), expected, "{words} by {plan:?}");
    }
}

#[test]
fn several_judgments_go_as_said() {
    let several = |policy| plan(|plan| plan.several = Some(policy));
    let (each, majority) = (several(SeveralPolicy::Each), several(SeveralPolicy::Majority));
    let (unanimous, latest) = (several(SeveralPolicy::Unanimous), several(SeveralPolicy::Latest));
    for (plan, words, expected) in [
        (&each, "a b skip tie", "a>b/1, b>a/2, 1 skipped, 1 tie, =2"),
        (&majority, "a a b", "a>b, 1 outvoted, =2"),
        (&majority, "a b", "2 no majority, =0"),
        (&majority, "a un un", "a>b, 2 cannot be judged, =1"),
        (&majority, "tie tie a", "1 outvoted, 2 tie, =0"),
        (&majority, "a a b tie", "4 no majority, =0"),
        (&majority, "un", "1 cannot be judged, =0"),
        (&majority, "skip b", "b>a, 1 skipped, =1"),
        (&unanimous, "b b b", "b>a, =3"),
        (&unanimous, "b b a", "3 not unanimous, =0"),
        (&unanimous, "b un b", "b>a, 1 cannot be judged, =2"),
        (&latest, "a b", "b>a, 1 an earlier judgment of the item, =1"),
        (&latest, "a un", "1 an earlier judgment of the item, 1 cannot be judged, =0"),
    ] {
        assert_eq!(told(plan, words), expected, "{words} by {plan:?}");
    }
}

#[test]
fn what_is_treated_as_a_tie_counts_with_the_ties() {
    let majority = |both_bad, ties| {
        plan(|plan| {
            plan.several = Some(SeveralPolicy::Majority);
            plan.both_bad = Some(both_bad);
            plan.ties = Some(ties);
        })
    };
    let as_tie = majority(BothBadPolicy::AsTie, TiePolicy::MarginZero);
    assert_eq!(told(&as_tie, "a tie bad"), "a>b@0, 1 outvoted, =2");
    assert_eq!(told(&as_tie, "a a bad"), "a>b, 1 outvoted, =2");
    let apart = majority(BothBadPolicy::Drop, TiePolicy::MarginZero);
    assert_eq!(told(&apart, "a tie bad"), "3 no majority, =0", "each is a word of its own");
    assert_eq!(told(&apart, "a bad bad"), "1 outvoted, 2 both bad, =0", "leaving out makes no winner");
}

#[test]
fn a_majority_is_found_before_weak_votes_go() {
    let drop_weak = plan(|plan| {
        plan.several = Some(SeveralPolicy::Majority);
        plan.strength = Some(StrengthPolicy::DropBelow { weakest: Strength::Clearly, keep_unset: false });
    });
    assert_eq!(told(&drop_weak, "a~ a~ b!"), "1 outvoted, 2 too weak, =0", "one strong vote wins nothing");
    assert_eq!(told(&drop_weak, "a~ a! b!"), "a>b, 1 outvoted, 1 too weak, =1");
    let mean = plan(|plan| {
        plan.several = Some(SeveralPolicy::Majority);
        plan.strength = Some(StrengthPolicy::Margin { unset: 1.0 });
    });
    assert_eq!(told(&mean, "a~ a! b"), "a>b@2, 1 outvoted, =2", "the mean of 1 and 3");
}

#[test]
fn what_was_not_asked_waits() {
    let open = ExportPlan::new(ExportFormat::TrlExplicit);
    for (words, expected) in [
        ("a", "a>b, =1"),
        ("a~", "1 waiting for a policy, =0"),
        ("tie", "1 waiting for a policy, =0"),
        ("bad", "1 waiting for a policy, =0"),
        ("a a", "2 waiting for a policy, =0"),
        ("a skip", "a>b, 1 skipped, =1"),
    ] {
        assert_eq!(told(&open, words), expected, "{words}");
    }
}

#[test]
fn only_what_the_project_holds_is_asked() {
    let open = ExportPlan::new(ExportFormat::AnthropicHh);
    assert_eq!(unanswered(&open, &PolicyCounts::default(), false), vec![]);
    let holds =
        PolicyCounts { both_bad: 2, with_strength: 1, items_with_several: 1, ..PolicyCounts::default() };
    use PolicyQuestion::{BothBad, Several, Strength, Ties};
    assert_eq!(unanswered(&open, &holds, false), vec![BothBad, Strength, Several]);
    let as_tie = ExportPlan { both_bad: Some(BothBadPolicy::AsTie), ..open };
    assert_eq!(
        unanswered(&as_tie, &holds, false),
        vec![Ties, Strength, Several],
        "both bad need the ties' policy"
    );
    assert_eq!(unanswered(&ExportPlan::new(ExportFormat::Csv), &holds, false), vec![], "a CSV drops nothing");
}

/// Orders such as `c a=b`, the best first, one for each annotator.
fn rankings(orders: &[&str]) -> Vec<Judgment> {
    let candidate = |letter: &str| letter.as_bytes()[0] - b'a';
    orders
        .iter()
        .zip(judgments(&"a ".repeat(orders.len())))
        .map(|(order, mut judgment)| {
            let groups = order.split(' ').map(|group| group.split('=').map(candidate).collect()).collect();
            let value = AnswerValue::Ranking(Ranking { groups, worst: None });
            let answer = Answer { question: "order".into(), candidate: None, value };
            judgment.given.verdict = Verdict::Judged { answers: vec![answer] };
            judgment
        })
        .collect()
}

#[test]
fn an_order_of_many_becomes_the_pairs_that_were_asked_for() {
    let kind = QuestionKind::Ranking { form: RankingForm::WithTies };
    let question = Question::new("order", "order", Scope::Item, kind);
    let with = |n_way, several, ties| {
        plan(|plan| {
            plan.n_way = Some(n_way);
            plan.several = Some(several);
            plan.ties = Some(ties);
        })
    };
    use NWayPolicy::{Adjacent, AllPairs, BestWorst};
    use SeveralPolicy::{Each, Latest, Majority};
    for (n_way, several, ties, orders, expected) in [
        (BestWorst, Each, TiePolicy::Drop, &["c a b"][..], "c>b/1, =1"),
        (Adjacent, Each, TiePolicy::Drop, &["c a b"], "c>a/1, a>b/1, =1"),
        (AllPairs, Each, TiePolicy::Drop, &["c a b"], "c>a*0.50/1, c>b*0.50/1, a>b*0.50/1, =1"),
        (Adjacent, Each, TiePolicy::Drop, &["c a=b d"], "c>a/1, b>d/1, =1"),
        (Adjacent, Each, TiePolicy::MarginZero, &["c a=b d"], "c>a/1, a>b@0/1, b>d/1, =1"),
        (BestWorst, Each, TiePolicy::Drop, &["a=b=c"], "1 tie, =0"),
        (
            BestWorst,
            Latest,
            TiePolicy::Drop,
            &["a b c", "c b a"],
            "c>a, 1 an earlier judgment of the item, =1",
        ),
        (
            AllPairs,
            Majority,
            TiePolicy::Drop,
            &["a b c", "b a c", "a c b"],
            "a>b*0.50, a>c*0.50, b>c*0.50, =3",
        ),
        (Adjacent, Majority, TiePolicy::Drop, &["a b c", "c b a"], "2 no majority, =0"),
    ] {
        let candidates = if orders[0].contains('d') { 4 } else { 3 };
        let told = told_of(&with(n_way, several, ties), &question, candidates, &rankings(orders));
        assert_eq!(told, expected, "{orders:?} by {n_way:?}, {several:?}, {ties:?}");
    }
    let unasked = plan(|_| {});
    assert_eq!(told_of(&unasked, &question, 3, &rankings(&["a b c"])), "1 waiting for a policy, =0");
    assert_eq!(
        told_of(&unasked, &question, 2, &rankings(&["b a"])),
        "b>a/1, =1",
        "a pair needs no such policy"
    );
}

#[test]
fn unpaired_rows_have_policies_of_their_own() {
    let of_kto = |ties, both_bad| {
        plan(|plan| {
            plan.format = ExportFormat::Kto;
            plan.ties = Some(ties);
            plan.both_bad = Some(both_bad);
        })
    };
    for (ties, both_bad, words, expected) in [
        (TiePolicy::BothChosen, BothBadPolicy::BothRejected, "tie bad", "a+b/1, a-b/2, =2"),
        (TiePolicy::BothRejected, BothBadPolicy::AsTie, "tie bad", "a-b/1, a-b/2, =2"),
        (TiePolicy::Drop, BothBadPolicy::Drop, "tie bad a", "a>b/3, 1 tie, 1 both bad, =1"),
        (TiePolicy::MarginZero, BothBadPolicy::Drop, "tie", "1 waiting for a policy, =0"),
    ] {
        assert_eq!(told(&of_kto(ties, both_bad), words), expected, "{words} by {ties:?}, {both_bad:?}");
    }
    let paired = plan(|plan| plan.ties = Some(TiePolicy::BothChosen));
    assert_eq!(told(&paired, "tie"), "1 waiting for a policy, =0", "a pair has no labels");
    let open_ai = plan(|plan| {
        plan.format = ExportFormat::OpenAi;
        plan.strength = Some(StrengthPolicy::Margin { unset: 1.0 });
    });
    assert_eq!(told(&open_ai, "a!"), "1 waiting for a policy, =0", "the format has no margin");
}
