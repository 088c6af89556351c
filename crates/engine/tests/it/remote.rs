//! A model on a server that hangs: whoever stops or closes does not wait for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tiebreak_domain::{Event, JobId, Reply, Request};

use crate::world::{World, trl_rows};

fn answer(stream: &mut TcpStream, body: &[u8]) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// The path that is asked for, and what is sent along.
fn read(stream: &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut path, mut length, mut line) = (String::new(), 0, String::new());
    while reader.read_line(&mut line).ok()? > 0 && !line.trim().is_empty() {
        if path.is_empty() {
            line.split(' ').nth(1)?.clone_into(&mut path);
        }
        if let Some(count) = line.to_lowercase().strip_prefix("content-length: ") {
            length = count.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, body))
}

/// A server that gives so many batches, and never another; it tells when it begins to hang.
fn hanging_server(batches: usize) -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (hangs, does_hang) = channel();
    let serve = move || {
        let (mut given, mut kept) = (0, Vec::new());
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some((path, body)) = read(&stream) else { continue };
            if !path.ends_with("/infer") {
                let metadata = json!({ "name": "far", "versions": ["1"], "platform": "x",
                    "inputs": [{ "name": "ids", "datatype": "INT64", "shape": [-1, -1] }],
                    "outputs": [{ "name": "score", "datatype": "FP32", "shape": [-1, 1] }] });
                answer(
                    &mut stream,
                    if path.ends_with("far") { metadata.to_string() } else { "{}".into() }.as_bytes(),
                );
            } else if given < batches {
                given += 1;
                let asked: Value = serde_json::from_slice(&body).unwrap();
                let rows = asked["inputs"][0]["shape"][0].as_u64().unwrap() as usize;
                let output = json!({ "name": "score", "datatype": "FP32", "shape": [rows, 1], "data": vec![1.0; rows] });
                answer(
                    &mut stream,
                    json!({ "model_name": "far", "outputs": [output] }).to_string().as_bytes(),
                );
            } else {
                kept.push(stream);
                let _ = hangs.send(());
            }
        }
    };
    std::thread::Builder::new().name("test-server".to_owned()).spawn(serve).unwrap();
    (address, does_hang)
}

/// A job that waits for a server which hangs after so many batches.
fn hanging_job(world: &World, batches: usize) -> JobId {
    world.create("p.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    let (address, does_hang) = hanging_server(batches);
    let model = world.add_remote_model(&address);
    let job = world.start(Request::StartScoring { models: vec![model], keeps_watch: false });
    does_hang.recv_timeout(Duration::from_mins(1)).expect("a batch comes to the server");
    job
}

#[test]
fn scoring_that_waits_for_a_server_ends_when_it_is_cancelled() {
    // In its trial run, which takes two batches, or in its work.
    for batches in [0, 2] {
        let world = World::new();
        let job = hanging_job(&world, batches);
        assert_eq!(world.engine.call(Request::Cancel(job)).unwrap(), Reply::Done);
        // The world waits for half a minute; the server would be waited for longer.
        let report = world.wait(|event| match event {
            Event::ScoringEnded(of, result) if of == job => Some(*result.unwrap()),
            _ => None,
        });
        assert!(report.is_partial && report.scored == 0 && report.refused_count == 0, "{report:?}");
    }
}

#[test]
fn a_project_closes_while_a_server_hangs() {
    let world = World::new();
    hanging_job(&world, 2);
    let (closed, is_closed) = channel();
    let close = move || {
        world.engine.call(Request::CloseProject).unwrap();
        closed.send(()).unwrap();
    };
    std::thread::Builder::new().name("test-close".to_owned()).spawn(close).unwrap();
    is_closed.recv_timeout(Duration::from_secs(30)).expect("nobody waits for the server");
}
