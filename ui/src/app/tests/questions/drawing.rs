//! Marks on pictures and spans on texts, by the mouse on the candidate itself and by keys.

use egui::accesskit::Role;
use egui::{PointerButton, Pos2};
use tiebreak_domain::answer::{Mark, MarkForm, Span};
use tiebreak_domain::{Context, ContextKind};

use super::*;

fn marks_question(shape: MarkShape, scope: Scope) -> Question {
    Question::new("m", "m", scope, QuestionKind::Marks { shape, labels: list(2) })
}

fn spans_question(unit: SpanUnit, scope: Scope) -> Question {
    Question::new("s", "s", scope, QuestionKind::Spans { unit, labels: list(2) })
}

/// Items whose candidates all consist of these parts; shown from the last to the first.
fn of_parts(candidates: u8, parts: Vec<Part>) -> impl Fn(i64) -> QueuedItem + Send + 'static {
    move |id| {
        let mut item = reversed(candidates)(id);
        for candidate in &mut item.item.item.candidates {
            candidate.parts = parts.clone();
        }
        item
    }
}

/// Where the nodes of this name and role stand on the screen, left to right.
pub(in crate::app::tests) fn places(bench: &mut Bench, role: Role, name: &str) -> Vec<Rect> {
    bench.ctx.enable_accesskit();
    bench.frame(Vec::new());
    let mut output = bench.output(Vec::new());
    let update = output.platform_output.accesskit_update.take().unwrap();
    output.drop_without_applying_deltas();
    let is_it = |node: &egui::accesskit::Node| {
        node.role() == role && (node.label() == Some(name) || node.value() == Some(name))
    };
    let found = update.nodes.iter().filter(|(_, node)| is_it(node)).filter_map(|(_, node)| node.bounds());
    let rect = |b: egui::accesskit::Rect| {
        Rect::from_min_max(pos2(b.x0 as f32, b.y0 as f32), pos2(b.x1 as f32, b.y1 as f32))
    };
    let mut places: Vec<Rect> = found.map(rect).collect();
    places.sort_by(|one, other| one.left().total_cmp(&other.left()));
    places
}

/// The picture inside its pane: the scripted ones are twice as wide as high.
pub(in crate::app::tests) fn picture(pane: Rect) -> Rect {
    let width = pane.width().min(2.0 * pane.height());
    Rect::from_center_size(pane.center(), vec2(width, width / 2.0))
}

fn button(bench: &mut Bench, at: Pos2, button: PointerButton, pressed: bool) {
    let modifiers = Modifiers::NONE;
    bench.frame(vec![Event::PointerMoved(at), Event::PointerButton { pos: at, button, pressed, modifiers }]);
}

fn drag_with(bench: &mut Bench, by: PointerButton, from: Pos2, to: Pos2) {
    bench.frame(vec![Event::PointerMoved(from)]);
    button(bench, from, by, true);
    for step in [0.5, 1.0] {
        bench.frame(vec![Event::PointerMoved(from.lerp(to, step))]);
    }
    button(bench, to, by, false);
    bench.frame(Vec::new());
}

pub(in crate::app::tests) fn drag(bench: &mut Bench, from: Pos2, to: Pos2) {
    drag_with(bench, PointerButton::Primary, from, to);
}

pub(in crate::app::tests) fn click(bench: &mut Bench, at: Pos2) {
    bench.frame(vec![Event::PointerMoved(at)]);
    button(bench, at, PointerButton::Primary, true);
    button(bench, at, PointerButton::Primary, false);
    bench.frame(Vec::new());
}

fn marks_of(bench: &Bench, candidate: u8) -> Vec<Mark> {
    match draft(bench).value("m", Some(candidate)) {
        Some(AnswerValue::Marks(marks)) => marks.clone(),
        _ => Vec::new(),
    }
}

fn spans_of(bench: &Bench, candidate: Option<u8>) -> Vec<Span> {
    match draft(bench).value("s", candidate) {
        Some(AnswerValue::Spans(spans)) => spans.clone(),
        _ => Vec::new(),
    }
}

fn is_near(given: f32, wanted: f32) -> bool {
    (given - wanted).abs() < 0.012
}

