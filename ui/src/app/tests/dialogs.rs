//! What Escape, Enter and a click beside a dialog do to it.

use egui::accesskit::Role;

use super::questions::drawing::{click, places};
use super::*;

fn frames(bench: &mut Bench) {
    for _ in 0..3 {
        bench.frame(Vec::new());
    }
}

#[test]
fn a_click_beside_an_import_or_export_loses_nothing_of_it() {
    for command in [Command::ShowImport, Command::ShowExport] {
        let mut bench = Bench::open(saved);
        bench.app.want(Action::Command(command));
        frames(&mut bench);
        click(&mut bench, pos2(4.0, 430.0));
        frames(&mut bench);
        assert!(bench.app.dialog.is_some(), "{command:?}");
        bench.keys("Escape");
        frames(&mut bench);
        assert!(bench.app.dialog.is_none(), "{command:?}: Escape closes it, as its button says");
    }
}

#[test]
fn escape_lets_go_of_a_key_to_be_changed_before_it_closes_the_list() {
    let mut bench = Bench::open(saved);
    bench.app.want(Action::Command(Command::ShowKeys));
    frames(&mut bench);
    let label = format!("Change the key of {}", Command::ChooseA.label());
    let change = places(&mut bench, Role::Button, &label)[0];
    click(&mut bench, change.center());
    frames(&mut bench);
    assert!(bench.says("Press a key…"));
    bench.keys("Escape");
    frames(&mut bench);
    assert!(bench.app.dialog.is_some() && !bench.says("Press a key…"));
    bench.keys("Escape");
    frames(&mut bench);
    assert!(bench.app.dialog.is_none());
}

#[test]
fn enter_that_finds_nothing_leaves_the_keys_in_the_field() {
    for (command, words) in [(Command::Palette, "zzz"), (Command::OpenProject, "")] {
        let mut bench = Bench::open(saved);
        bench.app.want(Action::Command(command));
        frames(&mut bench);
        if !words.is_empty() {
            bench.keys(words);
        }
        bench.keys("Enter");
        frames(&mut bench);
        bench.keys("more");
        frames(&mut bench);
        let dialog = format!("{:?}", bench.app.dialog);
        assert!(dialog.contains(&format!("\"{words}more\"")), "{command:?}: {dialog}");
    }
}
