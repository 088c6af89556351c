//! The page of accounts, what it asks, and who may.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::world::{PASSWORD, World, annotator_of};

fn page(client: &Client) -> Answer {
    let page = client.get("/accounts");
    assert_eq!(page.status, 200, "{}", page.text());
    page
}

#[test]
fn the_page_shows_each_role_what_it_may_do() {
    let world = World::new();
    let owner = world.owner();
    let lead = world.join(&owner, "lead", "Lea");
    let ana = world.join(&owner, "annotator", "Ana");
    let parts =
        ["id=\"password-form\"", "id=\"people\"", "id=\"make-token\"", "value=\"owner\"", "id=\"audit\""];
    for (client, expected) in [
        (&ana, [true, false, false, false, false]),
        (&lead, [true, true, true, false, false]),
        (&owner, [true, true, true, true, true]),
    ] {
        let text = page(client).text();
        assert_eq!(parts.map(|part| text.contains(part)), expected, "{text}");
    }
    assert!(page(&owner).text().contains("Choose a password"), "the owner came by the link of the terminal");
    assert!(page(&ana).text().contains("name=\"current\""), "who has a password is asked for it");
}

#[test]
fn whoever_is_not_signed_in_is_sent_to_sign_in() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let program = world.program(&owner, &["admin"]);
    ana.send("POST", "/api/v1/sign-out", b"");
    for client in [&world.client, &ana, &program] {
        let sent = client.get("/accounts");
        assert_eq!(
            (sent.status, sent.header("location")),
            (303, Some("/sign-in?to=accounts")),
            "{}",
            sent.text()
        );
    }
    assert_eq!(owner.send("POST", "/accounts", b"").status, 405, "nothing is done at it");
}

