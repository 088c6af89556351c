//! Looking closely at pictures, by keys and by the mouse.

use egui::accesskit::Role;
use tiebreak_domain::media::TileRequest;
use tiebreak_domain::{Context as ItemContext, ContextKind, Part};

use super::questions::drawing::{drag, picture, places};
use super::*;
use crate::compare::difference::Map;
use crate::compare::{Alignment, Looking, Mode};

/// Two pictures and one that they came from.
pub(super) fn pictures(id: i64) -> QueuedItem {
    let mut queued = queued(id);
    let item = &mut queued.item.item;
    for (index, candidate) in item.candidates.iter_mut().enumerate() {
        candidate.parts = vec![Part::image(format!("{id}-{index}.png"))];
    }
    let parts = vec![Part::image("from.png")];
    item.context = vec![ItemContext { kind: ContextKind::Reference, parts, ..ItemContext::default() }];
    queued
}

fn bench() -> Bench {
    let mut bench = Bench::over(info(), pictures, saved);
    (0..6).for_each(|_| bench.frame(Vec::new()));
    bench
}

fn looking(bench: &Bench) -> &Looking {
    &bench.app.desk().unwrap().judge_screen.looking
}

fn tiles(bench: &Bench) -> Vec<TileRequest> {
    let sent = bench.remote.sent().into_iter();
    sent.filter_map(|(_, request)| if let Request::Tile(tile) = request { Some(tile) } else { None })
        .collect()
}

fn zoom_at(bench: &mut Bench, at: egui::Pos2, factor: f32) {
    bench.frame(vec![Event::PointerMoved(at)]);
    bench.frame(vec![Event::Zoom(factor)]);
    bench.frame(Vec::new());
}

#[test]
fn every_mode_is_one_key_away_and_kept_for_the_next_item() {
    let mut bench = bench();
    for (key, mode) in
        [("Y", Mode::Wipe), ("D", Mode::Difference), ("Shift+Y", Mode::Onion), ("X", Mode::Flicker)]
    {
        bench.keys(key);
        assert_eq!(looking(&bench).mode, mode);
        let over = places(&mut bench, Role::Image, "Image A over Image B");
        assert_eq!(over.len(), 1, "{mode:?} is one large pane");
        assert!(over[0].width() > 1_100.0);
    }
    bench.keys("1 Enter");
    assert_eq!((bench.shown(), looking(&bench).mode), (2, Mode::Flicker));
    bench.keys("Escape");
    assert_eq!(looking(&bench).mode, Mode::SideBySide);
    assert_eq!(places(&mut bench, Role::Image, "Image B").len(), 1);
    let outcomes: Vec<_> = bench.judgments().iter().filter_map(outcome).collect();
    assert_eq!(outcomes, [Outcome::A], "looking judges nothing");
}

#[test]
fn the_line_is_dragged_from_anywhere_and_moved_by_keys() {
    let mut bench = bench();
    bench.keys("Y");
    let pane = places(&mut bench, Role::Image, "Image A over Image B")[0];
    let at = |share: f32| pane.min + vec2(share * pane.width(), 0.4 * pane.height());
    drag(&mut bench, at(0.8), at(0.3));
    assert!((looking(&bench).line - 0.3).abs() < 0.01, "{}", looking(&bench).line);
    bench.keys("CloseBracket Ctrl+ArrowRight OpenBracket");
    assert!((looking(&bench).line - 0.35).abs() < 0.01, "{}", looking(&bench).line);
    bench.keys("D CloseBracket Shift+Z");
    assert_eq!((looking(&bench).sight.gain, looking(&bench).sight.map), (8, Map::FalseColor));
}

#[test]
fn a_candidate_is_held_against_the_reference() {
    let mut bench = bench();
    bench.keys("Y Shift+X");
    assert_eq!(looking(&bench).pair(3), [0, 2]);
    assert_eq!(places(&mut bench, Role::Image, "Image A over Reference image").len(), 1);
}

#[test]
fn panes_zoom_together_until_a_key_parts_them() {
    let mut bench = bench();
    let pane = places(&mut bench, Role::Image, "Image A")[0];
    zoom_at(&mut bench, pane.center(), 4.0);
    assert_eq!(looking(&bench).zoom(0), looking(&bench).zoom(1));
    bench.keys("L");
    zoom_at(&mut bench, pane.center(), 2.0);
    assert!(looking(&bench).zoom(0).scale() > 1.9 * looking(&bench).zoom(1).scale());
    let before = looking(&bench).zoom(0);
    bench.keys("Shift+ArrowRight");
    assert_ne!(looking(&bench).zoom(0), before, "keys go where the pointer was");
    let at = picture(pane).center();
    drag(&mut bench, at, at + vec2(400.0, 0.0));
    assert_ne!(looking(&bench).zoom(0), before);
    bench.keys("L");
    assert_eq!(looking(&bench).zoom(0), looking(&bench).zoom(1), "linked again");
    bench.keys("0");
    assert!(looking(&bench).is_fit());
}

#[test]
fn tiles_are_asked_for_where_the_picture_is_too_coarse_and_only_once() {
    let mut bench = bench();
    (0..10).for_each(|_| bench.frame(Vec::new()));
    let asked = tiles(&bench);
    for uri in ["1-0.png", "1-1.png"] {
        let of: Vec<_> = asked.iter().filter(|tile| tile.uri == uri).collect();
        assert_eq!(of.len(), 1, "{asked:?}");
        assert_eq!((of[0].level, of[0].column, of[0].row), (0, 0, 0));
    }
    bench.keys("Plus Plus Plus Shift+ArrowLeft Minus");
    assert_eq!(tiles(&bench), asked, "what is here is not asked for again");
}

