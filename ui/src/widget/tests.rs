#![allow(clippy::unwrap_used)]

use egui::{Key, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::theme;

#[derive(Default)]
struct State {
    clicks: u32,
    chosen: Option<usize>,
    closed: bool,
    text: String,
}

fn harness<'a>(paint: impl FnMut(&mut egui::Ui, &mut State) + 'a) -> Harness<'a, State> {
    let mut paint = paint;
    Harness::builder().with_size(Vec2::new(900.0, 400.0)).build_ui_state(
        move |ui, state| {
            theme::install(ui.ctx());
            paint(ui, state);
        },
        State::default(),
    )
}

#[test]
fn a_button_is_named_clicked_and_reached_by_the_keyboard() {
    let mut harness = harness(|ui, state| {
        if ui.add(ActionButton::new("Next").key("Enter").primary()).clicked() {
            state.clicks += 1;
        }
    });
    harness.get_by_label("Next").click();
    harness.run();
    assert_eq!(harness.state().clicks, 1);
    harness.key_press(Key::Tab);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().clicks, 2, "Tab reaches it, Enter clicks it");
}

#[test]
fn what_is_typed_from_right_to_left_stands_above_its_field_as_it_reads() {
    // The field itself has no font for these letters here.
    let mut harness =
        Harness::builder().with_size(Vec2::new(900.0, 400.0)).allow_missing_glyphs().build_ui_state(
            |ui, text: &mut String| {
                theme::install(ui.ctx());
                ui.add_space(260.0);
                text_field_ui(ui, "Comment", text, "");
                let _ = ui.button("Elsewhere");
            },
            String::new(),
        );
    let shown = |harness: &Harness<'_, String>, text: &str| {
        harness.query_all_by_label(text).next().map(|node| node.rect())
    };
    harness.get_by_label("Comment").focus();
    harness.run();
    let plain = "plain words, 汉字 as well";
    plain.clone_into(harness.state_mut());
    harness.run();
    assert_eq!(shown(&harness, plain), None, "the field shows them right");
    let typed = "هذا أفضل من B بكثير";
    typed.clone_into(harness.state_mut());
    harness.run();
    let field = harness.get_by_label("Comment").rect();
    let above = shown(&harness, typed).expect("it stands there as it reads");
    assert!(above.bottom() <= field.top() && above.width() > 100.0, "{above:?} over {field:?}");
    harness.get_by_label("Elsewhere").focus();
    harness.run();
    assert_eq!(shown(&harness, typed), None, "only while it is typed");
}

#[test]
fn a_disabled_button_says_so_and_does_nothing() {
    let mut harness = harness(|ui, state| {
        if ui.add(ActionButton::new("Next").enabled(false)).clicked() {
            state.clicks += 1;
        }
    });
    let button = harness.get_by_label("Next");
    assert!(button.accesskit_node().is_disabled());
    button.click();
    harness.run();
    assert_eq!(harness.state().clicks, 0);
}

#[test]
fn a_choice_keeps_its_size_when_chosen_disabled_or_focused() {
    let sizes = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let seen = std::rc::Rc::clone(&sizes);
    let _harness = harness(move |ui, _| {
        for is_selected in [false, true] {
            for is_enabled in [false, true] {
                let button = ActionButton::new("Tie").key("3").choice(is_selected).enabled(is_enabled);
                seen.borrow_mut().push(ui.add(button).rect.size());
            }
        }
    });
    let sizes = sizes.borrow();
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
}

#[test]
fn nothing_is_chosen_until_somebody_chooses_and_a_second_click_takes_it_back() {
    let mut harness = harness(|ui, state| {
        let strength = Segmented::new("Strength").option("slightly").option("clearly").option("much");
        if strength.show(ui, &mut state.chosen).changed() {
            state.clicks += 1;
        }
    });
    assert_eq!(harness.state().chosen, None);
    for (click, expected) in [("clearly", Some(1)), ("much", Some(2)), ("much", None)] {
        harness.get_by_label(&format!("Strength: {click}")).click();
        harness.run();
        assert_eq!(harness.state().chosen, expected);
    }
    assert_eq!(harness.state().clicks, 3, "each change is told");
}

#[test]
fn a_setting_always_keeps_one_value() {
    let mut harness = harness(|ui, state| {
        Segmented::new("Theme").option("Light").option("Dark").keep_one().show(ui, &mut state.chosen);
    });
    for _ in 0..2 {
        harness.get_by_label("Theme: Dark").click();
        harness.run();
    }
    assert_eq!(harness.state().chosen, Some(1));
}

#[test]
fn a_field_is_found_by_its_label() {
    let mut harness = harness(|ui, state| {
        text_field_ui(ui, "Name", &mut state.text, "How results call you");
    });
    let is_field =
        |node: &egui_kittest::Node<'_>| node.accesskit_node().role() == egui::accesskit::Role::TextInput;
    let field = harness.get_all_by_label("Name").find(is_field).unwrap();
    field.focus();
    field.type_text("Ada");
    harness.run();
    assert_eq!(harness.state().text, "Ada");
}

#[test]
fn a_notice_tells_which_action_was_clicked() {
    let mut harness = harness(|ui, state| {
        let notice = Notice::error("It failed").why("The disk is full").action("Try again").action("Cancel");
        if let Some(action) = notice.show(ui) {
            state.chosen = Some(action);
        }
    });
    harness.get_by_label("error: It failed");
    harness.get_by_label("Cancel").click();
    harness.run();
    assert_eq!(harness.state().chosen, Some(1));
}

#[test]
fn escape_asks_a_dialog_to_close() {
    let mut harness = harness(|ui, state| {
        let ctx = ui.ctx().clone();
        let body = |ui: &mut egui::Ui, _: &mut State| {
            text_ui(ui, "Really?", Ink::First, theme::font::Face::Regular, 15.0);
        };
        let footer = |ui: &mut egui::Ui, state: &mut State| {
            if ui.add(ActionButton::new("Delete").danger()).clicked() {
                state.clicks += 1;
            }
        };
        state.closed |= Dialog::new("sure", "Delete it").show(&ctx, state, body, footer).should_close;
    });
    harness.get_by_label("Delete").click();
    harness.run();
    assert_eq!((harness.state().clicks, harness.state().closed), (1, false));
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.state().closed);
}

#[test]
fn a_card_keeps_its_content_in_place_whatever_its_edge_tells() {
    let _harness = harness(|ui, _| {
        let room = |edge| {
            let frame = card_frame(ui, edge);
            frame.total_margin().sum()
        };
        assert_eq!(room(Edge::Plain), room(Edge::Chosen));
        assert_eq!(room(Edge::Plain), room(Edge::Active));
    });
}
