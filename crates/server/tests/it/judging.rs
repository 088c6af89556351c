//! Judging over HTTP: as oneself, and hearing of nothing that is for others.

use std::io::{Read, Write};
use std::time::Duration;

use serde_json::json;
use tiebreak_domain::Request;

use crate::world::{World, annotator_of, judgment, queue};

#[test]
fn an_annotator_judges_what_is_offered_and_a_lead_sees_it() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let me = annotator_of(&ana);
    let offered = ana.call(&queue(me, &json!("start"))).json();
    let item = offered["items"][0]["item"]["id"].as_i64().unwrap();
    let saved = ana.call(&judgment(me, item, "a", 1));
    assert_eq!(saved.status, 200, "{}", saved.text());
    assert_eq!(saved.json()["saved"]["progress"]["judged"], 1);
    let again = ana.call(&judgment(me, item, "a", 1)).json();
    assert_eq!(again["saved"]["revision"], 1, "sent twice it is stored once");
    let own = ana.call(&json!({ "find": { "state": "judged", "annotator": me } })).json();
    let view = own["found"]["view"].as_i64().unwrap();
    let rows = ana.call(&json!({ "rows": { "view": view, "from": 0, "count": 9 } })).json();
    assert_eq!(rows["rows"]["rows"][0]["verdicts"][0]["outcome"], "a");
    let project = owner.call(&json!("project")).json();
    assert_eq!(project["project"]["judgments"], 1);
}

#[test]
fn what_is_meant_for_another_project_is_refused() {
    let world = World::new();
    let owner = world.owner();
    let me = annotator_of(&owner);
    let key = owner.get("/api/v1/project").json()["key"].as_str().unwrap().to_owned();
    let meant = |key: &str| owner.with("x-tiebreak-project", key);
    let refused = meant(&"ab".repeat(16)).call(&judgment(me, 1, "a", 1));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (409, Some("other_project")));
    assert_eq!(meant("no key").call(&json!("project")).status, 400);
    assert_eq!(owner.call(&json!("project")).json()["project"]["judgments"], 0);
    let offered = meant(&key).call(&queue(me, &json!("start"))).json();
    let item = offered["items"][0]["item"]["id"].as_i64().unwrap();
    assert_eq!(meant(&key).call(&judgment(me, item, "a", 1)).status, 200);
}

#[test]
fn what_one_process_gave_names_nothing_at_another() {
    // As two processes of one project are behind a proxy that takes turns: each has begun as much as the other.
    let (here, there) = (World::new(), World::new());
    let (at_home, strayed) = (here.owner(), there.owner());
    let find = |owner: &crate::client::Client| {
        owner.call(&json!({ "find": {} })).json()["found"]["view"].as_i64().unwrap()
    };
    let (view, _) = (find(&at_home), find(&strayed));
    let bring = |owner: &crate::client::Client| {
        let brought = owner.send("POST", "/api/v1/uploads?name=x.jsonl", b"{}");
        brought.json()["path"].as_str().unwrap().to_owned()
    };
    let (path, _) = (bring(&at_home), bring(&strayed));
    let export = |owner: &crate::client::Client| {
        let plan =
            json!({ "start_export": { "plan": { "format": "csv" }, "path": "out.csv", "replace": true } });
        let started = owner.call(&plan);
        started.json()["started"].as_i64().unwrap_or_else(|| panic!("{}", started.text()))
    };
    let (job, _) = (export(&at_home), export(&strayed));
    for (what, request) in [
        ("a list", json!({ "rows": { "view": view, "from": 0, "count": 9 } })),
        ("a job", json!({ "cancel": job })),
        ("a report", json!({ "save_import_report": { "job": job, "path": "x.csv" } })),
        ("a file", json!({ "open_rubric": { "path": path } })),
    ] {
        let refused = strayed.call(&request);
        assert_eq!(refused.status, 404, "{what}: {}", refused.text());
        assert!(refused.text().contains("process") && refused.text().contains("proxy"), "{}", refused.text());
    }
    assert_eq!(at_home.call(&json!({ "rows": { "view": view, "from": 0, "count": 9 } })).status, 200);
    assert_eq!(at_home.call(&json!({ "cancel": job })).status, 200, "at home it has a name, over or not");
}

#[test]
fn the_settings_of_the_machine_stay_there() {
    let world = World::new();
    let settings = world.owner().call(&json!("load_settings")).json();
    assert_eq!(settings["settings"]["recent"], json!([]));
}

