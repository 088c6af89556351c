//! `tiebreak serve` as a shell gives it: the link it prints, programs with tokens, and what a kill leaves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::time::Duration;

use super::program::{Program, rows};

/// A server that runs, and ends when the test does.
pub(super) struct Serving {
    child: Child,
    pub(super) address: String,
    /// What signs the owner in; none where it was not printed.
    link: Option<String>,
}

impl Serving {
    pub(super) fn start(program: &Program) -> Self {
        let mut child = program.command(&["serve", "p.tiebreak", "--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = |what: &str| {
            let line = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(what)));
            line.unwrap_or_else(|| panic!("no line with {what:?}")).unwrap()
        };
        let serving = next("Serving");
        let link = match next("ign") {
            offers if offers.contains("Open this link") => Some(next("/enter?token=").trim().to_owned()),
            _ => None,
        };
        let address = serving.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
        Self { child, address, link }
    }

    /// Status, head and body.
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.address,
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_owned(), body.to_owned())
    }

    /// The cookie of whoever follows the link that was printed.
    fn cookie(&self) -> String {
        let link = self.link.as_ref().expect("a link was printed");
        let path = link.split(&self.address).nth(1).unwrap();
        let (status, head, _) = self.ask("GET", path, &[], "");
        assert_eq!(status, 200);
        let set = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        set.split(';').next().unwrap().to_owned()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn served() -> Program {
    let program = Program::new();
    program.write("pairs.jsonl", rows(200));
    program.expect(0, &["import", "p.tiebreak", "pairs.jsonl", "--create", "--no-labels"]);
    program
}

fn submit(item: usize, outcome: &str) -> String {
    let id = format!("{item:032x}");
    format!(
        "{{\"submit\":{{\"id\":\"{id}\",\"item\":{item},\"annotator\":1,\"verdict\":{{\"verdict\":\"judged\",\
         \"answers\":[{{\"question\":\"overall\",\"preference\":{{\"outcome\":\"{outcome}\"}}}}]}},\"flagged\":false,\
         \"comment\":\"\",\"rubric_version\":1,\"showing\":null,\"origin\":\"screen\",\"recorded_at\":{item}}}}}"
    )
}

#[test]
fn a_kill_while_people_judge_in_browsers_loses_nothing_that_was_acknowledged() {
    let program = served();
    let mut cookie = None;
    let mut judged = 0;
    for round in 0..4 {
        let mut serving = Serving::start(&program);
        let cookie: &String = cookie.get_or_insert_with(|| serving.cookie());
        let headers =
            [("cookie", cookie.as_str()), ("x-tiebreak", "1"), ("content-type", "application/json")];
        for _ in 0..5 + round {
            judged += 1;
            let (status, _, body) = serving.ask("POST", "/api/v1/call", &headers, &submit(judged, "a"));
            assert_eq!(status, 200, "{body}");
            assert!(body.contains("saved"), "{body}");
        }
        serving.child.kill().unwrap();
        serving.child.wait().unwrap();
        program.expect(0, &["check", "p.tiebreak"]);
    }
    program.expect(0, &["export", "p.tiebreak", "all.jsonl", "--format", "tiebreak"]);
    let exported = program.read("all.jsonl");
    for item in 1..=judged {
        assert!(exported.contains(&format!("{item:032x}")), "judgment {item} was acknowledged and is gone");
    }
    assert!(judged > 20, "and whoever was signed in stayed so over every kill");
}

#[test]
fn a_link_goes_to_a_log_only_where_the_project_has_no_owner_yet() {
    let program = served();
    let early = Serving::start(&program).link.clone().expect("somebody has to come in first");
    let serving = Serving::start(&program);
    let path = format!("/enter{}", early.split("/enter").nth(1).unwrap());
    assert_eq!(serving.ask("GET", &path, &[], "").0, 403, "the one before has ended");
    serving.cookie();
    drop(serving);
    let again = Serving::start(&program);
    assert_eq!(again.link, None, "what this prints is read by a test, and may be by a log");
}

#[test]
fn programs_bring_items_and_read_judgments_with_tokens_made_while_it_serves() {
    let program = served();
    let serving = Serving::start(&program);
    let scopes =
        ["token", "p.tiebreak", "--scope", "items:write", "--scope", "judgments:read", "--expires", "1d"];
    let token = program.expect(0, &scopes).stdout;
    let bearer = format!("Bearer {}", token.trim());
    let authorized = [("authorization", bearer.as_str())];
    let (status, _, body) = serving.ask("POST", "/api/v1/items?name=more", &authorized, &rows(205));
    assert_eq!(status, 200, "{body}");
    let report: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!((report["items_added"].as_u64(), report["items_known"].as_u64()), (Some(5), Some(200)));
    let cookie = serving.cookie();
    let headers = [("cookie", cookie.as_str()), ("x-tiebreak", "1"), ("content-type", "application/json")];
    for item in [1, 2] {
        assert_eq!(serving.ask("POST", "/api/v1/call", &headers, &submit(item, "a")).0, 200);
    }
    let read = |query: &str| serving.ask("GET", &format!("/api/v1/judgments?{query}"), &authorized, "");
    let (status, head, table) = read("format=csv");
    assert_eq!(status, 200, "{table}");
    assert_eq!(table.lines().count(), 3, "a header and two judgments: {table}");
    let next = head.lines().find_map(|line| line.strip_prefix("x-tiebreak-next: ")).unwrap().to_owned();
    assert_eq!(serving.ask("POST", "/api/v1/call", &headers, &submit(3, "tie")).0, 200);
    let (_, _, newer) = read(&format!("format=csv&since={next}"));
    assert_eq!(newer.lines().count(), 2, "only what came since: {newer}");
    let (status, _, body) = read("format=trl-explicit");
    assert_eq!(status, 422, "a policy that is needed is asked for: {body}");
    assert!(body.contains("policy_needed"), "{body}");
    let (status, _, body) = read("format=trl-explicit&ties=drop");
    assert!(status == 200 && body.lines().count() == 2, "{status} {body}");
    let (status, _, body) = serving.ask("GET", "/api/v1/project", &authorized, "");
    assert!(status == 200 && body.contains("\"active_items\":205"), "{body}");
}

#[test]
fn an_invitation_from_the_command_line_is_a_link_that_works() {
    let program = served();
    let made = program.expect(0, &["invite", "p.tiebreak", "--role", "lead", "--name", "Lea"]).stdout;
    let serving = Serving::start(&program);
    let path = made.trim().split("127.0.0.1:7411").nth(1).unwrap();
    let (status, _, page) = serving.ask("GET", path, &[], "");
    assert!(status == 200 && page.contains("Lea"), "{page}");
    let refused = program.expect(1, &["invite", "p.tiebreak", "--days", "1000"]);
    assert!(refused.stderr.contains("1 to 90 days"), "{refused:?}");
    let wrong = program.expect(2, &["invite", "p.tiebreak", "--role", "king"]);
    assert!(wrong.stderr.contains("annotator, lead or owner"), "{wrong:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_the_browser_is_offered() {
    let program = served();
    let command = |arguments: &[&str]| {
        let mut command = program.command(arguments);
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        super::program::ran(command.output().unwrap())
    };
    let told = command(&["p.tiebreak"]);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(
        told.stderr.contains("no display") && told.stderr.contains("tiebreak serve p.tiebreak"),
        "{told:?}"
    );
    let told = command(&[]);
    let program = env!("CARGO_BIN_EXE_tiebreak");
    let commands = format!("{program} sample && {program} serve sample.tiebreak");
    assert!(told.stderr.contains(&commands), "as they can be typed: {told:?}");
}

#[cfg(unix)]
#[test]
fn it_ends_well_when_it_is_asked_to() {
    let program = served();
    let mut serving = Serving::start(&program);
    let asked = std::process::Command::new("kill").arg(serving.child.id().to_string()).status().unwrap();
    assert!(asked.success());
    assert_eq!(serving.child.wait().unwrap().code(), Some(0), "SIGTERM is an end like any other");
    program.expect(0, &["check", "p.tiebreak"]);
}
