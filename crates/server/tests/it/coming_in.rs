//! Who comes in, how, and for how long.

use std::time::Duration;

use serde_json::json;

use crate::world::{PASSWORD, World, annotator_of};

const DAY: Duration = Duration::from_hours(24);

#[test]
fn the_link_of_the_terminal_works_once_and_within_the_hour() {
    let world = World::new();
    let token = world.engine.offer_owner_link().unwrap();
    let entered = world.client.get(&format!("/enter?token={token}"));
    assert_eq!(entered.status, 200);
    let set = entered.header("set-cookie").unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"), "{set}");
    assert!(!set.contains("Secure"), "without TLS a browser would not send it back: {set}");
    let me = world.browser(&entered.cookie()).get("/api/v1/me").json();
    assert_eq!((me["name"].as_str(), me["role"].as_str()), (Some("Olga Owner"), Some("owner")));
    assert_eq!(world.client.get(&format!("/enter?token={token}")).status, 403, "it was used");
    let late = world.engine.offer_owner_link().unwrap();
    world.wait(Duration::from_secs(3601));
    assert_eq!(world.client.get(&format!("/enter?token={late}")).status, 403, "too late");
}

#[test]
fn over_tls_the_cookie_never_goes_without_it() {
    let world = World::behind(true, Some("https://annotate.example.org"));
    let token = world.engine.offer_owner_link().unwrap();
    let through_proxy = world.client.with("host", "annotate.example.org").with("x-forwarded-proto", "https");
    let entered = through_proxy.get(&format!("/enter?token={token}"));
    let set = entered.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-tiebreak_0123=") && set.contains("; Secure"), "{set}");
    let me = through_proxy.with("cookie", &entered.cookie()).get("/api/v1/me");
    assert_eq!(me.status, 200);
    let secret = entered.cookie().split_once('=').unwrap().1.to_owned();
    let planted = through_proxy.with("cookie", &format!("tiebreak_0123={secret}")).get("/api/v1/me");
    assert_eq!(planted.status, 401, "a cookie that anybody of the domain could set counts for nothing");
    let both = format!("tiebreak_0123=stale; {}", entered.cookie());
    assert_eq!(
        through_proxy.with("cookie", &both).get("/api/v1/me").status,
        200,
        "and stands in nobody's way"
    );
    let owner = through_proxy.with("cookie", &entered.cookie()).with("x-tiebreak", "1");
    let made = owner.post("/api/v1/invitations", &json!({ "role": "lead" })).json();
    assert!(made["link"].as_str().unwrap().starts_with("https://annotate.example.org/join?invitation="));
}

#[test]
fn an_invitation_lets_one_person_in_who_then_signs_in_by_password() {
    let world = World::new();
    let owner = world.owner();
    let invitation = World::invitation(&owner, "annotator", None);
    let page = world.client.get(&format!("/join?invitation={invitation}"));
    assert!(page.status == 200 && page.text().contains("<form"), "{}", page.text());
    let fields = [("invitation", invitation.as_str()), ("name", "Ana"), ("password", PASSWORD)];
    let joined = world.client.form("/join", &fields);
    assert_eq!(joined.status, 200, "{}", joined.text());
    let me = world.browser(&joined.cookie()).get("/api/v1/me").json();
    assert_eq!((me["name"].as_str(), me["role"].as_str()), (Some("Ana"), Some("annotator")));
    assert_eq!(world.client.form("/join", &fields).status, 403, "the link was used");

    let signed_in = world.client.form("/sign-in", &[("name", "Ana"), ("password", PASSWORD)]);
    assert_eq!(signed_in.status, 200);
    let browser = world.browser(&signed_in.cookie());
    assert_eq!(annotator_of(&browser), me["annotator"].as_i64().unwrap(), "the same person");
    assert_eq!(browser.send("POST", "/api/v1/sign-out", b"").status, 204);
    assert_eq!(browser.get("/api/v1/me").status, 401, "signed out, the cookie is worth nothing");
    assert_eq!(
        world.browser(&joined.cookie()).get("/api/v1/me").status,
        200,
        "other browsers stay signed in"
    );
}