#[test]
fn events_stream_to_whom_they_are_for() {
    let world = World::new();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    let listen = |client: &crate::client::Client| {
        let mut stream = client.connect();
        let mut head = "GET /api/v1/events HTTP/1.1\r\naccept-encoding: gzip, br\r\n".to_owned();
        for (name, value) in &client.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        let mut heard = [0; 4096];
        let mut text = String::new();
        while !text.contains("retry:") {
            let count = stream.read(&mut heard).unwrap();
            text.push_str(&String::from_utf8_lossy(&heard[..count]));
        }
        assert!(text.contains("text/event-stream"), "{text}");
        assert!(
            !text.to_lowercase().contains("content-encoding"),
            "what is gathered to be packed comes late: {text}"
        );
        stream
    };
    let mut at_owner = listen(&owner);
    let mut at_ana = listen(&ana);
    let ahead = owner.get("/api/v1/events?since=0").json()["next"].as_u64().unwrap();
    let next_event = |stream: &mut std::net::TcpStream| {
        let mut text = String::new();
        let mut piece = vec![0; 65_536];
        while !text.contains("\n\n") || !text.contains("data:") {
            let count = stream.read(&mut piece).unwrap();
            assert!(count > 0, "the stream ended");
            text.push_str(&String::from_utf8_lossy(&piece[..count]));
        }
        text
    };
    // Excluding an item tells everybody of the project, from their own seat.
    let change = json!({ "set_status": [[1, "excluded"]] });
    assert_eq!(owner.call(&change).status, 200);
    let to_owner = next_event(&mut at_owner);
    let to_ana = next_event(&mut at_ana);
    assert!(to_owner.contains("project_changed") && to_owner.contains("Ana"), "{to_owner}");
    assert!(to_ana.contains("project_changed") && !to_ana.contains("Olga"), "{to_ana}");
    assert!(!to_ana.contains(world.folder.path().to_str().unwrap()), "no path of the machine: {to_ana}");
    let polled = ana.get(&format!("/api/v1/events?since={ahead}")).json();
    assert_eq!(polled["events"].as_array().unwrap().len(), 1, "{polled}");
    assert_eq!(polled["next"].as_u64(), Some(ahead + 1));
}

#[test]
fn who_comes_back_to_another_process_is_told_that_something_was_missed() {
    let world = World::new();
    let owner = world.owner();
    let mut stream = owner.connect();
    let mut head = "GET /api/v1/events HTTP/1.1\r\nlast-event-id: 5000\r\n".to_owned();
    for (name, value) in &owner.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    let mut text = String::new();
    let mut piece = [0; 4096];
    while !text.contains("event: missed") {
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "the stream ended: {text}");
        text.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
    assert_eq!(owner.call(&json!({ "set_status": [[1, "excluded"]] })).status, 200);
    while !text.contains("project_changed") {
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "the stream ended: {text}");
        text.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
    let polled = owner.get("/api/v1/events?since=5000").json();
    assert_eq!(polled["missed"], json!(true), "{polled}");
}

#[test]
fn a_long_poll_holds_nobody_up() {
    let world = World::new();
    let owner = world.owner();
    let next = owner.get("/api/v1/events?since=0").json()["next"].as_u64().unwrap();
    let polls: Vec<_> = (0..40)
        .map(|_| {
            let owner = owner.clone();
            std::thread::Builder::new()
                .name("poll".into())
                .spawn(move || owner.get(&format!("/api/v1/events?since={next}")).json())
                .unwrap()
        })
        .collect();
    assert_eq!(owner.get("/api/v1/me").status, 200, "while forty wait");
    world
        .engine
        .call(Request::SetStatus(vec![(tiebreak_domain::ItemId(1), tiebreak_domain::ItemStatus::Excluded)]))
        .unwrap();
    for poll in polls {
        assert_eq!(poll.join().unwrap()["events"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn the_server_stops_though_somebody_listens() {
    let world = World::new();
    let owner = world.owner();
    let listening = owner.clone();
    let next = owner.get("/api/v1/events?since=0").json()["next"].as_u64().unwrap();
    let poll = std::thread::Builder::new()
        .name("poll".into())
        .spawn(move || listening.get(&format!("/api/v1/events?since={next}")).status)
        .unwrap();
    std::thread::sleep(Duration::from_millis(200));
    drop(world);
    assert_eq!(poll.join().unwrap(), 200, "it was answered, and not cut off");
}
