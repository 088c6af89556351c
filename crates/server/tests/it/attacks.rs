//! Attacks that were tried, and what answered each. Those on media are in `media`, slow clients in `slow`, guessing in
//! `coming_in`.

use serde_json::{Value, json};
use tiebreak_domain::Request;
use tiebreak_domain::quality::Repeats;
use tiebreak_domain::study::StudySetup;

use crate::client::Client;
use crate::world::{PASSWORD, World, annotator_of, judgment, queue};

#[test]
fn nobody_acts_in_the_name_of_another() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let ben = world.join(&owner, "annotator", "Ben");
    let (a, b) = (annotator_of(&ana), annotator_of(&ben));
    for request in [
        queue(a, &json!("start")),
        judgment(a, 1, "a", 9),
        json!({ "save_draft": { "annotator": a, "item": 1, "draft": null } }),
        json!({ "save_profile": { "annotator": a, "answers": [], "consents": true } }),
        json!({ "item_scores": { "annotator": a, "item": 1 } }),
        json!({ "training": { "annotator": a, "item": 1 } }),
        json!({ "switch_annotator": { "name": "Ana", "pin": null } }),
        json!({ "set_pin": { "annotator": a, "current": null, "pin": "1234" } }),
        json!({ "set_lead": { "annotator": b, "is_lead": true } }),
    ] {
        let refused = ben.call(&request);
        assert_eq!(refused.status, 403, "{request}: {}", refused.text());
        assert_eq!(refused.json()["code"], "denied");
    }
    assert_eq!(owner.call(&judgment(a, 1, "a", 9)).status, 403, "not even an owner judges for others");
    assert_eq!(world.info().judgments, 0, "nothing was stored");
}

#[test]
fn what_others_said_is_not_told() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let ben = world.join(&owner, "annotator", "Ben");
    let (a, b) = (annotator_of(&ana), annotator_of(&ben));
    assert_eq!(ana.call(&judgment(a, 1, "b", 1)).status, 200);
    for request in [
        json!({ "find": {} }),
        json!({ "find": { "state": "judged", "annotator": a } }),
        json!({ "find": { "state": "judged" } }),
        json!({ "second_look": {} }),
        json!("quality"),
        json!("learning"),
        json!("item_roles"),
        json!({ "queue_ahead": { "annotator": b, "count": 5 } }),
        json!({ "preview_export": { "format": "csv" } }),
    ] {
        let refused = ben.call(&request);
        assert!(refused.status == 403 || refused.status == 400, "{request}: {}", refused.text());
    }
    let people = ben.call(&json!("people")).json();
    assert_eq!(people["people"]["people"].as_array().unwrap().len(), 1, "{people}");
    let project = ben.call(&json!("project")).json();
    assert_eq!(project["project"]["judgments"], 0, "{project}");
    assert_eq!(project["project"]["annotators"].as_array().unwrap().len(), 1);
    let seen = ben.call(&queue(b, &json!({ "at": 1 }))).json();
    assert_eq!(seen["items"][0]["previous"], Value::Null, "nor is it in what is offered");
    // A result of somebody else's search, by its number.
    let found = owner.call(&json!({ "find": {} })).json();
    let view = found["found"]["view"].as_i64().unwrap();
    assert_eq!(ben.call(&json!({ "rows": { "view": view, "from": 0, "count": 9 } })).status, 404);
}

#[test]
fn items_that_are_not_offered_to_somebody_are_not_theirs() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let ben = world.join(&owner, "annotator", "Ben");
    let (a, b) = (annotator_of(&ana), annotator_of(&ben));
    let mut study = StudySetup::default();
    study.assignment.wanted = Some(1);
    world.engine.call(Request::SetStudy(Box::new(study))).unwrap();
    let offered = ana.call(&queue(a, &json!("start"))).json();
    let item = offered["items"][0]["item"]["id"].as_i64().unwrap();
    let at = ben.call(&queue(b, &json!({ "at": item })));
    assert_eq!(at.status, 403, "it is kept for Ana: {}", at.text());
    assert_eq!(ben.call(&judgment(b, item, "a", 7)).status, 403);
    let draft = json!({ "save_draft": { "annotator": b, "item": item, "draft": { "answers": [], "comment": "x", "flagged": false } } });
    assert_eq!(ben.call(&draft).status, 403);
    let behind = ben.call(&queue(b, &json!({ "before": item + 1 }))).json();
    assert!(behind["items"].as_array().is_some_and(Vec::is_empty), "nor by going back to it: {behind}");
    assert_eq!(ana.call(&judgment(a, item, "a", 8)).status, 200);
    assert_eq!(ana.call(&queue(a, &json!({ "at": item }))).status, 200, "what she has judged stays hers");
    let other = ben.call(&queue(b, &json!("start"))).json();
    assert_ne!(other["items"][0]["item"]["id"].as_i64(), Some(item));
}