#[test]
fn no_script_or_style_stands_in_a_page_and_none_may() {
    let world = World::new();
    let owner = world.owner();
    let invitation = World::invitation(&owner, "annotator", None);
    for (client, path) in [
        (&owner, "/accounts".to_owned()),
        (&world.client, "/sign-in".to_owned()),
        (&world.client, format!("/join?invitation={invitation}")),
    ] {
        let answer = client.get(&path);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(!policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains("script-src 'self'") && policy.contains("style-src 'self';"), "{policy}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let text = answer.text();
        for inline in ["<style", " style=", " onclick=", " onsubmit=", "javascript:"] {
            assert!(!text.contains(inline), "{inline} in {path}: {text}");
        }
        let scripts = text.matches("<script").count();
        assert_eq!(scripts, text.matches("<script type=\"module\" src=\"/accounts.js\"></script>").count());
        assert!(text.contains("<link rel=\"stylesheet\" href=\"/door.css\">"), "{text}");
    }
}

#[test]
fn what_the_pages_are_made_of_is_for_everybody() {
    let world = World::new();
    for (path, kind) in
        [("/accounts.js", "text/javascript; charset=utf-8"), ("/door.css", "text/css; charset=utf-8")]
    {
        let file = world.client.get(path);
        assert_eq!((file.status, file.header("content-type")), (200, Some(kind)), "{path}");
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert!(file.body.len() > 1_000, "{path}");
        assert_eq!(world.client.send("POST", path, b"").status, 405, "{path}");
    }
    let script = world.client.get("/accounts.js").text();
    assert!(
        script.contains("\"X-Tiebreak\": \"1\""),
        "what it changes carries the header that no foreign page sends"
    );
}

#[test]
fn names_are_text_on_the_page() {
    let world = World::new();
    let owner = world.owner();
    let nasty = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>";
    let invitation = World::invitation(&owner, "lead", Some(nasty));
    let body = json!({ "invitation": invitation, "password": PASSWORD });
    let joined = world.client.with("x-tiebreak", "1").post("/api/v1/join", &body);
    assert_eq!(joined.status, 200, "{}", joined.text());
    let text = page(&world.browser(&joined.cookie())).text();
    assert!(text.contains("&lt;img"), "{text}");
    assert!(!text.contains("<img") && !text.contains("<script>") && !text.contains("Study <b>"), "{text}");
    let provided = World::vouched_by("http://127.0.0.1:9");
    assert!(page(&provided.owner()).text().contains("data-provider=\"The lab\""));
}

fn named(list: &Value, name: &str) -> Value {
    list.as_array().unwrap().iter().find(|entry| entry["name"] == name).cloned().unwrap_or(Value::Null)
}

#[test]
fn leads_see_who_takes_part_and_owners_alone_change_it() {
    let world = World::new();
    let owner = world.owner();
    let lead = world.join(&owner, "lead", "Lea");
    let ana = world.join(&owner, "annotator", "Ana");
    let own = annotator_of(&ana);
    let people = lead.get("/api/v1/accounts").json();
    assert_eq!(people.as_array().unwrap().len(), 3, "{people}");
    let seen = named(&people, "Ana")["seen_at"].as_i64().expect("she is signed in");
    assert_eq!(named(&people, "Ana")["has_password"], true);
    assert_eq!(named(&people, "Olga Owner")["has_password"], false);
    for change in [json!({ "role": "lead" }), json!({ "is_disabled": true })] {
        for who in [&lead, &ana] {
            assert_eq!(who.post(&format!("/api/v1/accounts/{own}"), &change).status, 403, "{change}");
        }
    }
    assert_eq!(ana.get("/api/v1/accounts").status, 403, "an annotator sees nobody");
    world.wait(Duration::from_mins(30));
    assert_eq!(ana.get("/api/v1/me").status, 200);
    // It is noted behind the answer's back, before whatever is written next.
    world.engine.offer_owner_link().unwrap();
    let later = named(&owner.get("/api/v1/accounts").json(), "Ana")["seen_at"].as_i64().unwrap();
    assert!(later > seen, "{seen} {later}");
    assert_eq!(ana.send("POST", "/api/v1/sign-out", b"").status, 204);
    let gone = named(&owner.get("/api/v1/accounts").json(), "Ana");
    assert_eq!(gone["seen_at"], Value::Null, "{gone}");
}

#[test]
fn an_open_invitation_is_told_without_its_secret_and_can_be_withdrawn() {
    let world = World::new();
    let owner = world.owner();
    let lead = world.join(&owner, "lead", "Lea");
    let ana = world.join(&owner, "annotator", "Ana");
    let invite = |of: &Client, role: &str, name: &str| {
        let made = of.post("/api/v1/invitations", &json!({ "role": role, "name": name }));
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        let secret = made["link"].as_str().unwrap().split("invitation=").nth(1).unwrap().to_owned();
        (made["id"].as_str().unwrap().to_owned(), secret)
    };
    let (ben, ben_secret) = invite(&lead, "annotator", "Ben");
    let (cleo, cleo_secret) = invite(&owner, "lead", "Cleo");
    let all = owner.get("/api/v1/invitations");
    let secrets = [&ben_secret, &cleo_secret].map(|secret| all.text().contains(secret.as_str()));
    assert_eq!(secrets, [false, false], "what is told later lets nobody in");
    let all = all.json();
    assert_eq!(named(&all, "Ben")["id"].as_str(), Some(ben.as_str()));
    assert_eq!(all.as_array().unwrap().len(), 2, "those that were followed are not open: {all}");
    let of_lead = lead.get("/api/v1/invitations").json();
    assert_eq!(of_lead.as_array().unwrap().len(), 1, "a lead sees what a lead may make: {of_lead}");
    assert_eq!(ana.get("/api/v1/invitations").status, 403);

    let withdraw =
        |who: &Client, id: &str| who.send("DELETE", &format!("/api/v1/invitations/{id}"), b"").status;
    assert_eq!(withdraw(&ana, &ben), 404, "an annotator may make none, and so knows of none");
    assert_eq!(withdraw(&lead, &cleo), 404);
    assert_eq!(withdraw(&lead.without("x-tiebreak"), &ben), 403);
    assert_eq!(withdraw(&world.client, &ben), 401);
    assert_eq!(withdraw(&world.program(&owner, &["items:write"]), &ben), 403);
    assert_eq!(withdraw(&owner, "'%20OR%201=1"), 404);
    assert_eq!(withdraw(&lead, &ben), 204);
    assert_eq!(withdraw(&lead, &ben), 404, "once");
    assert_eq!(world.client.get(&format!("/join?invitation={ben_secret}")).status, 403, "the link is dead");
    assert_eq!(
        world.client.get(&format!("/join?invitation={cleo_secret}")).status,
        200,
        "the other one is not"
    );
    let log = owner.get("/api/v1/audit").json();
    assert!(
        log.as_array()
            .unwrap()
            .iter()
            .any(|line| { line["action"] == "withdrew an invitation" && line["about"] == "annotator Ben" }),
        "{log}"
    );
    world.wait(Duration::from_hours(24 * 8));
    let owner = world.owner();
    assert_eq!(owner.get("/api/v1/invitations").json(), json!([]), "after a week it is not open any more");
}