#[test]
fn a_forgotten_password_is_chosen_anew_by_an_owners_link() {
    let world = World::new();
    let owner = world.owner();
    let lead = world.join(&owner, "lead", "Lea");
    // Made before Ana had an account, it stays what it was.
    let early = World::invitation(&lead, "annotator", Some("Ana"));
    let named = World::invitation(&owner, "annotator", Some("Ana"));
    let join = |invitation: &str, password: &str| {
        let body = json!({ "invitation": invitation, "name": "Ana", "password": password });
        world.client.with("x-tiebreak", "1").post("/api/v1/join", &body)
    };
    let joined = join(&named, PASSWORD);
    assert_eq!(joined.status, 200, "{}", joined.text());
    let ana = world.browser(&joined.cookie());
    let program = world.program(&ana, &["judge"]);
    assert_eq!(join(&early, "a way in for Lea").status, 400, "she would be Ana");
    let refused = lead.post("/api/v1/invitations", &json!({ "role": "annotator", "name": "Ana" }));
    assert_eq!(refused.status, 403, "{}", refused.text());
    let back = World::invitation(&owner, "owner", Some("Ana"));
    let again = join(&back, "another horse battery");
    assert_eq!(again.status, 200, "{}", again.text());
    let me = world.browser(&again.cookie()).get("/api/v1/me").json();
    assert_eq!(
        (me["name"].as_str(), me["role"].as_str()),
        (Some("Ana"), Some("annotator")),
        "she keeps her role"
    );
    assert_eq!(me["annotator"], joined.json()["annotator"], "and her judgments");
    assert_eq!(ana.get("/api/v1/me").status, 401, "whoever had the old password is out");
    assert_eq!(program.get("/api/v1/me").status, 401, "and so is what they may have made with it");
    let sign_in = |password: &str| {
        let form = json!({ "name": "Ana", "password": password });
        world.client.with("x-tiebreak", "1").post("/api/v1/sign-in", &form).status
    };
    assert_eq!((sign_in(PASSWORD), sign_in("another horse battery")), (403, 200));
    assert_eq!(join(&back, "a third horse battery").status, 403, "once");
}

#[test]
fn whoever_changes_their_password_may_take_their_tokens_back() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let program = world.program(&ana, &["judge"]);
    let change = |browser: &crate::client::Client, current: &str, new: &str, ends_tokens: bool| {
        let body = json!({ "current": current, "new": new, "ends_tokens": ends_tokens });
        let changed = browser.post("/api/v1/password", &body);
        assert_eq!(changed.status, 200, "{}", changed.text());
        world.browser(&changed.cookie())
    };
    let again = change(&ana, PASSWORD, "another horse battery", false);
    assert_eq!(program.get("/api/v1/me").status, 200, "a program goes on unless that is said");
    change(&again, "another horse battery", "a third horse battery", true);
    assert_eq!(program.get("/api/v1/me").status, 401);
}

#[test]
fn a_program_with_a_dead_token_keeps_nobody_from_signing_in() {
    let world = World::new();
    let owner = world.owner();
    drop(world.join(&owner, "annotator", "Ana"));
    let polls = world.client.with("authorization", "Bearer tiebreak_dead");
    let slowed = (0..25).any(|_| polls.get("/api/v1/me").status == 429);
    assert!(slowed, "the program itself has to wait");
    let signed_in = world.client.form("/sign-in", &[("name", "Ana"), ("password", PASSWORD)]);
    assert_eq!(signed_in.status, 200, "from the same network: {}", signed_in.text());
    let invitation = World::invitation(&owner, "annotator", None);
    assert_eq!(world.client.get(&format!("/join?invitation={invitation}")).status, 200);
    let link = world.engine.offer_owner_link().unwrap();
    assert_eq!(world.client.get(&format!("/enter?token={link}")).status, 200);
}