#[test]
fn a_mark_is_chosen_moved_resized_named_and_removed_by_keys() {
    let mut bench = bench(
        vec![marks_question(MarkShape::Both, Scope::Candidate)],
        of_parts(1, vec![Part::image("a.png")]),
    );
    bench.keys("ArrowRight Enter Space ArrowRight ArrowDown Enter Escape");
    assert_eq!(marks_of(&bench, 0).len(), 2);
    bench.keys("Period ArrowRight ArrowDown Shift+ArrowRight Shift+ArrowUp Shift+ArrowRight 2");
    let point = marks_of(&bench, 0)[0].clone();
    let MarkForm::Radius(radius) = point.form else { panic!("{point:?}") };
    assert!(is_near(point.x, 0.51) && is_near(point.y, 0.51) && radius > 0.021, "{point:?}");
    assert_eq!(point.label.as_deref(), Some("e1"));
    let before = marks_of(&bench, 0)[1].clone();
    bench.keys("Period Shift+ArrowRight Shift+ArrowDown ArrowLeft");
    let after = marks_of(&bench, 0)[1].clone();
    let (MarkForm::Size(small), MarkForm::Size(large)) = (before.form, after.form) else {
        panic!("{after:?}")
    };
    assert!(large[0] > small[0] && large[1] > small[1] && after.x < before.x, "{before:?} {after:?}");
    bench.keys("Comma Delete");
    assert_eq!(marks_of(&bench, 0), std::slice::from_ref(&after), "the one chosen goes, and not the last");
    bench.keys("Enter");
    assert_eq!(values(&bench), [AnswerValue::Marks(vec![after.clone()])]);
    bench.keys("u");
    assert_eq!(marks_of(&bench, 0), [after], "and undo brings it back");
}

#[test]
fn a_mark_that_was_chosen_is_let_go_with_the_answer() {
    let mut bench = bench(
        vec![marks_question(MarkShape::Points, Scope::Candidate)],
        of_parts(1, vec![Part::image("a.png")]),
    );
    bench.keys("ArrowRight Enter ArrowRight Enter ArrowRight Enter Comma");
    let chosen = |bench: &Bench| {
        let desk = bench.app.desk().unwrap();
        desk.session.current.as_ref().unwrap().sheet.cursor.mark
    };
    assert_eq!(chosen(&bench), Some(2));
    bench.app.want(Action::Command(Command::ClearAnswer));
    bench.frame(Vec::new());
    assert_eq!((marks_of(&bench, 0), chosen(&bench)), (Vec::new(), None));
    bench.keys("ArrowRight Enter Comma");
    assert_eq!((marks_of(&bench, 0).len(), chosen(&bench)), (1, Some(0)));
    // However else it may have come to be chosen, one that is not there leads to one that is.
    let desk = bench.app.desk.as_mut().unwrap();
    desk.session.current.as_mut().unwrap().sheet.cursor.mark = Some(7);
    bench.keys("Comma");
    assert_eq!(chosen(&bench), Some(0));
}

#[test]
fn the_cross_hair_reaches_every_picture_of_every_candidate() {
    let parts = vec![Part::markdown("words"), Part::image("a.png"), Part::image("b.png")];
    let mut bench = bench(vec![marks_question(MarkShape::Points, Scope::Candidate)], of_parts(2, parts));
    bench.keys("ArrowRight Enter N ArrowRight Enter");
    bench.keys("Tab N N Enter");
    let parts = |candidate| marks_of(&bench, candidate).iter().map(|mark| mark.part).collect::<Vec<_>>();
    assert_eq!((parts(1), parts(0)), (vec![1, 2], vec![1]), "A on the screen is the last candidate");
}

#[test]
fn nothing_to_mark_is_an_answer_of_one_key() {
    let mut bench = bench(
        vec![
            marks_question(MarkShape::Points, Scope::Candidate),
            spans_question(SpanUnit::Words, Scope::Item),
        ],
        of_parts(1, vec![Part::image("a.png")]),
    );
    bench.keys("0 0 Enter");
    assert_eq!(values(&bench), [AnswerValue::Marks(vec![]), AnswerValue::Spans(vec![])]);
}

