//! A server for tests: answers by path, badly where a test asks for it.

#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

/// Runs until the process ends.
pub(crate) struct TestServer {
    address: String,
    requests: Arc<AtomicU32>,
}

impl TestServer {
    /// Serves these bytes as the image at `/image`.
    pub(crate) fn start(image: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicU32::new(0));
        let count = requests.clone();
        let serve = move || {
            for connection in listener.incoming() {
                let (image, count) = (image.clone(), count.clone());
                let answer = move || drop(answer(connection.unwrap(), &image, &count));
                thread::Builder::new().name("test-connection".to_owned()).spawn(answer).unwrap();
            }
        };
        thread::Builder::new().name("test-server".to_owned()).spawn(serve).unwrap();
        Self { address, requests }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, image: &[u8], count: &AtomicU32) -> std::io::Result<()> {
    let mut path = String::new();
    for line in BufReader::new(stream.try_clone()?).lines() {
        let line = line?;
        if path.is_empty() {
            line.split(' ').nth(1).unwrap().clone_into(&mut path);
        } else if line.is_empty() {
            break;
        }
    }
    count.fetch_add(1, Ordering::SeqCst);
    let redirect = |to: &str| {
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    };
    let ok = |kind: &str, length: usize| {
        format!(
            "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nLast-Modified: Mon, 30 Nov 2026 00:00:00 GMT\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )
    };
    let page = "<!doctype html><p>sign in";
    match path.as_str() {
        "/image" | "/bucket/set/an%20image.png" => {
            stream.write_all(ok("text/plain", image.len()).as_bytes())?;
            stream.write_all(image)
        }
        "/slow-start" => {
            thread::sleep(Duration::from_millis(200));
            stream.write_all(ok("image/png", image.len()).as_bytes())?;
            stream.write_all(image)
        }
        "/bucket/video.bin" => {
            let body = [b"\x1A\x45\xDF\xA3", &vec![7; 100_000][..]].concat();
            stream.write_all(ok("video/webm", body.len()).as_bytes())?;
            stream.write_all(&body)
        }
        "/bucket/secret.png" => {
            stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        "/half" => {
            stream.write_all(ok("image/png", image.len()).as_bytes())?;
            stream.write_all(&image[..image.len() / 2])
        }
        "/page" => stream.write_all(format!("{}{page}", ok("image/png", page.len())).as_bytes()),
        "/promises-too-much" => stream.write_all(ok("image/png", 1 << 40).as_bytes()),
        "/sends-too-much" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[7; 8192])?;
            }
        }
        "/drips" => {
            stream.write_all(ok("image/png", 90_000).as_bytes())?;
            loop {
                stream.write_all(b"x")?;
                thread::sleep(Duration::from_millis(50));
            }
        }
        "/loop" => stream.write_all(redirect("/loop").as_bytes()),
        "/moved" => stream.write_all(redirect("/image").as_bytes()),
        "/to-file" => stream.write_all(redirect("file:///etc/passwd").as_bytes()),
        _ => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    }
}