#[test]
fn a_link_of_the_terminal_ends_the_one_before() {
    let world = World::new();
    let (early, late) = (world.engine.offer_owner_link().unwrap(), world.engine.offer_owner_link().unwrap());
    assert_eq!(world.client.get(&format!("/enter?token={early}")).status, 403, "it stands in some log");
    assert_eq!(world.client.get(&format!("/enter?token={late}")).status, 200);
}

#[test]
fn nobody_joins_under_a_name_that_somebody_has() {
    let world = World::new();
    let owner = world.owner();
    let join = |invitation: &str, name: &str| {
        let body = json!({ "invitation": invitation, "name": name, "password": PASSWORD });
        world.client.with("x-tiebreak", "1").post("/api/v1/join", &body)
    };
    let open = World::invitation(&owner, "annotator", None);
    let taken = join(&open, "Olga Owner");
    assert_eq!(taken.status, 400, "{}", taken.text());
    assert!(taken.text().contains("already"));
    assert_eq!(join(&open, "Ana").status, 200, "the invitation was not used up by that");
    let named = World::invitation(&owner, "lead", Some("Ben"));
    let joined = join(&named, "Eve");
    assert_eq!(joined.json()["name"].as_str(), Some("Ben"), "the name that the owner gave counts");
    let weak = World::invitation(&owner, "annotator", None);
    let body = json!({ "invitation": weak, "name": "Cleo", "password": "short" });
    assert_eq!(world.client.with("x-tiebreak", "1").post("/api/v1/join", &body).status, 422);
    world.wait(8 * DAY);
    assert_eq!(join(&weak, "Cleo").status, 403, "after a week it lets nobody in");
}

#[test]
fn a_sign_in_ends_when_it_is_idle_and_at_the_latest_after_a_month() {
    let world = World::new();
    let owner = world.owner();
    for _ in 0..14 {
        world.wait(2 * DAY);
        assert_eq!(owner.get("/api/v1/me").status, 200, "used every other day");
        // It is noted behind the answer's back, before whatever is written next.
        world.engine.offer_owner_link().unwrap();
    }
    world.wait(2 * DAY + Duration::from_hours(1));
    assert_eq!(owner.get("/api/v1/me").status, 401, "a month is over");
    let other = world.owner();
    world.wait(4 * DAY);
    assert_eq!(other.get("/api/v1/me").status, 401, "idle for four days");
}

#[test]
fn wrong_passwords_wait_longer_each_time_even_for_the_right_one() {
    let world = World::new();
    let owner = world.owner();
    world.join(&owner, "annotator", "Ana");
    let sign_in = |password: &str| {
        world
            .client
            .with("x-tiebreak", "1")
            .post("/api/v1/sign-in", &json!({ "name": "Ana", "password": password }))
    };
    for _ in 0..3 {
        assert_eq!(sign_in("wrong horse battery").status, 403);
    }
    let hasty = sign_in(PASSWORD);
    let unknown = world.client.with("x-tiebreak", "1");
    let unknown = unknown.post("/api/v1/sign-in", &json!({ "name": "Nobody", "password": PASSWORD }));
    assert_eq!((hasty.status, hasty.text()), (403, unknown.text()), "which names there are is not told");
    world.wait(Duration::from_secs(3));
    assert_eq!(sign_in(PASSWORD).status, 200);
    assert_eq!((unknown.status, unknown.text()), (403, sign_in("no").text()));
    let endless = json!({ "name": "x".repeat(60_000), "password": PASSWORD });
    let refused = world.client.with("x-tiebreak", "1").post("/api/v1/sign-in", &endless);
    assert_eq!(refused.status, 403);
    let log = owner.get("/api/v1/audit").text();
    assert!(
        log.contains(&"x".repeat(100)) && !log.contains(&"x".repeat(101)),
        "what is kept for ever is short"
    );
}

