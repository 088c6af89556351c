//! A served project in a folder of its own, with a clock that a test sets.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tiebreak_domain::import::{CandidateColumns, ColumnMapping, ContentKind};
use tiebreak_domain::{DataFormat, Event, ImportPlan, Reply, Request, UnixMillis};
use tiebreak_door::{Door, Gate, Hub, Place, Site};
use tiebreak_engine::{Engine, Host};
use tiebreak_server::{Provider, ProviderSettings, Server, Stop};

use crate::client::Client;

pub const PASSWORD: &str = "correct horse battery";

/// A project that is being served.
pub struct World {
    pub folder: tempfile::TempDir,
    pub engine: Arc<Engine>,
    pub client: Client,
    clock: Arc<AtomicI64>,
    stop: Stop,
    serving: Option<JoinHandle<()>>,
    events: Mutex<Receiver<Event>>,
}

impl World {
    /// Three pairs of texts.
    pub fn new() -> Self {
        Self::behind(false, None)
    }

    /// The same behind a proxy, or under a public address.
    pub fn behind(is_behind_proxy: bool, public_url: Option<&str>) -> Self {
        Self::with(is_behind_proxy, public_url, None)
    }

    /// The same where an OpenID provider vouches for people.
    pub fn vouched_by(issuer: &str) -> Self {
        Self::with(false, None, Some(issuer))
    }

    fn with(is_behind_proxy: bool, public_url: Option<&str>, issuer: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
        let random = AtomicU64::new(7);
        let time = Arc::clone(&clock);
        let host = Host {
            settings_file: None,
            data_folder: None,
            cache_folder: Some(folder.path().join("cache")),
            clock: Arc::new(move || UnixMillis(time.fetch_add(1, Ordering::Relaxed))),
            random: Arc::new(move || {
                let mut z = random.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                z ^ (z >> 31)
            }),
            keyring: None,
            app_version: "9.9.9".to_owned(),
            user_name: "Olga Owner".to_owned(),
            scores_in_background: false,
        };
        let hub = Arc::new(Hub::default());
        let (happens, events) = channel();
        let happens = Mutex::new(happens);
        let to_hub = Arc::clone(&hub);
        let engine = Arc::new(Engine::new(host, move |event: Event| {
            drop(happens.lock().unwrap().send(event.clone()));
            to_hub.push(event);
        }));
        let project = folder.path().join("study.tiebreak");
        let path = project.to_str().unwrap().to_owned();
        engine.call(Request::CreateProject { path, name: "Study <b>\"1\"</b>".into() }).unwrap();
        let listener = Server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let gate = Gate::new(Place {
            public_url: public_url.map(str::to_owned),
            is_loopback: public_url.is_none(),
            cookie_suffix: "0123".into(),
        });
        let mut door = Door::new(Arc::clone(&engine), hub, Site::new(None), Some(gate));
        if issuer.is_some() {
            door = door.with_provider("The lab".into());
        }
        let door = Arc::new(door);
        let mut server = Server::new(listener, door, is_behind_proxy);
        if let Some(issuer) = issuer {
            let settings = ProviderSettings {
                issuer: issuer.to_owned(),
                client_id: "tiebreak & friends".into(),
                client_secret: Some("s:ecret".into()),
                redirect_url: format!("http://{address}/vouch/back"),
            };
            server = server.with_provider(Provider::new(settings).unwrap());
        }
        let stop = Stop::default();
        let stops = stop.clone();
        let serving = std::thread::Builder::new()
            .name("test-server".into())
            .spawn(move || server.run(&stops).unwrap())
            .unwrap();
        let world = Self {
            folder,
            engine,
            client: Client::new(address),
            clock,
            stop,
            serving: Some(serving),
            events: Mutex::new(events),
        };
        world.import_pairs(3);
        world
    }

    /// A pair of pictures that are not there, a pair of other files, and a media folder with other things in it: source
    /// 2.
    pub fn import_media(&self) {
        let media = self.folder.path().join("media");
        std::fs::create_dir_all(media.join("inner")).unwrap();
        std::fs::write(media.join("clip.mp4"), (0..100).collect::<Vec<u8>>()).unwrap();
        std::fs::write(media.join("page.svg"), "<svg onload='alert(1)'/>").unwrap();
        let file = media.join("pictures.jsonl");
        let rows = [
            json!({ "prompt": "a cat", "one": "good.png", "other": "none.png" }),
            json!({ "prompt": "others", "one": "clip.mp4", "other": "page.svg" }),
        ];
        std::fs::write(&file, rows.map(|row| row.to_string()).join("\n")).unwrap();
        self.engine.call(Request::StartImport(plan_of_images(&file))).unwrap();
        self.until(|event| matches!(event, Event::ImportEnded(_, Ok(_))));
    }

    fn import_pairs(&self, count: usize) {
        let rows: Vec<String> = (0..count)
            .map(|row| {
                json!({ "prompt": format!("question {row} <script>"), "chosen": format!("yes {row}"),
                    "rejected": format!("no {row}") })
                .to_string()
            })
            .collect();
        let file = self.folder.path().join("pairs.jsonl");
        std::fs::write(&file, rows.join("\n")).unwrap();
        std::fs::write(self.folder.path().join("secret.txt"), "a secret").unwrap();
        self.engine.call(Request::StartImport(ImportPlan::of_file(file.to_str().unwrap()))).unwrap();
        self.until(|event| matches!(event, Event::ImportEnded(_, Ok(_))));
    }

