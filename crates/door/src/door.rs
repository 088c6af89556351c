//! The door itself: what a request names, who asks, and who answers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{HeaderValue, Method, Request as HttpRequest, StatusCode};
use tiebreak_domain::account::Me;
use tiebreak_domain::{ApiError, ErrorCode, Event, Reply, Request, Role, SourceId, UnixMillis};
use tiebreak_engine::{Engine, Known};

use crate::answer::{self, Answer, field};
use crate::events::{Hub, Poll};
use crate::files::{self, Files};
use crate::gate::{Gate, Peer};
use crate::lane::Lane;
use crate::page::{Destination, PageFile};
use crate::route::{AccountRoute, Route};
use crate::site::Site;
use crate::{account, call, fonts, media, page, pixels};

/// How long a long poll lasts.
const POLL: Duration = Duration::from_secs(25);

/// The door.
pub struct Door {
    pub(crate) engine: Arc<Engine>,
    pub(crate) hub: Arc<Hub>,
    site: Site,
    /// None at the machine itself, where a web view asks: whoever sits there may ask everything.
    pub(crate) gate: Option<Gate>,
    /// What people call the OpenID provider, where one is set up.
    pub(crate) provider: Option<String>,
    pub(crate) files: Files,
}

/// Somebody who hears a stream of events.
pub struct Listener {
    /// Who; nobody in particular at the machine itself.
    pub known: Option<Known>,
    /// The number of the first event to be told.
    pub since: u64,
    parts: Parts,
    peer: Peer,
}

/// A request whose beginning was looked at.
pub enum Begun {
    /// Answered already.
    Done(Answer),
    /// To be answered by [`Door::finish`], which may take its time.
    Work(Lane, Work),
}

/// What is left to do.
pub struct Work {
    parts: Parts,
    peer: Peer,
    task: Task,
}

enum Task {
    Call(Vec<u8>),
    Bytes(call::Wanted),
    Medium(SourceId, String),
    Poll(u64, Duration),
    Me,
    Enter,
    SignIn(Vec<u8>),
    Join(Vec<u8>),
    AccountsPage,
    PageFile(PageFile),
    Account(AccountRoute, Vec<u8>),
    Project,
    Judgments,
    Upload(Vec<u8>),
    Download(String),
    Font(String),
    OpenApi,
    Site(String),
}

impl Work {
    /// The number of the event that is waited for; none where nothing is.
    pub fn waits_for(&self) -> Option<u64> {
        match self.task {
            Task::Poll(since, patience) if since > 0 && !patience.is_zero() => Some(since),
            _ => None,
        }
    }

    /// The same once somebody else has waited.
    pub fn without_waiting(mut self) -> Self {
        if let Task::Poll(_, patience) = &mut self.task {
            *patience = Duration::ZERO;
        }
        self
    }
}

impl Door {
    /// The door of an engine whose events go to the hub. Without a gate everything may be asked.
    pub fn new(engine: Arc<Engine>, hub: Arc<Hub>, site: Site, gate: Option<Gate>) -> Self {
        Self { engine, hub, site, gate, provider: None, files: Files::default() }
    }

    /// Offers to sign in by an OpenID provider.
    pub fn with_provider(self, name: String) -> Self {
        Self { provider: Some(name), ..self }
    }

    /// The time, as the engine has it.
    pub fn now(&self) -> UnixMillis {
        self.engine.now()
    }

    /// Where events are.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Answers a request; blocks its caller only.
    pub fn answer(&self, request: HttpRequest<Vec<u8>>, peer: Peer) -> Answer {
        match self.begin(request, peer) {
            Begun::Done(answer) => answer,
            Begun::Work(_, work) => self.finish(work),
        }
    }

    /// Looks at the beginning of a request: whether it is meant for this door, and what it names. Waits for nothing.
    pub fn begin(&self, request: HttpRequest<Vec<u8>>, peer: Peer) -> Begun {
        let (parts, body) = request.into_parts();
        match self.look(&parts, body, peer) {
            Ok((lane, task)) => Begun::Work(lane, Work { parts, peer, task }),
            Err(answer) => Begun::Done(hardened(answer)),
        }
    }

