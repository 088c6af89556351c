//! As much of HTTP/2 (RFC 9113) as a client needs that asks for things and takes of them what it likes.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::client::Client;

/// Kinds of frames.
pub struct Kind;

impl Kind {
    pub const HEAD: u8 = 1;
    pub const RESET: u8 = 3;
    const SETTINGS: u8 = 4;
    const PING: u8 = 6;
    pub const GOODBYE: u8 = 7;
    const ROOM: u8 = 8;
}

/// A frame that came.
#[derive(Debug)]
pub struct Frame {
    pub kind: u8,
    pub stream: u32,
    flags: u8,
    bytes: Vec<u8>,
}

/// A connection with room for all that comes, of which each stream has the 65,535 bytes that it begins with.
pub struct Http2 {
    stream: TcpStream,
    headers: Vec<(String, String)>,
}

impl Http2 {
    pub fn connect(client: &Client) -> Self {
        let mut http2 = Self { stream: client.connect(), headers: client.headers.clone() };
        http2.stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        http2.send(Kind::SETTINGS, 0, 0, &[]);
        http2.send(Kind::ROOM, 0, 0, &(1_u32 << 30).to_be_bytes());
        http2
    }

    /// Asks for something, on a stream of its own.
    pub fn get(&mut self, stream: u32, path: &str) {
        let mut head = Vec::new();
        let headers = std::mem::take(&mut self.headers);
        for (name, value) in [(":method", "GET"), (":scheme", "http"), (":path", path)] {
            field(&mut head, name, value);
        }
        for (name, value) in &headers {
            field(&mut head, if name == "host" { ":authority" } else { name }, value);
        }
        self.headers = headers;
        // It is the whole head, and nothing follows.
        self.send(Kind::HEAD, 0x4 | 0x1, stream, &head);
    }

    /// The next frame; pings and settings are answered before.
    pub fn frame(&mut self) -> Frame {
        loop {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).expect("the connection is open");
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            let mut bytes = vec![0; length as usize];
            self.stream.read_exact(&mut bytes).unwrap();
            let frame = Frame { kind: head[3], stream, flags: head[4], bytes };
            match frame.kind {
                Kind::PING | Kind::SETTINGS if frame.flags & 1 == 0 => {
                    let back = if frame.kind == Kind::PING { &frame.bytes[..] } else { &[] };
                    self.send(frame.kind, 1, 0, back);
                }
                _ => return frame,
            }
        }
    }

    fn send(&mut self, kind: u8, flags: u8, stream: u32, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        self.stream.write_all(&[&head, bytes].concat()).unwrap();
    }
}

/// A field as HPACK (RFC 7541, 6.2.2) has one that is in no table.
fn field(head: &mut Vec<u8>, name: &str, value: &str) {
    head.push(0);
    for text in [name, value] {
        let length = text.len();
        if length < 127 {
            head.push(length as u8);
        } else {
            let rest = length - 127;
            assert!(rest < 128 * 128, "no longer field is sent");
            head.push(127);
            if rest < 128 {
                head.push(rest as u8);
            } else {
                head.extend([(rest % 128) as u8 | 128, (rest / 128) as u8]);
            }
        }
        head.extend(text.as_bytes());
    }
}