#[test]
fn marks_are_drawn_moved_and_resized_on_the_picture_whatever_the_zoom() {
    let mut bench = bench(
        vec![marks_question(MarkShape::Both, Scope::Candidate)],
        of_parts(1, vec![Part::image("a.png")]),
    );
    let pane = places(&mut bench, Role::Image, "Image A")[0];
    let place = picture(pane);
    let at = |x: f32, y: f32| place.min + vec2(x * place.width(), y * place.height());
    drag(&mut bench, at(0.25, 0.25), at(0.5, 0.5));
    let drawn = marks_of(&bench, 0);
    let MarkForm::Size([width, height]) = drawn[0].form else { panic!("{drawn:?}") };
    assert!(is_near(drawn[0].x, 0.25) && is_near(width, 0.25) && is_near(height, 0.25), "{drawn:?}");
    drag(&mut bench, at(0.5, 0.5), at(0.75, 0.6));
    let resized = marks_of(&bench, 0);
    assert_eq!(resized.len(), 1, "a corner was dragged, and no box begun: {resized:?}");
    let MarkForm::Size([width, height]) = resized[0].form else { panic!("{resized:?}") };
    assert!(is_near(resized[0].x, 0.25) && is_near(width, 0.5) && is_near(height, 0.35), "{resized:?}");
    drag(&mut bench, at(0.4, 0.4), at(0.3, 0.4));
    assert!(is_near(marks_of(&bench, 0)[0].x, 0.15), "its inside moves it: {:?}", marks_of(&bench, 0));
    let before = marks_of(&bench, 0);
    drag_with(&mut bench, PointerButton::Middle, at(0.1, 0.1), at(0.4, 0.2));
    bench.keys("Plus");
    assert_eq!(marks_of(&bench, 0), before, "panning and zooming draw nothing");
    // Zoomed about the middle, which stayed where it was, since nothing could be panned before.
    let zoomed = Rect::from_center_size(place.center(), place.size() * 1.25);
    let edge = zoomed.min + vec2(before[0].x * zoomed.width(), (before[0].y + 0.1) * zoomed.height());
    bench.keys("Escape");
    drag(&mut bench, edge, edge + vec2(0.1 * zoomed.width(), 0.0));
    let after = marks_of(&bench, 0);
    assert_eq!(after.len(), 1, "taken by its outline where it stands now: {after:?}");
    assert!(is_near(after[0].x, before[0].x + 0.1), "{before:?} {after:?}");
}

#[test]
fn a_click_draws_a_point_whose_ring_can_be_dragged() {
    let mut bench = bench(
        vec![marks_question(MarkShape::Points, Scope::Candidate)],
        of_parts(2, vec![Part::image("a.png")]),
    );
    let place = picture(places(&mut bench, Role::Image, "Image B")[0]);
    click(&mut bench, place.center());
    assert_eq!(active(&bench), (0, Some(0)), "the keys go where was drawn");
    let ring = place.center() + vec2(0.02 * place.width(), 0.0);
    drag(&mut bench, ring, place.center() + vec2(0.1 * place.width(), 0.0));
    let marks = marks_of(&bench, 0);
    let MarkForm::Radius(radius) = marks[0].form else { panic!("{marks:?}") };
    assert!(marks.len() == 1 && is_near(radius, 0.1) && is_near(marks[0].x, 0.5), "{marks:?}");
    bench.keys("2 Delete");
    assert_eq!(marks_of(&bench, 0), [], "it stays chosen");
}

const PROSE: &str = "Some **bold** words `here`";

#[test]
fn a_stretch_is_marked_by_dragging_on_the_candidate_itself() {
    let mut bench = bench(
        vec![spans_question(SpanUnit::Characters, Scope::Candidate)],
        of_parts(2, vec![Part::markdown(PROSE)]),
    );
    let texts = places(&mut bench, Role::Label, "Some bold words here");
    assert_eq!(texts.len(), 2, "each candidate as it is read, and no second copy in the panel");
    let (left, right) = (texts[0].left_center(), texts[0].right_center());
    drag(&mut bench, right + vec2(40.0, 0.0), left);
    let (start, end) = (0, PROSE.chars().count() as u32 - 1);
    assert_eq!(spans_of(&bench, Some(1)), [Span { part: 0, start, end, label: None }], "of the source");
    click(&mut bench, texts[0].center());
    assert_eq!(spans_of(&bench, Some(1)), [], "a click takes it back");
    bench.keys("2");
    click(&mut bench, texts[1].left_center() + vec2(2.0, 0.0));
    let word = Span { part: 0, start: 0, end: 4, label: Some("e1".into()) };
    assert_eq!(spans_of(&bench, Some(0)), [word], "a click takes a word, with the label in hand");
    assert_eq!(active(&bench), (0, Some(0)), "and the keys go along");
}