/// A hundred pairs more.
fn push_more(owner: &Client) {
    let rows: Vec<String> = (0..100)
        .map(|row| json!({ "prompt": format!("more {row}"), "chosen": "a", "rejected": "b" }).to_string())
        .collect();
    assert_eq!(owner.send("POST", "/api/v1/items?name=more.jsonl", rows.join("\n").as_bytes()).status, 200);
}

#[test]
fn nobody_takes_the_whole_project_at_once_or_passes_questions_by() {
    let world = World::new();
    let owner = world.owner();
    push_more(&owner);
    let ana = world.join(&owner, "annotator", "Ana");
    let me = annotator_of(&ana);
    let greedy =
        json!({ "queue": { "annotator": me, "place": "start", "count": 4_000_000_000_u32, "except": [] } });
    let offered = ana.call(&greedy);
    assert_eq!(offered.status, 200, "{}", offered.text());
    assert_eq!(offered.json()["items"].as_array().map(Vec::len), Some(64), "as many as any screen wants");
    let mut label = judgment(me, 1, "a", 9);
    label["submit"]["origin"] = json!("label");
    let refused = ana.call(&label);
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(world.info().judgments, 0);
    label["submit"]["origin"] = json!("screen");
    assert_eq!(ana.call(&label).status, 200);
}

#[test]
fn nobody_evades_a_repeat_by_leaving_out_what_was_shown() {
    let world = World::new();
    let owner = world.owner();
    push_more(&owner);
    let mut study = StudySetup::default();
    study.quality.repeats = Some(Repeats { rate: 0.5, after: 3 });
    world.engine.call(Request::SetStudy(Box::new(study))).unwrap();
    let ana = world.join(&owner, "annotator", "Ana");
    let me = annotator_of(&ana);
    let without = |item, outcome, id| {
        let mut said = judgment(me, item, outcome, id);
        said["submit"]["showing"] = Value::Null;
        ana.call(&said)
    };
    let mut judged = Vec::new();
    let repeated = loop {
        let offered = ana.call(&queue(me, &json!("start"))).json();
        let item = offered["items"][0]["item"]["id"].as_i64().unwrap();
        if judged.contains(&item) {
            break item;
        }
        let id = judged.len() as u8 + 1;
        assert_eq!(without(item, "a", id).status, 400, "the first of an item says what was there");
        assert_eq!(ana.call(&judgment(me, item, "a", id)).status, 200);
        judged.push(item);
        assert!(judged.len() < 60, "something is offered again at a rate of one half");
    };
    let refused = without(repeated, "b", 100);
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(refused.text().contains("showing"), "it says what is missing: {}", refused.text());
    assert_eq!(ana.call(&judgment(me, repeated, "b", 101)).status, 200);
    let revisions = world.info().revisions;
    assert_eq!(revisions, judged.len() as u64, "what is said of a repeat stands beside the judgment");
    assert_eq!(
        without(judged[0], "tie", 102).status,
        200,
        "a change of mind may be told as an undo tells it"
    );
}

#[test]
fn what_is_about_files_of_the_machine_is_refused_to_everybody() {
    let world = World::new();
    let owner = world.owner();
    let target = world.folder.path().join("written").to_str().unwrap().to_owned();
    for request in [
        json!({ "open_project": { "path": "/etc/passwd" } }),
        json!({ "create_project": { "path": target, "name": "x" } }),
        json!("close_project"),
        json!("open_sample"),
        json!({ "add_model": { "folder": "/etc" } }),
        json!({ "remove_model": "x" }),
        json!({ "keep_token": { "model": "x", "token": "y" } }),
        json!({ "forget_token": "x" }),
    ] {
        let refused = owner.call(&request);
        assert!(
            refused.status == 403 || refused.status == 400,
            "{request}: {} {}",
            refused.status,
            refused.text()
        );
        assert!(!refused.text().contains("root:"), "{request}");
    }
    assert_eq!(world.info().active_items, 3, "the project is still open");
}

