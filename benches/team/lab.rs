//! The lab: a private PostgreSQL, a project in it, and two processes that serve it.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use tiebreak_domain::{ProjectInfo, Reply, StudySetup};
use tokio::runtime::Runtime;

use crate::annotator::Seat;

/// How many processes serve.
const SERVING: usize = 2;

/// Everything that runs; it ends when this is dropped.
pub struct Lab {
    serving: Vec<Serve>,
    postgres: Postgres,
    owner: String,
    next_killed: usize,
}

impl Lab {
    /// Starts it all, with a project of so many pairs each of which so many people are to judge.
    pub fn start(runtime: &Runtime, items: u64, wanted: u32) -> Self {
        let postgres = Postgres::start();
        let pairs = postgres.folder.path().join("pairs.jsonl");
        write_pairs(&pairs, items);
        let project = postgres.project();
        tiebreak(&["import", &project, &pairs.display().to_string(), "--create", "--no-labels"]);
        let owner = tiebreak(&["token", &project, "--scope", "admin", "--scope", "judge", "--as", "Owner"]);
        let serving = (0..SERVING).map(|_| Serve::start(&project, 0)).collect();
        let lab = Self { serving, postgres, owner: owner.trim().to_owned(), next_killed: 0 };
        let Reply::Study(study) = lab.call(runtime, &json!("study")) else { panic!("asked for the study") };
        let mut study: StudySetup = *study;
        study.assignment.wanted = Some(wanted);
        lab.call(runtime, &json!({ "set_study": study }));
        lab
    }

    /// The ports that are served.
    pub fn ports(&self) -> Vec<u16> {
        self.serving.iter().map(|serve| serve.port).collect()
    }

    /// Invites so many people, who all come.
    pub fn invite(&self, runtime: &Runtime, count: usize) -> Vec<Seat> {
        let Reply::Project(info) = self.call(runtime, &json!("project")) else { panic!("asked for it") };
        let info: ProjectInfo = *info;
        let client = reqwest::Client::new();
        let seat = async |number: usize| {
            let base = format!("http://127.0.0.1:{}", self.serving[number % SERVING].port);
            let name = format!("Annotator {number}");
            let invite = client
                .post(format!("{base}/api/v1/invitations"))
                .bearer_auth(&self.owner)
                .header("content-type", "application/json")
                .body(json!({ "role": "annotator", "name": name }).to_string());
            let invited: Value = serde_json::from_slice(&body(invite).await).expect("JSON");
            let link = invited["link"].as_str().expect("a link");
            let secret = link.split_once("invitation=").expect("a link of an invitation").1;
            let form =
                json!({ "invitation": secret, "name": name, "password": format!("one of many, {number}") });
            let joined = client
                .post(format!("{base}/api/v1/join"))
                .header("x-tiebreak", "1")
                .header("content-type", "application/json")
                .body(form.to_string())
                .send()
                .await
                .and_then(reqwest::Response::error_for_status)
                .expect("somebody who comes");
            let cookie = joined.headers()["set-cookie"].to_str().expect("a cookie");
            let cookie = cookie.split(';').next().expect("a name and a value").to_owned();
            let me: Value = serde_json::from_slice(&joined.bytes().await.expect("an answer")).expect("JSON");
            let annotator = serde_json::from_value(me["annotator"].clone()).expect("who came");
            Seat { annotator, cookie, rubric_version: info.rubric.version }
        };
        runtime.block_on(async {
            let mut seats = Vec::new();
            for number in 0..count {
                seats.push(seat(number).await);
            }
            seats
        })
    }

    /// Kills one of the two processes, in turns, and starts it again.
    pub fn kill_and_restart_serve(&mut self) {
        let index = self.next_killed % SERVING;
        self.next_killed += 1;
        let port = self.serving[index].port;
        self.serving[index].kill();
        self.serving[index] = Serve::start(&self.postgres.project(), port);
    }

    /// Kills the database at once, and starts it again.
    pub fn kill_and_restart_postgres(&self) {
        self.postgres.control(&["stop", "-m", "immediate"]);
        self.postgres.control(&["start"]);
    }