    /// Answers what was begun.
    pub fn finish(&self, work: Work) -> Answer {
        hardened(self.answered(work).unwrap_or_else(|answer| answer))
    }

    fn answered(&self, work: Work) -> Result<Answer, Answer> {
        let Work { parts, peer, task } = work;
        let refused = |error: ApiError| answer::error(&error);
        match task {
            Task::Call(body) => {
                let known = self.admit(&parts, peer)?;
                let request = call::request(&parts.headers, &body).map_err(refused)?;
                if let Some(meant) = call::project(&parts.headers).map_err(refused)? {
                    self.engine.refuse_other_project(meant).map_err(refused)?;
                }
                let reply = self.ask(known.as_ref(), request).map_err(refused)?;
                Ok(answer::json(StatusCode::OK, &reply))
            }
            Task::Bytes(wanted) => {
                let known = self.admit(&parts, peer)?;
                self.bytes(&parts, known.as_ref(), wanted).map_err(refused)
            }
            Task::Medium(source, uri) => {
                let known = self.admit_judge(&parts, peer)?;
                let caller = known.as_ref().map(|known| &known.caller);
                let medium = self.engine.medium_file(caller, source, &uri, true).map_err(refused)?;
                media::answer_medium(&parts.method, &parts.headers, &medium).map_err(refused)
            }
            Task::Poll(since, patience) => {
                let known = self.admit_judge(&parts, peer)?;
                self.hub.wait(since, patience);
                Ok(answer::json(StatusCode::OK, &self.heard(known.as_ref(), since)))
            }
            Task::Me => {
                let known = self.admit(&parts, peer)?;
                Ok(answer::json(StatusCode::OK, &self.me(known.as_ref()).map_err(refused)?))
            }
            Task::Enter => self.enter(&parts, peer),
            Task::SignIn(body) => self.sign_in_page(&parts, &body, peer),
            Task::Join(body) => self.join_page(&parts, &body, peer),
            Task::AccountsPage => self.accounts_page(&parts, peer),
            Task::PageFile(file) => Ok(file.answer()),
            Task::Project => {
                let known = self.admit(&parts, peer)?;
                self.project(known.as_ref()).map_err(refused)
            }
            Task::Judgments => {
                let known = self.known(&parts, peer)?;
                self.judgments(&parts, &known).map_err(refused)
            }
            Task::Upload(body) => {
                let upload = self.begin_upload(&parts, peer)?;
                let written = upload.file().and_then(|mut file| std::io::Write::write_all(&mut file, &body));
                written.map_err(|error| {
                    refused(ApiError::new(ErrorCode::System, format!("the file cannot be kept: {error}")))
                })?;
                Ok(self.finish_upload(&parts, upload))
            }
            Task::Download(name) => {
                let known = self.known(&parts, peer)?;
                let found = self.files.fetch(known.caller.annotator, &name).ok_or_else(|| {
                    answer::refusal(
                        StatusCode::NOT_FOUND,
                        "there is no such file here",
                        "export it again, and fetch it from the process that wrote it",
                    )
                })?;
                media::download(&parts.method, &parts.headers, &found).map_err(refused)
            }
            Task::Font(script) => {
                self.admit(&parts, peer)?;
                let file = fonts::file_for(&script).ok_or_else(|| {
                    answer::refusal(
                        StatusCode::NOT_FOUND,
                        "this machine has no font for that script",
                        "install one where the project is served, as Noto Sans",
                    )
                })?;
                media::download(&parts.method, &parts.headers, &file).map_err(refused)
            }
            Task::OpenApi => Ok(crate::open_api::answer()),
            Task::Account(route, body) => self.account(route, &parts, &body, peer),
            Task::Site(name) => {
                let is_page = name.is_empty() || name == "index.html";
                if is_page && self.gate.is_some() && self.cookie_holder(&parts, peer)?.is_none() {
                    return Err(page::to_sign_in(Destination::Project));
                }
                Ok(self.site.answer(&parts.headers, &name))
            }
        }
    }

