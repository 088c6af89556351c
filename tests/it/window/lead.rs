//! Pictures of what a lead sets up and sees: `TIEBREAK_GALLERY=FOLDER` with the window tests asked for.
//!
//! The same keys at the smallest and at a usual size of the window, light and dark.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tiebreak_domain::quality::QualityRules;
use tiebreak_domain::{ItemId, ItemRole, Outcome, Preference, Request, StudySetup, Verdict};
use tiebreak_engine::Engine;

use super::{Display, Window, import_pairs};
use crate::desk::host;
use crate::program::Program;

/// A screen, and the keys that lead to it from the judge screen and back.
struct Screen {
    name: &'static str,
    there: &'static [&'static str],
    back: &'static [&'static str],
}

const SCREENS: [Screen; 7] = [
    Screen { name: "items", there: &["ctrl+2", "Down", "Down"], back: &["ctrl+1"] },
    Screen { name: "role", there: &["ctrl+2", "Down", "shift+t", "1"], back: &["ctrl+Return", "ctrl+1"] },
    Screen { name: "quality", there: &["ctrl+l"], back: &["Escape"] },
    Screen { name: "study", there: &["ctrl+shift+s"], back: &["Escape"] },
    Screen { name: "rubric", there: &["ctrl+r", "ctrl+s"], back: &["Escape", "Escape", "Escape"] },
    Screen { name: "gallery", there: &["ctrl+n", "ctrl+g"], back: &["Escape", "Escape"] },
    Screen { name: "second-look", there: &["f", "1", "Return", "Escape", "ctrl+3"], back: &["ctrl+1"] },
];

/// Two items are for training, and expect what nobody will say here.
fn expect_ties(program: &Program) {
    let engine = Engine::new(host(), |_| ());
    let path = program.path("p.tiebreak").display().to_string();
    engine.call(Request::OpenProject { path }).unwrap();
    for item in [1, 2].map(ItemId) {
        let expected = Verdict::overall(Preference::new(Outcome::Tie)).answers().to_vec();
        let explanation = "Both say **the same**:\n\n- in other words\n- at the same length".to_owned();
        let role = ItemRole::Training { expected, explanation };
        engine.call(Request::SetItemRole { item, role }).unwrap();
    }
    let quality = QualityRules { qualification: Some(0.75), ..QualityRules::default() };
    engine.call(Request::SetStudy(Box::new(StudySetup { quality, ..StudySetup::default() }))).unwrap();
}

fn press(window: &Window<'_>, keys: &[&str]) {
    for key in keys {
        window.keys(&[key]);
        std::thread::sleep(Duration::from_millis(900));
    }
}

fn picture(window: &Window<'_>, folder: &Path, size: &str, theme: &str) {
    for Screen { name, there, back } in SCREENS {
        press(window, there);
        window.screenshot(&folder.join(format!("lead-{name}-{size}-{theme}.png")));
        press(window, back);
    }
}

#[test]
fn every_screen_of_the_lead_can_be_pictured() {
    let Some(folder) = std::env::var_os("TIEBREAK_GALLERY").map(PathBuf::from) else {
        eprintln!("skipped: set TIEBREAK_GALLERY to a folder to picture the screens of the lead");
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    for size in ["900x600", "1440x900"] {
        let Some(display) = Display::start(size) else { return };
        let program = Program::new();
        import_pairs(&program);
        let window = display.open(&program, &["p.tiebreak"]);
        let (width, height) = size.split_once('x').unwrap();
        window
            .try_xdotool(&["search", "--onlyvisible", "--name", "Tiebreak", "windowsize", width, height])
            .unwrap();
        for theme in ["dark", "light"] {
            picture(&window, &folder, size, theme);
            press(&window, &["ctrl+t"]);
        }
        window.kill();
        let program = Program::new();
        import_pairs(&program);
        expect_ties(&program);
        let window = display.open(&program, &["p.tiebreak"]);
        window
            .try_xdotool(&["search", "--onlyvisible", "--name", "Tiebreak", "windowsize", width, height])
            .unwrap();
        press(&window, &["1", "Return"]);
        window.screenshot(&folder.join(format!("lead-explained-{size}-dark.png")));
        press(&window, &["Escape", "1", "Return", "Escape"]);
        window.screenshot(&folder.join(format!("lead-not-passed-{size}-dark.png")));
        press(&window, &["ctrl+t"]);
        window.screenshot(&folder.join(format!("lead-not-passed-{size}-light.png")));
        window.kill();
    }
}