    /// Everything, losslessly.
    pub fn export(&self) -> String {
        let path = self.postgres.folder.path().join("export.jsonl");
        tiebreak(&["export", &self.postgres.project(), &path.display().to_string(), "--format", "tiebreak"]);
        std::fs::read_to_string(path).expect("the export")
    }

    fn call(&self, runtime: &Runtime, request: &Value) -> Reply {
        let request = reqwest::Client::new()
            .post(format!("http://127.0.0.1:{}/api/v1/call", self.serving[0].port))
            .bearer_auth(&self.owner)
            .header("content-type", "application/json")
            .body(request.to_string());
        serde_json::from_slice(&runtime.block_on(body(request))).expect("a reply")
    }
}

async fn body(request: reqwest::RequestBuilder) -> Vec<u8> {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body = answer.bytes().await.expect("an answer");
    assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
    body.to_vec()
}

/// A process that serves.
struct Serve {
    child: Child,
    port: u16,
}

impl Serve {
    /// Starts it, at any port if that is 0, and waits until it listens.
    fn start(project: &str, port: u16) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tiebreak"))
            .args(["serve", project, "--listen", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let port = lines
            .find_map(|line| {
                let line = line.expect("its output");
                let rest = line.split_once("http://127.0.0.1:")?.1;
                rest.split('/').next()?.parse().ok()
            })
            .expect("where it listens");
        let reader = std::thread::Builder::new().name("reads-output".to_owned());
        reader.spawn(move || lines.for_each(drop)).expect("a thread");
        Self { child, port }
    }

    fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A PostgreSQL of our own, whose only door is a socket in its folder.
struct Postgres {
    folder: TempDir,
    programs: PathBuf,
}

impl Postgres {
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("tiebreak-team.").tempdir().expect("a folder");
        let postgres = Self { folder, programs: programs() };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(postgres.folder.path()));
        }
        let initdb = postgres.programs.join("initdb");
        let data = postgres.folder.path().join("data");
        run(postgres.as_server(&initdb).arg("-D").arg(data).args([
            "-A",
            "trust",
            "-U",
            "tiebreak",
            "-E",
            "UTF8",
            "--no-locale",
        ]));
        postgres.control(&["start"]);
        postgres
    }

    fn project(&self) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://tiebreak@{folder}/postgres#team")
    }

    fn control(&self, words: &[&str]) {
        let folder = self.folder.path();
        let options = format!("-k {} -c listen_addresses='' -c max_connections=200", folder.display());
        run(self
            .as_server(&self.programs.join("pg_ctl"))
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-w", "-s", "-l"])
            .arg(folder.join("log"))
            .args(["-o", &options])
            .args(words));
    }

    /// A server refuses to run as root.
    fn as_server(&self, program: &Path) -> Command {
        let mut command = Command::new(if is_root() { Path::new("runuser") } else { program });
        if is_root() {
            command.args(["-u", "postgres", "--"]).arg(program);
        }
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.control(&["stop", "-m", "immediate"]);
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("who this is");
    id.stdout.trim_ascii() == b"0"
}

/// Where the programs of the newest PostgreSQL are.
fn programs() -> PathBuf {
    let found = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        found.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").is_file()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file());
        found.expect("PostgreSQL is installed (Debian: sudo apt install postgresql)")
    })
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status();
    assert!(status.as_ref().is_ok_and(std::process::ExitStatus::success), "{command:?}: {status:?}");
}

/// What the program says.
fn tiebreak(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tiebreak")).args(words).output().expect("the program");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it says texts")
}

fn write_pairs(path: &Path, count: u64) {
    let file = std::fs::File::create(path).expect("a file");
    let mut file = std::io::BufWriter::new(file);
    for number in 0..count {
        let row = json!({
            "prompt": format!("Question {number}?"),
            "chosen": format!("One answer to {number}. ").repeat(20),
            "rejected": format!("Another answer to {number}. ").repeat(20),
        });
        writeln!(file, "{row}").expect("room on the disk");
    }
    file.flush().expect("room on the disk");
}
