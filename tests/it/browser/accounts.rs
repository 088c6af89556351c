//! The page of accounts and the pages to sign in and join, by hand: what a browser sends along with a form, and what it
//! lets a page do, only a browser shows.

use serde_json::json;

use super::{Served, is_asked_for};
use crate::doors::import_items;
use crate::driver::{Driver, chromium};
use crate::program::Program;

const PASSWORD: &str = "correct-horse-battery";
const READY: &str = "return document.documentElement.dataset.state === 'ready'";

/// Types into a field, and presses Enter where that is the last one.
fn fill(browser: &Driver, id: &str, text: &str, is_last: bool) {
    browser.script(&format!("document.getElementById('{id}').focus()"));
    let letters: Vec<String> = text.chars().map(String::from).collect();
    browser.keys(&letters.iter().map(String::as_str).collect::<Vec<_>>());
    if is_last {
        browser.keys(&["Return"]);
    }
}

/// Complaints of the page, but for the icon of an interface that was not built.
fn faults(browser: &Driver) -> Vec<String> {
    browser.faults().into_iter().filter(|fault| !fault.contains("icon.png")).collect()
}

#[test]
fn somebody_is_invited_joins_signs_out_and_in_and_is_shut_out() {
    if !is_asked_for() {
        return;
    }
    let program = Program::new();
    import_items(&program);
    let served = Served::start(&program, "p.tiebreak");
    let accounts = format!("http://{}/accounts", served.place());
    let owner = chromium(&program.path("owner"));
    owner.go(&served.link);
    owner.go(&accounts);
    owner.wait_for(READY);
    fill(&owner, "invite-name", "Ben<i>", true);
    let shown = "return !document.getElementById('invited').hidden && document.getElementById('invited-secret').value";
    let link = owner.wait_for(shown);
    assert_eq!(
        owner.script("return document.activeElement.id"),
        json!("invited-copy"),
        "the next key copies it"
    );

    let ben = chromium(&program.path("ben"));
    ben.go(link.as_str().unwrap());
    fill(&ben, "password", PASSWORD, true);
    ben.wait_for("return location.pathname === '/'");
    ben.go(&accounts);
    ben.wait_for(READY);
    assert_eq!(
        ben.script("return document.getElementById('people')"),
        json!(null),
        "an annotator sees nobody"
    );
    ben.script("document.getElementById('sign-out').focus()");
    ben.keys(&["Return"]);
    ben.wait_for("return location.pathname === '/sign-in'");
    // Whoever has to sign in on the way to the accounts comes to them.
    ben.go(&accounts);
    ben.wait_for("return location.pathname === '/sign-in'");
    fill(&ben, "name", "Ben<i>", false);
    fill(&ben, "password", "not this one, surely", true);
    ben.wait_for("return document.querySelector('[role=alert]')");
    fill(&ben, "password", PASSWORD, true);
    ben.wait_for("return location.pathname === '/accounts'");

    owner.go(&accounts);
    owner.wait_for(READY);
    let names = "return [...document.querySelectorAll('#people .name')].map(name => name.textContent).join()";
    assert!(owner.script(names).as_str().unwrap().ends_with(",Ben<i>"), "a name is a text");
    owner.script("document.querySelector('[aria-label=\"Shut Ben<i> out\"]').focus()");
    owner.keys(&["Return"]);
    owner.wait_for("return document.getElementById('sure').open");
    owner.keys(&["Tab", "Return"]);
    owner.wait_for("return document.querySelector('#people .shut')");
    assert_eq!(
        owner.script("return document.activeElement.textContent"),
        json!("Let in again"),
        "the keys stay in the row"
    );
    assert_eq!(faults(&owner), [""; 0]);
    ben.go(&accounts);
    ben.wait_for("return location.pathname === '/sign-in'");
    // The page that was open was told that it is out, where the interface was built.
    // And the password that was wrong was refused.
    let expected = [
        "401 (Unauthorized)",
        "/sign-in - Failed to load resource: the server responded with a status of 403",
    ];
    let others: Vec<String> =
        faults(&ben).into_iter().filter(|fault| !expected.iter().any(|one| fault.contains(one))).collect();
    assert_eq!(others, [""; 0]);
}