#[test]
fn pictures_of_different_size_are_laid_pixel_on_pixel_by_a_key() {
    let mut bench = bench();
    assert_eq!(looking(&bench).alignment, Alignment::Fit);
    bench.keys("Shift+S");
    assert_eq!(looking(&bench).alignment, Alignment::Pixel);
}

/// Words, and two pictures.
fn described(id: i64) -> QueuedItem {
    let mut queued = queued(id);
    for (index, candidate) in queued.item.item.candidates.iter_mut().enumerate() {
        let words = Part::markdown(format!("Number {index} in words"));
        let pictures = ["one", "two"].map(|name| Part::image(format!("{id}-{index}-{name}.png")));
        candidate.parts = [vec![words], pictures.to_vec()].concat();
    }
    queued
}

#[test]
fn pictures_among_other_parts_are_zoomed_and_laid_on_one_another_too() {
    let mut bench = Bench::over(info(), described, saved);
    (0..6).for_each(|_| bench.frame(Vec::new()));
    let pane = places(&mut bench, Role::Image, "Candidate A, image 2")[0];
    zoom_at(&mut bench, pane.center(), 4.0);
    assert!(looking(&bench).zoom(0).scale() > 2.0);
    assert_eq!(looking(&bench).zoom(0), looking(&bench).zoom(1), "both");
    let before = (looking(&bench).zoom(0), bench.app.desk().unwrap().judge_screen.offsets[0]);
    bench.keys("PageDown");
    (0..3).for_each(|_| bench.frame(Vec::new()));
    assert_eq!(looking(&bench).zoom(0), before.0);
    assert!(bench.app.desk().unwrap().judge_screen.offsets[0] > before.1, "what scrolls, scrolls");
    bench.keys("Y");
    assert_eq!(places(&mut bench, Role::Image, "Candidate A, image 2 over Candidate B, image 2").len(), 1);
    bench.keys("Escape");
    let second = places(&mut bench, Role::Image, "Candidate B, image 3")[0];
    let at = pos2(second.center().x, f32::midpoint(second.top().max(200.0), second.bottom().min(700.0)));
    let button = |pressed| Event::PointerButton {
        pos: at,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    bench.frame(vec![Event::PointerMoved(at)]);
    assert!(!looking(&bench).is_fit(), "what passes under the pointer changes nothing");
    bench.frame(vec![button(true)]);
    bench.frame(vec![button(false)]);
    bench.frame(Vec::new());
    assert!(looking(&bench).is_fit(), "other pictures begin anew");
    bench.keys("Y");
    assert_eq!(places(&mut bench, Role::Image, "Candidate A, image 3 over Candidate B, image 3").len(), 1);
    bench.keys("Escape D");
    assert_eq!(looking(&bench).mode, Mode::SideBySide, "beside texts this key is theirs");
    assert!(bench.app.desk().unwrap().judge_screen.texts.is_difference_on);
}

/// All that screen readers are told of a frame.
fn told(bench: &mut Bench) -> String {
    bench.ctx.enable_accesskit();
    bench.frame(Vec::new());
    let mut output = bench.output(Vec::new());
    let update = output.platform_output.accesskit_update.take().unwrap();
    output.drop_without_applying_deltas();
    let words = update.nodes.iter().flat_map(|(_, node)| [node.label(), node.value()]);
    words.flatten().map(str::to_owned).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_picture_that_is_missing_does_not_tell_its_model_before_the_vote() {
    let gone = |id| {
        let mut queued = pictures(id);
        queued.item.item.candidates[0].parts = vec![Part::image(format!("gone/Wan21/{id}.png"))];
        queued
    };
    let mut bench = Bench::over(info(), gone, saved);
    (0..6).for_each(|_| bench.frame(Vec::new()));
    let before = told(&mut bench);
    assert!(before.contains("Image A cannot be shown: the image is missing"), "{before}");
    assert!(!before.contains("Wan21"), "{before}");
    let mut visible = info();
    visible.rubric.models_visible = true;
    let mut bench = Bench::over(visible, gone, saved);
    (0..6).for_each(|_| bench.frame(Vec::new()));
    let told = told(&mut bench);
    assert!(told.contains("gone/Wan21/1.png"), "where models are shown, it is told too: {told}");
}

#[test]
fn a_mask_that_cannot_be_had_is_told_and_is_here_before_it_is_asked_for() {
    let masked = |id| {
        let mut queued = pictures(id);
        let parts = vec![Part::image(if id == 1 { "gone/mask.png" } else { "mask.png" })];
        let mask = ItemContext { kind: ContextKind::Mask, parts, ..ItemContext::default() };
        queued.item.item.context.push(mask);
        queued
    };
    let mut bench = Bench::over(info(), masked, saved);
    (0..6).for_each(|_| bench.frame(Vec::new()));
    let asked = |bench: &Bench, wanted: &str| {
        let is_it = |request: &Request| matches!(request, Request::Image(image) if image.uri == wanted);
        bench.remote.sent().iter().filter(|(_, request)| is_it(request)).count()
    };
    assert_eq!(
        (asked(&bench, "gone/mask.png"), asked(&bench, "mask.png")),
        (1, 0),
        "the next is not shown yet"
    );
    bench.keys("M");
    let says = told(&mut bench);
    assert!(says.contains("The mask cannot be shown: the image is missing"), "{says}");
    (0..3).for_each(|_| bench.frame(Vec::new()));
    assert_eq!(asked(&bench, "mask.png"), 1, "masks stay shown");
}
