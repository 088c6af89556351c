//! An open menu has the keys, and what lies behind it has none.

use super::questions::drawing::places;
use super::*;

/// The menu of the top bar, open.
fn open_menu(bench: &mut Bench) {
    let at = places(bench, egui::accesskit::Role::Button, "Tiebreak")[0].center();
    bench.frame(vec![Event::PointerMoved(at)]);
    for pressed in [true, false] {
        let button = egui::PointerButton::Primary;
        bench.frame(vec![Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE }]);
    }
    bench.frame(Vec::new());
    assert!(egui::Popup::is_any_open(&bench.ctx));
}

#[test]
fn keys_do_nothing_behind_an_open_menu() {
    let mut bench = Bench::open(saved);
    open_menu(&mut bench);
    bench.keys("s 1 Enter");
    assert_eq!((bench.judgments().len(), bench.shown()), (0, 1));
    bench.keys("Escape");
    bench.frame(Vec::new());
    bench.keys("Ctrl+2");
    let view = |bench: &Bench| bench.app.desk().map(|desk| desk.view);
    open_menu(&mut bench);
    bench.keys("Escape");
    assert_eq!(view(&bench), Some(crate::desk::View::Items), "the menu closes, and nothing else");
    bench.frame(Vec::new());
    bench.keys("Escape");
    assert_eq!(view(&bench), Some(crate::desk::View::Judge));
}