#[test]
fn an_address_that_guesses_is_slowed_down() {
    let world = World::new();
    let guess = |number: u32| {
        world.client.with("authorization", &format!("Bearer tiebreak_{number}")).get("/api/v1/me")
    };
    for number in 0..20 {
        assert_eq!(guess(number).status, 401);
    }
    // Attempts fade with time, which passes here at every look at the clock.
    let slowed = (20..25).map(guess).find(|answer| answer.status == 429).expect("slowed down");
    assert!(slowed.header("retry-after").is_some());
    world.wait(Duration::from_mins(3));
    assert_eq!(guess(26).status, 401);
}

#[test]
fn pictures_on_foreign_pages_use_up_nobodys_attempts() {
    let world = World::new();
    let drawn = world.client.with("sec-fetch-site", "cross-site").with("sec-fetch-dest", "image");
    for number in 0..30 {
        assert_eq!(drawn.get(&format!("/enter?token=x{number}")).status, 403);
        assert_eq!(drawn.get(&format!("/join?invitation=x{number}")).status, 403);
    }
    let token = world.engine.offer_owner_link().unwrap();
    assert_eq!(drawn.get(&format!("/enter?token={token}")).status, 403, "nor does one sign anybody in");
    assert_eq!(world.client.get(&format!("/enter?token={token}")).status, 200);
}

#[test]
fn roles_change_at_once_and_who_is_shut_out_is_out() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let annotator = annotator_of(&ana);
    let change = |body| owner.post(&format!("/api/v1/accounts/{annotator}"), &body);
    assert_eq!(ana.call(&json!("quality")).status, 403);
    assert_eq!(change(json!({ "role": "lead" })).status, 200);
    assert_eq!(ana.call(&json!("quality")).status, 200);
    let program = world.program(&ana, &["judge"]);
    assert_eq!(program.get("/api/v1/me").status, 200);
    assert_eq!(change(json!({ "is_disabled": true })).status, 200);
    assert_eq!(ana.get("/api/v1/me").status, 401);
    assert_eq!(program.get("/api/v1/me").status, 401, "her tokens too");
    let back = world.client.form("/sign-in", &[("name", "Ana"), ("password", PASSWORD)]);
    assert_eq!(back.status, 403);
    let own = annotator_of(&owner);
    let last = owner.post(&format!("/api/v1/accounts/{own}"), &json!({ "role": "annotator" }));
    assert_eq!(last.status, 403, "somebody has to own it: {}", last.text());
}

#[test]
fn what_was_done_with_accounts_is_told_to_owners_alone() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "lead", "Ana");
    world.client.form("/sign-in", &[("name", "Ana"), ("password", "wrong horse battery")]);
    let log = owner.get("/api/v1/audit").json();
    let actions: Vec<&str> =
        log.as_array().unwrap().iter().filter_map(|line| line["action"].as_str()).collect();
    assert_eq!(actions, ["wrong password", "came by a link", "invited", "came by a link"]);
    assert!(log.as_array().unwrap().iter().all(|line| line["address"] == "127.0.0.1"), "{log}");
    assert_eq!(ana.get("/api/v1/audit").status, 403);
    assert!(!log.to_string().contains("wrong horse"), "no password is ever in it");
}

#[test]
fn a_changed_password_signs_every_other_browser_out() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let change = |body| ana.post("/api/v1/password", &body);
    let new = "another horse battery";
    assert_eq!(change(json!({ "current": "wrong horse battery", "new": new })).status, 403);
    let changed = change(json!({ "current": PASSWORD, "new": new }));
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(ana.get("/api/v1/me").status, 401);
    assert_eq!(world.browser(&changed.cookie()).get("/api/v1/me").status, 200);
    assert_eq!(world.client.form("/sign-in", &[("name", "Ana"), ("password", PASSWORD)]).status, 403);
    assert_eq!(world.client.form("/sign-in", &[("name", "Ana"), ("password", new)]).status, 200);
}