    /// What somebody hears of what happened from a number on; 0 asks where events stand.
    pub fn heard(&self, known: Option<&Known>, since: u64) -> Poll<Event> {
        if since == 0 {
            return Poll { next: self.hub.next(), events: Vec::new(), missed: false };
        }
        let heard = self.hub.since(since);
        let seen = |event: &Event| match known {
            Some(known) => self.engine.event_for(&known.caller, event.clone()),
            None => Some(event.clone()),
        };
        let events = heard.events.iter().filter_map(|(_, event)| seen(event)).collect();
        Poll { next: heard.next, events, missed: heard.missed }
    }

    /// Somebody who listens, as they are now: their role may be another. None where nothing is to be told any more,
    /// since they signed out or were shut out.
    pub fn look_again(&self, listener: &Listener) -> Option<Option<Known>> {
        self.admit_judge(&listener.parts, listener.peer).ok()
    }

    /// Whether a stream of events is asked for, which [`Door::listener`] then says who hears.
    pub fn is_stream(parts: &Parts) -> bool {
        let query = parts.uri.query().unwrap_or_default();
        Route::of(parts.uri.path()) == Route::Events && field(query, "since").is_none()
    }

    /// Who hears a stream of events, and from which number on.
    pub fn listener(&self, parts: Parts, peer: Peer) -> Result<Listener, Answer> {
        let refusal = self.refusal(&parts, peer);
        let admitted = refusal.map_or_else(|| self.admit_judge(&parts, peer), Err);
        let last = parts.headers.get("last-event-id").and_then(|value| value.to_str().ok());
        let since = last.and_then(|last| last.parse::<u64>().ok());
        // A number that is not yet is one of another process, from before a restart.
        let since = since.map_or_else(|| self.hub.next(), |last| last.saturating_add(1));
        Ok(Listener { known: admitted.map_err(hardened)?, since, parts, peer })
    }

    fn look(&self, parts: &Parts, body: Vec<u8>, peer: Peer) -> Result<(Lane, Task), Answer> {
        if let Some(refusal) = self.refusal(parts, peer) {
            return Err(refusal);
        }
        let query = parts.uri.query().unwrap_or_default();
        Ok(match Route::of(parts.uri.path()) {
            Route::Call => {
                only(parts, &[Method::POST])?;
                (call::lane(&body), Task::Call(body))
            }
            Route::Pixels => {
                only(parts, &[Method::GET])?;
                let wanted = call::wanted(query).map_err(|error| answer::error(&error))?;
                (Lane::of(&wanted.request), Task::Bytes(wanted))
            }
            Route::Media { source, uri } => {
                only(parts, &[Method::GET, Method::HEAD])?;
                // It may have to be fetched first.
                (Lane::Playing, Task::Medium(source, uri))
            }
            Route::Events => {
                only(parts, &[Method::GET])?;
                let since = field(query, "since").and_then(|since| since.parse().ok());
                let since = since.ok_or_else(|| {
                    answer::refusal(StatusCode::BAD_REQUEST, "`since` is a number", "begin with since=0")
                })?;
                (if since == 0 { Lane::Quick } else { Lane::Waiting }, Task::Poll(since, POLL))
            }
            Route::Me => {
                only(parts, &[Method::GET])?;
                (Lane::Quick, Task::Me)
            }
            Route::Enter => {
                only(parts, &[Method::GET])?;
                (Lane::Quick, Task::Enter)
            }
            Route::SignInPage => {
                only(parts, &[Method::GET, Method::HEAD, Method::POST])?;
                (Lane::Others, Task::SignIn(body))
            }
            Route::JoinPage => {
                only(parts, &[Method::GET, Method::HEAD, Method::POST])?;
                (Lane::Others, Task::Join(body))
            }
            Route::AccountsPage => {
                only(parts, &[Method::GET, Method::HEAD])?;
                (Lane::Others, Task::AccountsPage)
            }
            Route::PageFile(file) => {
                only(parts, &[Method::GET, Method::HEAD])?;
                (Lane::Quick, Task::PageFile(file))
            }
            Route::Project => {
                only(parts, &[Method::GET])?;
                (Lane::Quick, Task::Project)
            }
            Route::Judgments => {
                only(parts, &[Method::GET])?;
                (Lane::Long, Task::Judgments)
            }
            Route::Items | Route::Uploads => {
                only(parts, &[Method::POST])?;
                (Lane::Long, Task::Upload(body))
            }
            Route::Download(name) => {
                only(parts, &[Method::GET])?;
                (Lane::Quick, Task::Download(name))
            }
            Route::Font(script) => {
                only(parts, &[Method::GET])?;
                (Lane::Looking, Task::Font(script))
            }
            Route::OpenApi => {
                only(parts, &[Method::GET])?;
                (Lane::Quick, Task::OpenApi)
            }
            Route::Account(route) => {
                account::check_method(&route, parts)?;
                (Lane::Others, Task::Account(route, body))
            }
            Route::Site(name) => {
                only(parts, &[Method::GET, Method::HEAD])?;
                (Lane::Quick, Task::Site(name))
            }
            Route::Unknown => {
                return Err(answer::refusal(
                    StatusCode::NOT_FOUND,
                    "there is nothing at this address",
                    "see /api/v1/openapi.json for what there is",
                ));
            }
        })
    }