    /// Waits for an event.
    pub fn until(&self, is_it: impl Fn(&Event) -> bool) {
        let events = self.events.lock().unwrap();
        loop {
            let event = events.recv_timeout(Duration::from_mins(1)).expect("it happens in time");
            if is_it(&event) {
                return;
            }
        }
    }

    pub fn media_folder(&self) -> PathBuf {
        self.folder.path().join("media")
    }

    /// Lets time pass.
    pub fn wait(&self, time: Duration) {
        self.clock.fetch_add(time.as_millis() as i64, Ordering::Relaxed);
    }

    /// A browser that is signed in as owner, by the link of the terminal.
    pub fn owner(&self) -> Client {
        let token = self.engine.offer_owner_link().unwrap();
        let entered = self.client.get(&format!("/enter?token={token}"));
        assert_eq!(entered.status, 200, "{}", entered.text());
        self.browser(&entered.cookie())
    }

    /// A browser with a cookie and the header that only our own pages send.
    pub fn browser(&self, cookie: &str) -> Client {
        self.client.with("cookie", cookie).with("x-tiebreak", "1")
    }

    /// The secret of an invitation that an owner makes.
    pub fn invitation(owner: &Client, role: &str, name: Option<&str>) -> String {
        let made = owner.post("/api/v1/invitations", &json!({ "role": role, "name": name }));
        assert_eq!(made.status, 201, "{}", made.text());
        let link = made.json()["link"].as_str().unwrap().to_owned();
        link.split("invitation=").nth(1).unwrap().to_owned()
    }

    /// A browser of somebody who was invited and joined.
    pub fn join(&self, owner: &Client, role: &str, name: &str) -> Client {
        let invitation = Self::invitation(owner, role, None);
        let joined = self
            .client
            .with("x-tiebreak", "1")
            .post("/api/v1/join", &json!({ "invitation": invitation, "name": name, "password": PASSWORD }));
        assert_eq!(joined.status, 200, "{}", joined.text());
        self.browser(&joined.cookie())
    }

    /// A program with a token that somebody makes.
    pub fn program(&self, of: &Client, scopes: &[&str]) -> Client {
        let made = of.post("/api/v1/tokens", &json!({ "name": "test", "scopes": scopes }));
        assert_eq!(made.status, 201, "{}", made.text());
        self.client.with("authorization", &format!("Bearer {}", made.json()["token"].as_str().unwrap()))
    }

    /// The project's facts as the machine itself sees them.
    pub fn info(&self) -> tiebreak_domain::ProjectInfo {
        match self.engine.call(Request::Project).unwrap() {
            Reply::Project(info) => *info,
            other => panic!("expected the project, found {other:?}"),
        }
    }
}

/// The import of a file whose candidates are images, whatever they are called.
pub fn plan_of_images(file: &Path) -> ImportPlan {
    let columns = |content: &str| CandidateColumns {
        content: content.to_owned(),
        kind: ContentKind::Image,
        model: None,
    };
    let mapping = ColumnMapping {
        prompt: vec!["prompt".to_owned()],
        candidates: vec![columns("one"), columns("other")],
        ..ColumnMapping::default()
    };
    ImportPlan {
        format: Some(DataFormat::Columns),
        mapping: Some(mapping),
        ..ImportPlan::of_file(file.to_str().unwrap())
    }
}

/// The number under which somebody judges.
pub fn annotator_of(client: &Client) -> i64 {
    client.get("/api/v1/me").json()["annotator"].as_i64().unwrap()
}

/// A request for the next items of an annotator.
pub fn queue(annotator: i64, place: &Value) -> Value {
    json!({ "queue": { "annotator": annotator, "place": place, "count": 1, "except": [] } })
}

/// What was on the screen, in the order of the data.
fn showing() -> Value {
    json!({
        "order": [0, 1],
        "models_visible": false,
        "scores_visible": false,
        "shown_at": 1_700_000_000_000_i64,
        "first_input_at": null,
        "submitted_at": 1_700_000_000_000_i64,
        "active_ms": 10,
        "idle_ms": 0,
        "utc_offset_minutes": 0,
        "app_version": "test",
        "session": 1,
        "acquisition": { "method": "file_order", "score": null, "propensity": 1.0 },
        "window": [900.0, 600.0, 1.0],
        "watched": [],
    })
}

/// A judgment of an item, by whom it says.
pub fn judgment(annotator: i64, item: i64, outcome: &str, id: u8) -> Value {
    let id: String = std::iter::repeat_n(format!("{id:02x}"), 16).collect();
    json!({ "submit": {
        "id": id,
        "item": item,
        "annotator": annotator,
        "verdict": { "verdict": "judged", "answers": [
            { "question": "overall", "preference": { "outcome": outcome } },
        ] },
        "flagged": false,
        "comment": "",
        "rubric_version": 1,
        "showing": showing(),
        "origin": "screen",
        "recorded_at": 1_700_000_000_000_i64,
    } })
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(serving) = self.serving.take() {
            let ended = serving.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server panicked");
        }
    }
}