#[test]
fn words_of_a_candidate_are_marked_by_keys_and_its_signs_are_none() {
    let text = "# Title\n\n| a |\n|---|\n| b |\n\nend";
    let mut bench = bench(
        vec![spans_question(SpanUnit::Words, Scope::Candidate)],
        of_parts(1, vec![Part::markdown(text)]),
    );
    bench.keys("Space ArrowRight ArrowRight Space Shift+ArrowRight Space");
    let shown = bench.app.desk().unwrap().session.current.as_ref().unwrap();
    assert!(shown.sheet.cursor.words.get().is_some(), "they are read once");
    let words: Vec<String> = spans_of(&bench, Some(0))
        .iter()
        .map(|span| text.chars().skip(span.start as usize).take((span.end - span.start) as usize).collect())
        .collect();
    assert_eq!(words, ["Title", "b |\n\nend"], "the second b was widened");
}

#[test]
fn words_of_the_prompt_are_switched_where_the_prompt_stands() {
    let mut bench = bench(vec![spans_question(SpanUnit::Words, Scope::Item)], pairs);
    let prompt = places(&mut bench, Role::Label, "Question 1?")[0];
    click(&mut bench, prompt.left_center() + vec2(4.0, 0.0));
    drag(&mut bench, prompt.right_center() - vec2(2.0, 0.0), prompt.right_center() - vec2(9.0, 0.0));
    let given: Vec<_> = spans_of(&bench, None).iter().map(|span| (span.start, span.end)).collect();
    assert_eq!(given, [(0, 8), (9, 11)]);
    bench.keys("P");
    click(&mut bench, prompt.left_center() + vec2(4.0, 0.0));
    assert_eq!(spans_of(&bench, None).len(), 1, "what is marked on cannot be folded away");
}

#[test]
fn a_text_in_a_very_wide_pane_stands_in_its_middle() {
    let mut bench = bench(
        vec![rating("r", Scope::Item, points(1, 3))],
        of_parts(1, vec![Part::markdown("x ".repeat(400))]),
    );
    let text = places(&mut bench, Role::Label, "x ".repeat(400).trim_end())[0];
    assert!((text.center().x - 640.0).abs() < 24.0, "{text:?} in a window 1280 wide");
    assert!(text.width() <= 16.0 * theme::MEASURE_IN_EMS, "{text:?}");
}

#[test]
fn a_mask_is_laid_over_the_pictures_by_a_key_and_told_by_a_button() {
    let masked = |id| {
        let mut item = of_parts(2, vec![Part::image("a.png")])(id);
        item.item.item.context = vec![
            Context { kind: ContextKind::Mask, parts: vec![Part::image("mask.png")], ..Context::default() },
            Context {
                kind: ContextKind::Reference,
                parts: vec![Part::image("from.png")],
                ..Context::default()
            },
        ];
        item
    };
    let mut bench = bench(vec![rating("r", Scope::Item, points(1, 3))], masked);
    (0..5).for_each(|_| bench.frame(Vec::new()));
    let is_asked = |bench: &Bench, wanted: &str| {
        let is_it = |request: &Request| matches!(request, Request::Image(image) if image.uri == wanted);
        bench.remote.sent().iter().any(|(_, request)| is_it(request))
    };
    assert!(is_asked(&bench, "from.png"), "what it came from stands beside the prompt");
    let is_shown = |bench: &Bench| bench.app.desk().unwrap().judge_screen.is_mask_shown;
    let button = places(&mut bench, Role::Button, "Mask");
    assert_eq!(button.len(), 1);
    bench.keys("M");
    assert!(is_shown(&bench));
    click(&mut bench, button[0].center());
    assert!(!is_shown(&bench), "the button does the same");
    let mut bench =
        super::bench(vec![rating("r", Scope::Item, points(1, 3))], of_parts(2, vec![Part::image("a.png")]));
    assert!(places(&mut bench, Role::Button, "Mask").is_empty(), "where there is none, nothing is offered");
}