#[test]
fn paths_that_a_lead_names_are_never_paths_of_the_machine() {
    let world = World::new();
    let owner = world.owner();
    let lead = world.join(&owner, "lead", "Lea");
    let ana = world.join(&owner, "annotator", "Ana");
    let outside = world.folder.path().join("secret.txt").to_str().unwrap().to_owned();
    for read in [
        json!({ "open_rubric": { "path": outside } }),
        json!({ "start_merge": { "path": outside } }),
        json!({ "preview_import": import_of(&outside) }),
        json!({ "start_import": import_of("upload/../../secret.txt") }),
    ] {
        let refused = lead.call(&read);
        assert_eq!(refused.status, 404, "{read}: {}", refused.text());
        assert!(!refused.text().contains("a secret"), "{read}");
        assert_eq!(ana.call(&read).status, 403, "{read}");
    }
    let target = world.folder.path().join("rubric.toml").to_str().unwrap().to_owned();
    let save = json!({ "save_rubric": { "path": target, "text": "x = 1", "replace": true } });
    assert_eq!(ana.call(&save).status, 403);
    assert_eq!(lead.call(&save).status, 200);
    assert!(!std::path::Path::new(&target).exists(), "it was written elsewhere");
    assert_eq!(lead.get("/api/v1/downloads/rubric.toml").text(), "x = 1", "from where it is fetched");
    assert_eq!(owner.get("/api/v1/downloads/rubric.toml").status, 404, "by whoever asked for it alone");
    for name in ["..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "..%2Fsecret.txt"] {
        assert_eq!(lead.get(&format!("/api/v1/downloads/{name}")).status, 404, "{name}");
    }
    let brought = lead.with("content-type", "application/octet-stream");
    let brought = brought.send(
        "POST",
        "/api/v1/uploads?name=..%2F..%2Fx.jsonl",
        b"{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}",
    );
    assert_eq!(brought.status, 201, "{}", brought.text());
    let path = brought.json()["path"].as_str().unwrap().to_owned();
    assert_eq!(owner.call(&json!({ "preview_import": import_of(&path) })).status, 404, "somebody else's");
    let preview = lead.call(&json!({ "preview_import": import_of(&path) }));
    assert_eq!(preview.status, 200, "{}", preview.text());
    let mut with_folder = import_of(&path);
    with_folder["media_folder"] = json!("/etc");
    assert_eq!(
        lead.call(&json!({ "start_import": with_folder })).status,
        403,
        "a folder to serve media from"
    );
    let mut with_addresses = import_of(&path);
    with_addresses["fetches_addresses"] = json!(true);
    assert_eq!(
        lead.call(&json!({ "start_import": with_addresses })).status,
        403,
        "fetching from inside the network"
    );
    assert_eq!(ana.send("POST", "/api/v1/uploads?name=x", b"x").status, 403);
    assert_eq!(ana.send("POST", "/api/v1/items", b"x").status, 403);
    assert_eq!(ana.get("/api/v1/judgments").status, 403);
}

fn import_of(path: &str) -> Value {
    serde_json::to_value(tiebreak_domain::ImportPlan::of_file(path)).unwrap()
}

#[test]
fn a_foreign_page_can_do_nothing_with_a_browsers_cookie() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let me = annotator_of(&ana);
    let submit = judgment(me, 1, "a", 3);
    assert_eq!(ana.without("x-tiebreak").call(&submit).status, 403, "no header");
    assert_eq!(ana.with("x-tiebreak", "0").call(&submit).status, 403);
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(ana.with("origin", origin).call(&submit).status, 403, "{origin}");
    }
    assert_eq!(ana.with("sec-fetch-site", "cross-site").call(&submit).status, 403);
    let plain =
        ana.with("content-type", "text/plain").send("POST", "/api/v1/call", submit.to_string().as_bytes());
    assert_eq!(plain.status, 400, "a form can send text, and no JSON");
    assert_eq!(ana.send("OPTIONS", "/api/v1/call", b"").header("access-control-allow-origin"), None);
    let query = ana.get("/api/v1/call?submit=1");
    assert_eq!(query.status, 405, "looking changes nothing");
    for path in ["/sign-in", "/join"] {
        let foreign = world.client.with("origin", "http://evil.example");
        assert_eq!(foreign.form(path, &[("name", "Ana"), ("password", PASSWORD)]).status, 403, "{path}");
    }
    assert_eq!(world.info().judgments, 0);
}

