//! The native window, to which the bundle hands a project where its web view draws nothing.

use crate::program::postgres;

use super::{Desktop, comments_in, kill_all, processes_of, wait_until};

/// Judges an item, loses the picture, and lets the native window go on; gives the comments of all judgments then.
fn handed_over(desktop: &Desktop, place: &str) -> Vec<String> {
    let driver = desktop.open_place(place);
    driver.judge(&["1", "Return"]);
    driver.script(
        "const canvas = document.getElementById('canvas'); \
         (canvas.getContext('webgl2') ?? canvas.getContext('webgl')).getExtension('WEBGL_lose_context').loseContext()",
    );
    driver.wait_for("return document.documentElement.dataset.state === 'no-picture'");
    let button = driver.script("return document.activeElement.textContent");
    assert_eq!(button, "Open the native window", "the next key opens it");
    driver.script("setTimeout(() => document.getElementById('cover-action').click(), 100)");
    wait_until("the bundle makes way", || processes_of(&desktop.bundle).is_empty());
    wait_until("the native window shows the project", || {
        desktop.xdotool(&["search", "--onlyvisible", "--name", "^p .*Tiebreak$"])
    });
    assert_eq!(processes_of(&desktop.native()).len(), 1);
    kill_all(&desktop.native());
    drop(driver);
    comments_in(&desktop.program, place)
}

#[test]
fn where_the_picture_is_lost_the_native_window_goes_on_with_the_project() {
    let Some(desktop) = Desktop::start() else { return };
    let file = desktop.program.path("p.tiebreak").display().to_string();
    assert_eq!(handed_over(&desktop, &file), [""]);
}

#[test]
fn a_project_in_a_database_is_handed_over_as_well() {
    let Some(desktop) = Desktop::start() else { return };
    let Some(server) = postgres() else { return };
    let place = format!("{server}#handed_over_{}", std::process::id());
    desktop.program.expect(0, &["move", "p.tiebreak", &place]);
    let driver = desktop.open_place(&place);
    driver.judge(&["2", "Return"]);
    desktop.close(driver);
    assert_eq!(handed_over(&desktop, &place), ["", ""]);
}
