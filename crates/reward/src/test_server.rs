//! A server for tests: each test says what it answers, badly where it wants to.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The path, with its query.
    pub(crate) path: String,
    /// By name in lower case.
    pub(crate) headers: HashMap<String, String>,
    /// What was sent along.
    pub(crate) body: Vec<u8>,
    /// How many requests came before.
    pub(crate) before: usize,
}

impl Asked {
    /// The first byte of the range that was asked for.
    pub(crate) fn range_start(&self) -> Option<usize> {
        self.headers.get("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// Runs until the process ends. One connection carries one request.
pub(crate) struct TestServer {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl TestServer {
    pub(crate) fn start(answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, count, answer) = (asked.clone(), Arc::new(AtomicUsize::new(0)), Arc::new(answer));
        let serve = move || {
            for stream in listener.incoming() {
                let (log, count, answer) = (log.clone(), count.clone(), answer.clone());
                let serve = move || {
                    let mut stream = stream.unwrap();
                    let Some(asked) = read(&stream, &count) else { return };
                    log.lock().unwrap().push(asked.clone());
                    answer(&asked, &mut stream);
                };
                thread::Builder::new().name("test-connection".to_owned()).spawn(serve).unwrap();
            }
        };
        thread::Builder::new().name("test-server".to_owned()).spawn(serve).unwrap();
        Self { address, asked }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Everything that came in, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream, count: &AtomicUsize) -> Option<Asked> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = HashMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { path, headers, body, before: count.fetch_add(1, Ordering::SeqCst) })
}

/// An answer with headers of one's own, each ended by `\r\n`; a client that hung up is no fault.
pub(crate) fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    answer_of_length(stream, status, headers, body, body.len());
}

/// An answer that promises another length than it has.
pub(crate) fn answer_of_length(
    stream: &mut TcpStream,
    status: &str,
    headers: &str,
    body: &[u8],
    length: usize,
) {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}