#[test]
fn a_name_that_resolves_to_this_machine_is_not_answered() {
    let world = World::new();
    let owner = world.owner();
    for host in ["evil.example", "evil.example:7411", "127.0.0.1.evil.example", ""] {
        let refused = owner.with("host", host).get("/api/v1/me");
        assert!(refused.status == 421 || refused.status == 400, "{host}: {}", refused.status);
        assert_ne!(owner.with("host", host).get("/sign-in").status, 200, "{host}");
    }
}

#[test]
fn no_page_can_be_framed_and_nothing_is_kept_by_a_cache() {
    let world = World::new();
    let owner = world.owner();
    for path in ["/", "/sign-in", "/api/v1/me", "/api/v1/nothing", "/join?invitation=x"] {
        let answer = owner.get(path);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(
            answer.header("referrer-policy"),
            Some("same-origin"),
            "secrets in addresses stay here: {path}"
        );
        // The interface itself is the same for everybody, where the program was built with it.
        let is_kept = if path == "/" { &["no-store", "no-cache"][..] } else { &["no-store"] };
        assert!(is_kept.contains(&answer.header("cache-control").unwrap_or_default()), "{path}");
    }
}

#[test]
fn forged_expired_and_foreign_tokens_let_nobody_in() {
    let world = World::new();
    let owner = world.owner();
    let program = world.program(&owner, &["judgments:read"]);
    assert_eq!(program.get("/api/v1/me").status, 200);
    let bearer = |token: &str| world.client.with("authorization", token).get("/api/v1/me").status;
    let (_, real) = program.headers.iter().find(|(name, _)| name == "authorization").unwrap().clone();
    for forged in
        ["Bearer", "Bearer ", "Bearer x", &real[..real.len() - 1], &format!("{real}0"), &real.to_uppercase()]
    {
        assert_eq!(bearer(forged), 401, "{forged}");
    }
    assert_eq!(bearer(&real.replace("Bearer", "Basic")), 401, "another scheme");
    let other = World::new();
    other.engine.offer_owner_link().unwrap();
    assert_eq!(other.client.with("authorization", &real).get("/api/v1/me").status, 401, "of another project");
    let (_, cookie) = owner.headers.iter().find(|(name, _)| name == "cookie").unwrap().clone();
    assert_eq!(other.browser(&cookie).get("/api/v1/me").status, 401);
    let secret = cookie.split('=').nth(1).unwrap();
    assert_eq!(bearer(&format!("Bearer {secret}")), 401, "a cookie is no token");
    world.wait(std::time::Duration::from_hours(24 * 31));
    assert_eq!(bearer(&real), 401, "expired");
}

#[test]
fn a_token_does_what_it_was_made_for_and_no_more() {
    let world = World::new();
    let owner = world.owner();
    let me = annotator_of(&owner);
    let reads = world.program(&owner, &["judgments:read"]);
    assert_eq!(reads.call(&json!("project")).status, 200);
    assert_eq!(reads.call(&judgment(me, 1, "a", 4)).status, 403);
    assert_eq!(reads.call(&json!("quality")).status, 403);
    assert_eq!(reads.get("/api/v1/accounts").status, 403);
    assert_eq!(
        reads.post("/api/v1/tokens", &json!({ "scopes": ["admin"] })).status,
        403,
        "nor makes a better one"
    );
    let judges = world.program(&owner, &["judge"]);
    assert_eq!(judges.call(&judgment(me, 1, "a", 4)).status, 200);
    assert_eq!(judges.call(&json!({ "set_status": [[1, "deleted"]] })).status, 403);
    let ana = world.join(&owner, "annotator", "Ana");
    let better = ana.post("/api/v1/tokens", &json!({ "scopes": ["admin"] }));
    assert_eq!(better.status, 403, "an annotator's token may not do more than an annotator");
    let tokens = owner.get("/api/v1/tokens").json();
    let id = tokens[0]["id"].as_str().unwrap();
    assert_eq!(ana.send("DELETE", &format!("/api/v1/tokens/{id}"), b"").status, 404, "not hers");
    assert_eq!(owner.send("DELETE", &format!("/api/v1/tokens/{id}"), b"").status, 204);
    let left = [reads.get("/api/v1/me").status, judges.get("/api/v1/me").status];
    assert_eq!(left.iter().filter(|status| **status == 401).count(), 1, "one was taken back");
}

