//! A picture of every template, light and dark: `TIEBREAK_GALLERY=FOLDER` with the window tests asked for.
//!
//! The items are the sample's own texts and images. `gallery.jpg`, made of some of them, is what the README
//! shows.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tiebreak_domain::{Item, Part, Template};

use super::Display;
use crate::program::Program;
use crate::templates::templates;

/// The templates of the README's picture.
const SHOWN: [&str; 6] =
    ["helpsteer2", "imagereward", "visionreward", "richhf", "multi-objective-grpo", "process-supervision"];
/// How many texts or images one item takes from the one before.
const ITEMS: usize = 2;

fn sample() -> Vec<Item> {
    let lines = include_str!("../../../assets/sample/items.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rows of a template, from what the sample holds.
fn rows(template: &Template, items: &[Item], image_folder: &Path) -> String {
    let is_text = template.media == "text";
    let count = usize::from(template.candidates.most.min(template.candidates.least.max(4)));
    let fitting = items.iter().filter(|item| item.candidates[0].parts[0].text().is_some() == is_text);
    let fitting: Vec<_> = fitting.collect();
    let content = |part: &Part| match part.uri() {
        Some(uri) => image_folder.join(uri).file_name().unwrap().to_string_lossy().into_owned(),
        None => part.text().unwrap_or_default().to_owned(),
    };
    let of_candidates: Vec<String> = fitting
        .iter()
        .flat_map(|item| item.candidates.iter().map(|candidate| content(&candidate.parts[0])))
        .collect();
    let kind = template.rubric.questions.iter().find_map(|question| question.types.first());
    let mut rows = String::new();
    for number in 0..ITEMS {
        let prompt = fitting[number * count / 2].prompt_text();
        let turn = |role: &str, text: &str| serde_json::json!({"role": role, "content": text});
        let prompt = [turn("user", &prompt)];
        let candidates: Vec<_> = of_candidates.iter().cycle().skip(number * count).take(count).collect();
        let column = if is_text { "responses" } else { "images" };
        let mut row = serde_json::json!({"id": format!("{number}"), "prompt": prompt, column: candidates});
        if let (Some(column), Some(kind)) = (&template.rubric.type_column, kind) {
            row[column] = serde_json::json!(kind);
        }
        rows.push_str(&format!("{row}\n"));
    }
    rows
}

#[test]
fn every_template_can_be_pictured() {
    let Some(folder) = std::env::var_os("TIEBREAK_GALLERY").map(PathBuf::from) else {
        eprintln!("skipped: set TIEBREAK_GALLERY to a folder to picture every template");
        return;
    };
    let Some(display) = Display::start("1440x900") else { return };
    std::fs::create_dir_all(&folder).unwrap();
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample/images");
    let items = sample();
    for template in templates() {
        let program = Program::new();
        let id = template.id.as_str();
        program.write("data.jsonl", rows(&template, &items, &images));
        let images = images.display().to_string();
        program.expect(
            0,
            &[
                "import",
                "p.tiebreak",
                "data.jsonl",
                "--create",
                "--no-labels",
                "--rubric",
                id,
                "--media-folder",
                &images,
            ],
        );
        let window = display.open(&program, &["p.tiebreak"]);
        window
            .try_xdotool(&["search", "--onlyvisible", "--name", "Tiebreak", "windowsize", "1440", "900"])
            .unwrap();
        std::thread::sleep(Duration::from_millis(700));
        window.keys(&["2"]);
        for theme in ["dark", "light"] {
            // A busy machine takes its time to paint pictures anew in the other theme.
            std::thread::sleep(Duration::from_millis(1_500));
            window.screenshot(&folder.join(format!("{id}-{theme}.png")));
            window.keys(&["ctrl+t"]);
        }
        window.kill();
    }
    let shown = SHOWN.iter().enumerate().map(|(number, id)| {
        folder.join(format!("{id}-{}.png", if number % 2 == 0 { "dark" } else { "light" }))
    });
    let made = Command::new("montage")
        .args(shown)
        .args(["-tile", "2x", "-geometry", "720x+6+6", "-background", "#9A9892", "-quality", "82"])
        .arg(folder.join("gallery.jpg"))
        .status()
        .expect("ImageMagick is installed");
    assert!(made.success());
}
