//! Tokens for the servers of models: kept in the keyring by the server's address, sent to that server alone, and told
//! to nobody.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tiebreak_domain::reward::{ModelKey, ServerToken};
use tiebreak_domain::{ApiError, ErrorCode, Event, Reply, Request};

use crate::world::{World, trl_rows};

const TOKEN: &str = "open-sesame";

/// A server that lets nobody in, and tells what it was shown.
fn closed_server() -> (String, Receiver<Option<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (shown, shows) = channel();
    let serve = move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let header = lines
                .take_while(|line| !line.is_empty())
                .filter_map(|line| line.to_lowercase().strip_prefix("authorization: ").map(str::to_owned))
                .last();
            let _ = shown.send(header);
            let _ = stream
                .write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    };
    std::thread::Builder::new().name("test-server".to_owned()).spawn(serve).unwrap();
    (address, shows)
}

fn score(world: &World, model: &ModelKey) -> ApiError {
    let job = world.start(Request::StartScoring { models: vec![model.clone()], keeps_watch: false });
    world.wait(|event| match event {
        Event::ScoringEnded(of, result) if of == job => Some(result.expect_err("the server lets nobody in")),
        _ => None,
    })
}

#[test]
fn a_token_goes_to_its_server_alone_and_is_told_to_nobody() {
    let world = World::new();
    world.create("p.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    let (address, shows) = closed_server();
    let model = world.add_remote_model(&address);
    let shown = || shows.recv_timeout(Duration::from_mins(1)).unwrap();
    score(&world, &model);
    assert_eq!(shown(), None, "no token yet");
    let keep = |token: &str| {
        world.engine.call(Request::KeepToken { model: model.clone(), token: ServerToken(token.into()) })
    };
    assert_eq!(keep("two words").unwrap_err().code, ErrorCode::BadInput);
    assert_eq!(keep(&format!(" {TOKEN}\n")).unwrap(), Reply::Done);
    let kept = world.keyring.tokens.lock().unwrap().clone();
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), [(address.clone(), TOKEN.to_owned())], "by its address");
    let refused = score(&world, &model);
    assert_eq!(shown().as_deref(), Some("bearer open-sesame"));
    assert!(!format!("{refused:?}").contains(TOKEN), "{refused:?}");
    let hint = refused.hint.unwrap();
    assert!(hint.contains("tiebreak models token"), "{hint}");
    let forget = || world.engine.call(Request::ForgetToken(model.clone()));
    assert_eq!(forget().unwrap(), Reply::Done);
    assert_eq!(forget().unwrap_err().code, ErrorCode::NotFound, "there is none any more");
    score(&world, &model);
    assert_eq!(shown(), None);
    let holds_token = |path: &std::path::Path| {
        std::fs::read(path).unwrap().windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes())
    };
    let mut folders = vec![world.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert!(!holds_token(&path), "{} holds the token", path.display());
            }
        }
    }
}

#[test]
fn without_a_keyring_it_says_so_and_what_to_do() {
    let world = World::new();
    let (address, _shows) = closed_server();
    let model = world.add_remote_model(&address);
    *world.keyring.problem.lock().unwrap() = Some("there is none that answers".to_owned());
    let token = ServerToken(TOKEN.into());
    let error = world.refused(Request::KeepToken { model: model.clone(), token: token.clone() });
    assert!(error.message.contains("keyring") && error.message.contains("none that answers"), "{error:?}");
    assert!(error.hint.as_deref().unwrap_or_default().contains("TIEBREAK_SCORER_TOKEN"), "{error:?}");
    world.create("p.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    let hint = score(&world, &model).hint.unwrap_or_default();
    assert!(hint.contains("none that answers"), "why there was no token: {hint}");
    let Reply::Models(models) = world.engine.call(Request::Models).unwrap() else { panic!("models") };
    let small = models.models.iter().find(|model| model.is_bundled).unwrap().key.clone();
    let error = world.refused(Request::KeepToken { model: small, token });
    assert_eq!(error.code, ErrorCode::BadRequest, "{error:?}");
}