#[test]
fn nobody_raises_themselves() {
    let world = World::new();
    let owner = world.owner();
    let lead = world.join(&owner, "lead", "Lea");
    let me = annotator_of(&lead);
    assert_eq!(lead.post(&format!("/api/v1/accounts/{me}"), &json!({ "role": "owner" })).status, 403);
    assert_eq!(lead.post("/api/v1/invitations", &json!({ "role": "owner" })).status, 403);
    assert_eq!(lead.post("/api/v1/invitations", &json!({ "role": "annotator" })).status, 201);
    let ana = world.join(&lead, "annotator", "Ana");
    assert_eq!(ana.post("/api/v1/invitations", &json!({ "role": "annotator" })).status, 403);
    assert_eq!(ana.get("/api/v1/accounts").status, 403);
}

#[test]
fn sql_and_html_are_text_in_every_field() {
    let world = World::new();
    let owner = world.owner();
    let nasty = "Robert'); DROP TABLE account;-- <img src=x onerror=alert(1)>";
    let invitation = World::invitation(&owner, "annotator", Some(nasty));
    let page = world.client.get(&format!("/join?invitation={invitation}")).text();
    assert!(page.contains("&lt;img") && !page.contains("<img"), "{page}");
    let body = json!({ "invitation": invitation, "name": "", "password": "'; DROP TABLE person;--" });
    let joined = world.client.with("x-tiebreak", "1").post("/api/v1/join", &body);
    assert_eq!(joined.status, 200, "{}", joined.text());
    let robert = world.browser(&joined.cookie());
    assert_eq!(robert.get("/api/v1/me").json()["name"].as_str(), Some(nasty));
    let failed = world
        .client
        .form("/sign-in", &[("name", "\"><script>alert(1)</script>"), ("password", "' OR 1=1 --")]);
    assert_eq!(failed.status, 403);
    assert!(!failed.text().contains("<script>"), "{}", failed.text());
    let me = annotator_of(&robert);
    let mut with_comment = judgment(me, 1, "a", 5);
    with_comment["submit"]["comment"] = json!(nasty);
    assert_eq!(robert.call(&with_comment).status, 200);
    for search in ["'", "\" OR \"1\"=\"1", "NEAR(", "*", "a AND", nasty] {
        let found = owner.call(&json!({ "find": { "search": search } }));
        assert!(found.status < 500, "{search}: {}", found.text());
    }
    assert_eq!(owner.get(&format!("/api/v1/tokens/{}", "'%20OR%201=1")).status, 405);
    assert_eq!(owner.get("/api/v1/accounts").json().as_array().unwrap().len(), 2, "every table is there");
}

#[test]
fn nonsense_is_answered_and_harms_nobody() {
    let world = World::new();
    let owner = world.owner();
    for body in ["", "{", "null", "[]", "{\"queue\":1}", "{\"nothing\":{}}", "\u{0}", &"[".repeat(100_000)] {
        let answer =
            owner.with("content-type", "application/json").send("POST", "/api/v1/call", body.as_bytes());
        assert_eq!(answer.status, 400, "{body:.20}");
    }
    let huge = json!({ "rows": { "view": u64::MAX, "from": u64::MAX, "count": u32::MAX } });
    assert_eq!(owner.call(&huge).status, 404);
    for path in
        ["/api/v1/pixels", "/api/v1/pixels?r=%ff", "/api/v1/events?since=x", "/%ff", "/api/v1/media/x/y"]
    {
        let answer = owner.get(path);
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
    }
    assert_eq!(owner.call(&json!("project")).status, 200);
}