    pub(crate) fn refusal(&self, parts: &Parts, peer: Peer) -> Option<Answer> {
        self.gate.as_ref()?.refusal(parts, peer)
    }

    pub(crate) fn ask(&self, known: Option<&Known>, request: Request) -> Result<Reply, ApiError> {
        // A fault inside must cost nobody but whoever asked.
        let asked = std::panic::AssertUnwindSafe(|| match known {
            Some(known) => self.ask_as(known, request),
            None => self.engine.call(request),
        });
        std::panic::catch_unwind(asked).unwrap_or_else(|_| {
            Err(ApiError::new(ErrorCode::System, "the engine failed inside")
                .hint("what was saved is safe; please report this"))
        })
    }

    fn ask_as(&self, known: &Known, mut request: Request) -> Result<Reply, ApiError> {
        if !Engine::is_about_files(&request) {
            return self.engine.call_known(known, request);
        }
        // Whoever may not ask learns nothing of which files there are.
        if known.caller.role.leads() {
            self.files.resolve(known.caller.annotator, &mut request)?;
        }
        let folder = files::folder_of(&request);
        self.engine.call_on_files(known, request).map_err(|error| match folder {
            Some(folder) => files::without_folder(error, &folder),
            None => error,
        })
    }

    fn bytes(&self, parts: &Parts, known: Option<&Known>, wanted: call::Wanted) -> Result<Answer, ApiError> {
        let caller = known.map(|known| &known.caller);
        let stamp = pixels::medium_of(&wanted.request)
            .and_then(|(source, uri)| self.engine.medium_file(caller, source, uri, false).ok())
            .and_then(|medium| media::stamp(&medium));
        let tag = wanted.tag(&format!("{stamp:?}"));
        if stamp.is_some() && media::is_known(&parts.headers, &tag) {
            return Ok(call::bytes(tag, None));
        }
        let reply = self.ask(known, wanted.request)?;
        Ok(call::bytes(tag, Some(pixels::body(&reply, wanted.coding)?)))
    }

    pub(crate) fn me(&self, known: Option<&Known>) -> Result<Me, ApiError> {
        let Reply::Project(info) = self.ask(known, Request::Project)? else {
            return Err(ApiError::new(ErrorCode::System, "the engine answered something else"));
        };
        Ok(match known {
            Some(known) => Me {
                annotator: known.caller.annotator,
                name: known.name.clone(),
                role: known.caller.role,
                project: info.name,
                until: Some(known.until),
            },
            None => Me {
                annotator: info.annotator,
                name: info.current_annotator().map(|own| own.name.clone()).unwrap_or_default(),
                role: Role::Owner,
                project: info.name,
                until: None,
            },
        })
    }
}

impl Peer {
    /// A web view of this very program.
    pub fn local() -> Self {
        Self { address: IpAddr::from([127, 0, 0, 1]), is_https: true }
    }
}

pub(crate) fn hardened(mut answer: Answer) -> Answer {
    answer::harden(answer.headers_mut());
    answer
}

pub(crate) fn only(parts: &Parts, methods: &[Method]) -> Result<(), Answer> {
    if methods.contains(&parts.method) {
        return Ok(());
    }
    let allowed = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let mut answer =
        answer::refusal(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method", &allowed);
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        answer.headers_mut().insert(http::header::ALLOW, allowed);
    }
    Err(answer)
}
