//! Keys, clocks and steps of looking, without a window.

use egui::pos2;

use super::*;

fn layers(count: usize) -> Vec<Layer> {
    vec![Layer { size: Some([100, 100]), ..Layer::default() }; count]
}

fn press(looking: &mut Looking, command: Command, now_ms: u64) {
    looking.command(command, &layers(2), 1.0, now_ms);
}

#[test]
fn a_key_chooses_a_mode_and_the_same_key_leaves_it() {
    let mut looking = Looking::default();
    for (mode, command) in
        [(Mode::Wipe, Command::Wipe), (Mode::Difference, Command::Difference), (Mode::Onion, Command::Onion)]
    {
        press(&mut looking, command, 0);
        assert_eq!(looking.mode, mode);
    }
    looking.begin();
    assert_eq!(looking.mode, Mode::Onion, "the next item is looked at in the same way");
    press(&mut looking, Command::Onion, 0);
    assert_eq!(looking.mode, Mode::SideBySide);
    assert!(!looking.leave());
    press(&mut looking, Command::Wipe, 0);
    assert!(looking.leave() && looking.mode == Mode::SideBySide);
}

#[test]
fn flicker_goes_by_the_clock_and_a_held_key_shows_the_other() {
    let mut looking = Looking::default();
    press(&mut looking, Command::Flicker, 0);
    looking.tick(false, false, 10);
    assert_eq!(looking.mode, Mode::Flicker, "tapped");
    assert_eq!(looking.flicker(0), (0, Some(500)));
    assert_eq!(looking.flicker(499), (0, Some(1)));
    assert_eq!(looking.flicker(500), (1, Some(500)));
    looking.change(1);
    assert_eq!(looking.flicker(300), (1, Some(200)), "twice as fast");
    press(&mut looking, Command::Flicker, 1_000);
    looking.tick(true, false, 1_400);
    assert_eq!(looking.flicker(1_400), (1, None), "held");
    looking.tick(false, false, 1_500);
    assert_eq!(looking.mode, Mode::Flicker, "let go, it goes on");
    press(&mut looking, Command::Flicker, 2_000);
    looking.tick(false, false, 2_010);
    assert_eq!(looking.mode, Mode::SideBySide, "tapped again");
    press(&mut looking, Command::Wipe, 2_500);
    press(&mut looking, Command::Flicker, 3_000);
    looking.tick(false, false, 3_900);
    assert_eq!(looking.mode, Mode::Wipe, "a glance at the other from any mode");
}

#[test]
fn the_loupe_is_held_or_kept() {
    let mut looking = Looking::default();
    press(&mut looking, Command::Loupe, 0);
    looking.tick(false, false, 100);
    assert!(looking.has_loupe);
    press(&mut looking, Command::Loupe, 1_000);
    looking.tick(false, false, 1_010);
    assert!(!looking.has_loupe);
    press(&mut looking, Command::Loupe, 2_000);
    looking.tick(false, true, 2_400);
    assert!(looking.has_loupe);
    looking.tick(false, false, 2_500);
    assert!(!looking.has_loupe);
}

#[test]
fn every_two_layers_can_be_compared() {
    let mut looking = Looking::default();
    let mut pairs = vec![looking.pair(3)];
    for _ in 0..3 {
        looking.command(Command::NextPair, &layers(3), 1.0, 0);
        pairs.push(looking.pair(3));
    }
    assert_eq!(pairs, [[0, 1], [0, 2], [1, 2], [0, 1]]);
    looking.choose(0, 1);
    assert_eq!(looking.pair(3), [1, 0], "they change places");
    looking.choose(1, 2);
    assert_eq!(looking.pair(3), [1, 2]);
    assert_eq!(looking.pair(2), [0, 1], "what is gone is not shown");
}

#[test]
fn steps_end_at_their_ends() {
    let mut looking = Looking { mode: Mode::Difference, ..Looking::default() };
    (0..9).for_each(|_| looking.change(1));
    assert_eq!(looking.sight.gain, 32);
    (0..9).for_each(|_| looking.change(-1));
    assert_eq!(looking.sight.gain, 1);
    looking.mode = Mode::Wipe;
    looking.change(-1);
    assert_eq!(looking.line, 0.45);
    (0..30).for_each(|_| looking.change(1));
    assert_eq!(looking.line, 1.0);
}

#[test]
fn panes_are_linked_or_each_has_its_own_zoom() {
    let pane = Rect::from_min_size(Pos2::ZERO, Vec2::splat(500.0));
    let mut looking = Looking::default();
    looking.seen(0, pane, [2_000, 1_000], 25.0);
    looking.seen(1, pane, [2_000, 1_000], 25.0);
    press(&mut looking, Command::ZoomActual, 0);
    assert!((looking.zoom(1).scale() - 4.0).abs() < 1e-3, "2000 pixels on 500 points");
    looking.link(false);
    looking.zoom_mut(1).by(2.0, pos2(10.0, 10.0), pane, vec2(2_000.0, 1_000.0));
    looking.seen(0, pane, [2_000, 1_000], 100.0);
    looking.seen(1, pane, [2_000, 1_000], 200.0);
    assert_eq!(looking.percent(), Some(200.0), "of the pane that was touched last");
    assert!(looking.zoom(0).scale() * 1.5 < looking.zoom(1).scale());
    press(&mut looking, Command::ZoomFit, 0);
    assert!(looking.zoom(1).is_fit() && !looking.zoom(0).is_fit(), "keys go where the pointer was");
    looking.link(true);
    assert!(looking.zoom(0).is_fit(), "linked again, all show what that pane shows");
    looking.zoom_mut(0).by(3.0, pane.center(), pane, vec2(2_000.0, 1_000.0));
    looking.begin();
    assert!(looking.zoom(0).is_fit(), "the next item begins anew");
    looking.zoom_mut(0).by(3.0, pane.center(), pane, vec2(2_000.0, 1_000.0));
    press(&mut looking, Command::LockZoom, 0);
    looking.begin();
    assert!(!looking.zoom(0).is_fit(), "unless it is locked");
}

#[test]
fn what_is_hidden_by_its_mode_is_not_looked_at() {
    let mut looking = Looking::default();
    let shown = |looking: &Looking, now_ms| [0, 1].map(|which| looking.shows(which, now_ms));
    for (mode, expected) in [
        (Mode::SideBySide, [true, true]),
        (Mode::Wipe, [true, true]),
        (Mode::Onion, [true, true]),
        (Mode::Difference, [false, false]),
        (Mode::Flicker, [true, false]),
    ] {
        looking.mode = mode;
        assert_eq!(shown(&looking, 0), expected, "{mode:?}");
    }
    assert_eq!(shown(&looking, 600), [false, true], "in turn");
    (looking.mode, looking.opacity) = (Mode::Onion, 0.0);
    assert_eq!(shown(&looking, 0), [true, false]);
    (looking.mode, looking.line) = (Mode::Wipe, 0.95);
    assert_eq!(shown(&looking, 0), [true, false]);
}
