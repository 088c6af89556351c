//! A page of each script as the window shows it, and as a browser does: `TIEBREAK_SCRIPTS=FOLDER` with the window tests
//! asked for. Whoever looks sees whether letters join and stand in the same order. Which of the two columns is on the
//! left in the window is drawn by lot, as ever. Scripts that this system has no font for are boxes in both; a folder of
//! fonts that are not installed can be named in a file for fontconfig (`FONTCONFIG_FILE`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Display;
use crate::program::Program;

/// Paragraphs of many scripts, with one another's words and numbers in them.
const PAGE: &str = include_str!("scripts.md");
/// So many of them are the first answer.
const FIRST: usize = 6;

/// The page as a browser reads it; two columns, as the answers are.
fn html(columns: [&[&str]; 2]) -> String {
    let paragraph = |text: &&str| {
        let mut written = String::new();
        for (place, piece) in text.split("**").enumerate() {
            let tags = if place % 2 == 1 { ["<b>", "</b>"] } else { ["", ""] };
            written.push_str(&format!("{}{piece}{}", tags[0], tags[1]));
        }
        format!("<p dir=auto>{written}</p>")
    };
    let column =
        |paragraphs: &[&str]| format!("<div>{}</div>", paragraphs.iter().map(paragraph).collect::<String>());
    let style = "body{font:16px/1.5 sans-serif;margin:16px}div{width:580px;float:left;margin-right:30px}";
    format!("<meta charset=utf-8><style>{style}</style>{}{}", column(columns[0]), column(columns[1]))
}

fn browser_picture(page: &Path, picture: &Path) {
    let pictured = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,500"])
        .arg(format!("--screenshot={}", picture.display()))
        .arg(page)
        .output();
    if !pictured.is_ok_and(|output| output.status.success()) {
        eprintln!("there is no chromium to picture {} with", page.display());
    }
}

#[test]
fn every_script_can_be_pictured_beside_a_browser() {
    let Some(folder) = std::env::var_os("TIEBREAK_SCRIPTS").map(PathBuf::from) else {
        eprintln!("skipped: set TIEBREAK_SCRIPTS to a folder for the pictures");
        return;
    };
    let Some(display) = Display::start("1280x860") else { return };
    std::fs::create_dir_all(&folder).unwrap();
    let paragraphs: Vec<&str> = PAGE.split("\n\n").map(str::trim).collect();
    let (first, second) = paragraphs.split_at(FIRST);
    let page = folder.join("page.html");
    std::fs::write(&page, html([first, second])).unwrap();
    browser_picture(&page, &folder.join("browser.png"));
    let program = Program::new();
    // As light as the page beside it.
    std::fs::create_dir_all(program.path("home/config")).unwrap();
    program.write("home/config/settings.toml", "theme = \"light\"\n");
    let row = serde_json::json!({
        "prompt": "Every script", "response_a": first.join("\n\n"), "response_b": second.join("\n\n"),
    });
    program.write("rows.jsonl", format!("{row}\n"));
    program.expect(0, &["import", "p.tiebreak", "rows.jsonl", "--create", "--no-labels"]);
    let window = display.open(&program, &["p.tiebreak"]);
    std::thread::sleep(Duration::from_secs(3));
    window.screenshot(&folder.join("window.png"));
    window.kill();
}
