#![allow(clippy::unwrap_used)]

use egui::epaint::ClippedShape;
use egui::{Context, RawInput, Shape, UiBuilder};
use tiebreak_domain::rubric::{
    CandidateCount, Entry, MarkShape, RankingForm, Scale, SpanUnit, StrengthSteps, TextPurpose,
};
use tiebreak_domain::{Outcome, Rubric};

use super::*;

/// One question of every kind, in every scope that fits.
fn every_kind() -> Vec<Question> {
    let entries: Vec<Entry> = (0..60)
        .map(|index| Entry {
            key: format!("e{index}"),
            title: format!("Entry {index}"),
            group: String::new(),
        })
        .collect();
    let preference = |strength| QuestionKind::Preference { outcomes: Outcome::all(), strength };
    let points = Scale::Points { from: -3, anchors: vec!["a long anchor".into(); 7] };
    let slider =
        Scale::Slider { from: 0, to: 100, ends: [String::new(), String::new()], is_number_hidden: true };
    let kinds = [
        (Scope::Pair, preference(StrengthSteps::None)),
        (Scope::Pair, preference(StrengthSteps::Optional)),
        (Scope::Pair, preference(StrengthSteps::Scale)),
        (Scope::Item, QuestionKind::Ranking { form: RankingForm::WithTies }),
        (Scope::Item, QuestionKind::Ranking { form: RankingForm::BestWorst }),
        (Scope::Candidate, QuestionKind::Rating { scale: points.clone() }),
        (Scope::Candidate, QuestionKind::Rating { scale: slider.clone() }),
        (Scope::Item, QuestionKind::Rating { scale: points }),
        (Scope::Item, QuestionKind::Rating { scale: slider }),
        (Scope::Item, QuestionKind::Rating { scale: Scale::Stars { count: 10 } }),
        (Scope::Item, QuestionKind::Rating { scale: Scale::YesNo }),
        (Scope::Item, QuestionKind::Choice { entries: entries.clone() }),
        (Scope::Item, QuestionKind::Checklist { entries }),
        (Scope::Item, QuestionKind::Text { purpose: TextPurpose::Line, with_confidence: true }),
        (Scope::Candidate, QuestionKind::Marks { shape: MarkShape::Both, labels: Vec::new() }),
        (Scope::Candidate, QuestionKind::Spans { unit: SpanUnit::Words, labels: Vec::new() }),
        (Scope::Candidate, QuestionKind::Steps),
        (Scope::Item, QuestionKind::Segments),
    ];
    let question = |(index, (scope, kind)): (usize, (Scope, QuestionKind))| {
        Question::new(&format!("q{index}"), &format!("Question {index}"), scope, kind)
    };
    kinds.into_iter().enumerate().map(question).collect()
}

fn template(questions: Vec<Question>) -> Template {
    Template {
        id: String::new(),
        about: String::new(),
        collects: String::new(),
        paper: String::new(),
        media: "text".into(),
        exports: Vec::new(),
        candidates: CandidateCount { least: 2, most: 12 },
        rubric: Rubric { questions, ..Rubric::default() },
    }
}

/// What is painted where, and the room it was given.
fn painted(template: &Template, line: f32, width: f32, height: Option<f32>) -> (Vec<ClippedShape>, Rect) {
    let ctx = Context::default();
    theme::install(&ctx);
    let mut room = Rect::NOTHING;
    let mut shapes = Vec::new();
    for _ in 0..2 {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(2000.0, 3000.0))),
            ..RawInput::default()
        };
        let mut output = ctx.run_ui(input, |ui| {
            let rect = Rect::from_min_size(pos2(100.0, 100.0), vec2(width, 2500.0));
            let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
            let mut miniature = Miniature::new(template).line(line);
            if let Some(height) = height {
                miniature = miniature.height(height);
            }
            room = miniature.show(&mut child).rect;
        });
        shapes = std::mem::take(&mut output.shapes);
        output.drop_without_applying_deltas();
    }
    (shapes, room)
}

fn texts(shapes: &[ClippedShape]) -> Vec<String> {
    let text = |shape: &ClippedShape| match &shape.shape {
        Shape::Text(text) => Some(text.galley.text().to_owned()),
        _ => None,
    };
    shapes.iter().filter_map(text).collect()
}

#[test]
fn every_kind_is_drawn_within_its_room_at_every_size() {
    let template = template(every_kind());
    for (line, width) in
        [(CARD_LINE, 180.0), (CARD_LINE, 300.0), (PREVIEW_LINE, 380.0), (PREVIEW_LINE, 900.0)]
    {
        let (shapes, room) = painted(&template, line, width, None);
        assert!(shapes.len() > 100, "something is drawn");
        for shape in shapes {
            let drawn = shape.shape.visual_bounding_rect();
            let allowed = room.expand(2.0);
            assert!(
                !drawn.is_positive() || allowed.contains_rect(drawn),
                "{drawn} leaves {room}: {:?}",
                shape.shape
            );
        }
    }
}

#[test]
fn what_does_not_fit_is_counted() {
    let template = template(every_kind());
    let (shapes, room) = painted(&template, CARD_LINE, 300.0, Some(6.0 * CARD_LINE));
    assert!((room.height() - 6.0 * CARD_LINE).abs() < 0.5, "exactly as high as it was told");
    let texts = texts(&shapes);
    let titles = texts.iter().filter(|text| text.starts_with("Question ")).count();
    assert_eq!(titles, 5, "five lines of one line each, and the last line");
    assert!(texts.contains(&format!("and {} more", 18 - titles)), "{texts:?}");
    let (shapes, _) = painted(&template, CARD_LINE, 300.0, None);
    assert!(
        !self::texts(&shapes).iter().any(|text| text.starts_with("and ")),
        "all of it where there is room"
    );
}

#[test]
fn a_table_is_cut_by_rows_and_a_long_title_stands_above_its_control() {
    let rating = |index: usize| {
        let kind = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
        Question::new(&format!("q{index}"), &format!("Question {index}"), Scope::Candidate, kind)
    };
    let table = template((0..7).map(rating).collect());
    let shown = texts(&painted(&table, CARD_LINE, 300.0, Some(6.0 * CARD_LINE)).0);
    assert!(
        shown.contains(&"D".to_owned()) && !shown.contains(&"E".to_owned()),
        "four candidates stand for all"
    );
    assert!(
        shown.contains(&"Question 3".to_owned()) && shown.contains(&"and 3 more".to_owned()),
        "{shown:?}"
    );

    let mut long = rating(0);
    (long.scope, long.title) = (Scope::Item, "Which of these would you show to a friend of yours?".into());
    let heights =
        |questions| painted(&template(questions), PREVIEW_LINE, 380.0, None).1.height() / PREVIEW_LINE;
    assert_eq!(heights(vec![long]), 2.0, "one line for the title, one for the stars");
}
