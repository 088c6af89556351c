//! The engine across a network: requests as calls over HTTP, and what to do when the network is away.
//!
//! Nothing here speaks HTTP itself; a [`Wire`] does (the browser's is in `crate::web`), so that every rule below is
//! tested without a network. The rules: requests of one kind stay in order. A judgment or a draft is kept in the
//! browser's own memory before it is sent, and forgotten there only when the server has acknowledged or refused it;
//! it carries its identity, so that sending it again stores it once. While the network is away everything waits, and
//! is tried again at growing distances; only what must not be done twice is given up with an error. What was kept by
//! an earlier page is sent before anything else is asked. A judgment goes to the project that it was given in: where
//! the server has another one, it stays in the browser. Nor does an older one of an item come after a newer.

mod kept;
mod lane;
mod pixels;
mod wire;

use std::collections::{BTreeMap, HashMap, VecDeque};

use tiebreak_domain::{ApiError, ErrorCode, Event, ProjectKey, Reply, Request};

pub use self::pixels::{PixelBody, Unreadable, pixel_query};
pub use self::wire::{Answer, Arrived, Wire, answer_from_json};

use self::kept::Keeping;
use self::lane::Lane;
use super::{Backend, Incoming, Network, Ticket};

/// The first wait before something is tried again.
const FIRST_WAIT_MS: u64 = 500;
/// The longest.
const LONGEST_WAIT_MS: u64 = 15_000;
/// How many calls that carry pixels or sound go on at once: browsers open six connections to a server, and judgments
/// shall never stand behind a picture.
const PIXEL_CALLS: usize = 3;

/// A way to an engine behind HTTP.
pub struct Http<W> {
    wire: W,
    lanes: BTreeMap<Lane, VecDeque<Job>>,
    running: HashMap<u64, (Lane, Job)>,
    last_call: u64,
    incoming: VecDeque<Incoming>,
    keeping: Keeping,
    project: Option<ProjectKey>,
    network: Network,
    told: Network,
    wait_ms: u64,
    tries_again_at_ms: Option<u64>,
    is_elsewhere: bool,
    /// What the export that goes on writes, as it was named here.
    exports: Option<String>,
}

/// A request on its way.
struct Job {
    /// None for what the page before left, and for what is asked here.
    ticket: Option<Ticket>,
    request: Request,
    /// Under which name the browser keeps it.
    kept_as: Option<String>,
    /// The project that was open when it was asked, where it is about that.
    project: Option<ProjectKey>,
}

impl<W: Wire> Http<W> {
    /// A way over `wire`. `is_elsewhere` says that the engine's machine is not this one: settings belong to the
    /// browser then, and what the engine writes is fetched.
    pub fn new(wire: W, is_elsewhere: bool) -> Self {
        let keeping = Keeping::new(wire.kept());
        Self {
            wire,
            lanes: BTreeMap::new(),
            running: HashMap::new(),
            last_call: 0,
            incoming: VecDeque::new(),
            keeping,
            project: None,
            network: Network::default(),
            told: Network::default(),
            wait_ms: FIRST_WAIT_MS,
            tries_again_at_ms: None,
            is_elsewhere,
            exports: None,
        }
    }

    fn take_arrived(&mut self) {
        while let Some(arrived) = self.wire.arrived() {
            match arrived {
                Arrived::Answer { call, answer } => {
                    if let Some((lane, job)) = self.running.remove(&call) {
                        self.answered(lane, job, answer);
                    }
                }
                Arrived::Event(event) => {
                    if let Event::ExportEnded(_, result) = &*event
                        && let (Ok(_), Some(name)) = (result, self.exports.take())
                    {
                        self.wire.fetch_file(&name);
                    }
                    self.incoming.push_back(Incoming::Event(*event));
                }
                Arrived::EventsMissed => self.ask_for_project(),
                Arrived::SignedIn | Arrived::Online => {
                    self.network.needs_sign_in = false;
                    self.tries_again_at_ms = None;
                }
            }
        }
    }

    fn answered(&mut self, lane: Lane, job: Job, answer: Answer) {
        match answer {
            Answer::Reply(result) => {
                self.network.is_away = false;
                self.wait_ms = FIRST_WAIT_MS;
                self.tries_again_at_ms = None;
                let is_of_other = |error: &ApiError| error.code == ErrorCode::OtherProject;
                if job.project.is_some() && result.as_ref().as_ref().is_err_and(is_of_other) {
                    self.turn_back(job);
                    self.ask_for_project();
                } else {
                    self.settle(job, *result);
                }
            }
            Answer::SignIn => {
                self.lanes.entry(lane).or_default().push_front(job);
                if !self.network.needs_sign_in {
                    self.network.needs_sign_in = true;
                    self.wire.ask_to_sign_in();
                }
            }
            Answer::Later { after_ms } => {
                self.lanes.entry(lane).or_default().push_front(job);
                self.wait(after_ms);
            }
            Answer::Lost => {
                self.network.is_away = true;
                if lane::is_repeatable(&job.request) {
                    self.lanes.entry(lane).or_default().push_front(job);
                } else {
                    let error =
                        ApiError::new(ErrorCode::System, "the network went away before the answer came")
                            .hint("look whether it was done all the same, and else try again");
                    self.settle(job, Err(error));
                }
                let wait_ms = self.wait_ms;
                self.wait_ms = (self.wait_ms * 2).min(LONGEST_WAIT_MS);
                self.wait(wait_ms);
            }
        }
    }

    fn wait(&mut self, ms: u64) {
        let at_ms = self.wire.now_ms() + ms;
        self.tries_again_at_ms =
            Some(self.tries_again_at_ms.map_or(at_ms, |earlier_ms| earlier_ms.max(at_ms)));
        self.wire.wake_after(ms);
    }

    /// Hands an answer on, and forgets what was kept where the answer settles it.
    fn settle(&mut self, job: Job, result: Result<Reply, ApiError>) {
        if let Some(name) = &job.kept_as {
            if result.is_ok() {
                // A newer draft of the same item is kept under the same name.
                if !self.is_on_its_way(name) {
                    self.wire.forget(name);
                }
                if let (Request::Submit(judgment), Some(project)) = (&job.request, job.project) {
                    self.keeping.forget_older(&mut self.wire, project, judgment);
                }
            } else if job.ticket.is_some() {
                self.keeping.put_back(&self.wire, name);
            } else if let Err(error) = &result {
                // Refused for good it is put aside, so that it is not sent for ever, and not lost either; refused
                // for now, as where somebody else is signed in, it waits for the next page.
                if matches!(error.code, ErrorCode::NotFound | ErrorCode::BadRequest | ErrorCode::BadInput) {
                    Keeping::put_aside(&mut self.wire, name);
                } else {
                    self.keeping.put_back(&self.wire, name);
                }
                self.incoming.push_back(Incoming::Refused(ApiError {
                    message: format!("a judgment kept by this browser was refused: {}", error.message),
                    ..error.clone()
                }));
            }
        }
        if let Ok(Reply::Project(info)) = &result
            && self.project != Some(info.key)
        {
            self.project = Some(info.key);
            self.turn_back_others();
            self.send_what_was_kept();
        }
        if matches!((&job.request, &result), (Request::CloseProject, Ok(_))) {
            self.project = None;
        }
        if let (true, Some(name)) = (self.is_elsewhere, written(&job.request)) {
            match (&job.request, &result) {
                (Request::StartExport { .. }, Ok(_)) => {}
                (Request::StartExport { .. }, Err(_)) => self.exports = None,
                (_, Ok(_)) => self.wire.fetch_file(&name),
                (_, Err(_)) => {}
            }
        }
        match job.ticket {
            Some(ticket) => self.incoming.push_back(Incoming::Reply(ticket, result)),
            None => {
                if let Ok(Reply::Project(info)) = result {
                    self.incoming.push_back(Incoming::Event(Event::ProjectChanged(info)));
                }
            }
        }
    }

    /// What pages before this one left, in the order it was given, before anything that waits already.
    fn send_what_was_kept(&mut self) {
        let Some(project) = self.project else { return };
        let left = self.keeping.take_left(project);
        let lane = self.lanes.entry(Lane::Judgments).or_default();
        for (name, request) in left.into_iter().rev() {
            lane.push_front(Job { ticket: None, request, kept_as: Some(name), project: Some(project) });
        }
    }

    fn enqueue(&mut self, ticket: Option<Ticket>, request: Request, kept_as: Option<String>) {
        let lane = lane::of(&request);
        let project = self.project.filter(|_| lane::is_about_project(&request));
        self.lanes.entry(lane).or_default().push_back(Job { ticket, request, kept_as, project });
    }

    /// Asks which project is open and how it stands, before anything more is sent to it; once is enough.
    fn ask_for_project(&mut self) {
        let lane = self.lanes.entry(lane::of(&Request::Project)).or_default();
        if !lane.iter().any(|job| job.ticket.is_none() && job.request == Request::Project) {
            lane.push_front(Job { ticket: None, request: Request::Project, kept_as: None, project: None });
        }
    }

    /// Takes out what is about another project than the one that is open.
    fn turn_back_others(&mut self) {
        let project = self.project;
        let is_of_other = |job: &Job| job.project.is_some() && job.project != project;
        let mut turned_back = Vec::new();
        for jobs in self.lanes.values_mut() {
            let (of_others, others): (VecDeque<_>, VecDeque<_>) = jobs.drain(..).partition(is_of_other);
            *jobs = others;
            turned_back.extend(of_others);
        }
        for job in turned_back {
            self.turn_back(job);
        }
    }

    /// Something that is about another project than the one that is open. What the browser keeps waits there until its
    /// project is open again; everything else is refused.
    fn turn_back(&mut self, job: Job) {
        let other = "another project is open at this address now";
        match (&job.kept_as, job.ticket) {
            (Some(name), _) => {
                self.keeping.put_back(&self.wire, name);
                if matches!(job.request, Request::Submit(_)) {
                    let error = ApiError::new(ErrorCode::OtherProject, other);
                    let hint = "judgments of the one before wait in this browser until it is open here again";
                    self.incoming.push_back(Incoming::Refused(error.hint(hint)));
                }
            }
            (None, Some(ticket)) => {
                let error = ApiError::new(ErrorCode::OtherProject, other);
                self.incoming.push_back(Incoming::Reply(ticket, Err(error)));
            }
            (None, None) => {}
        }
    }

    /// Whether judgments of an earlier page are still to be sent; until then nothing is offered to be judged.
    fn has_left_over(&self) -> bool {
        let waiting = self.lanes.get(&Lane::Judgments).into_iter().flatten();
        let running = self.running.values().map(|(_, job)| job);
        waiting.chain(running).any(|job| job.ticket.is_none() && job.kept_as.is_some())
    }

    fn is_on_its_way(&self, name: &str) -> bool {
        let mut jobs = self.lanes.values().flatten().chain(self.running.values().map(|(_, job)| job));
        jobs.any(|job| job.kept_as.as_deref() == Some(name))
    }

    /// Begins what may begin.
    fn pump(&mut self) {
        if self.network.needs_sign_in {
            return;
        }
        if let Some(at_ms) = self.tries_again_at_ms {
            let now_ms = self.wire.now_ms();
            if now_ms < at_ms {
                self.wire.wake_after(at_ms - now_ms);
                return;
            }
            self.tries_again_at_ms = None;
        }
        self.turn_back_others();
        let holds_queue = self.has_left_over();
        let lanes: Vec<Lane> = self.lanes.keys().cloned().collect();
        for lane in lanes {
            loop {
                let in_lane = self.running.values().filter(|(running, _)| *running == lane).count();
                let pixels = self.running.values().filter(|(running, _)| running.carries_pixels()).count();
                let is_full = in_lane >= lane.at_once()
                    || (lane.carries_pixels() && pixels >= PIXEL_CALLS)
                    || (lane == Lane::Queue && holds_queue)
                    // One call finds out whether the network is back.
                    || (self.network.is_away && !self.running.is_empty());
                let next =
                    if is_full { None } else { self.lanes.get_mut(&lane).and_then(VecDeque::pop_front) };
                let Some(job) = next else { break };
                self.last_call += 1;
                self.wire.call(self.last_call, &job.request, job.project);
                self.running.insert(self.last_call, (lane.clone(), job));
            }
        }
        self.lanes.retain(|_, jobs| !jobs.is_empty());
    }

    /// Tells how the network stands, as long as there is anything to tell, and once more when there is not.
    fn tell_network(&mut self) {
        let waiting = self.lanes.values().flatten().chain(self.running.values().map(|(_, job)| job));
        let judgments = waiting.filter(|job| matches!(job.request, Request::Submit(_)));
        let (mut count, mut cannot_keep) = (0, false);
        for job in judgments {
            count += 1;
            cannot_keep |= job.kept_as.is_none();
        }
        self.network.waiting_judgments = count;
        self.network.cannot_keep = cannot_keep;
        let is_fine = !(self.network.is_away || self.network.needs_sign_in || self.network.cannot_keep);
        if self.network != self.told && !(is_fine && self.told == Network::default()) {
            self.told = self.network.clone();
            self.incoming.push_back(Incoming::Network(self.network.clone()));
        }
    }

    /// Settings that belong to the browser.
    fn keep_settings(&mut self, ticket: Ticket, request: &Request) -> bool {
        match request {
            Request::LoadSettings if self.is_elsewhere => {
                let settings = kept::settings(&self.wire.kept());
                self.incoming.push_back(Incoming::Reply(ticket, Ok(Reply::Settings(Box::new(settings)))));
            }
            Request::SaveSettings(settings) if self.is_elsewhere => {
                kept::keep_settings(&mut self.wire, settings);
                self.incoming.push_back(Incoming::Reply(ticket, Ok(Reply::Done)));
            }
            _ => return false,
        }
        true
    }
}

impl<W: Wire> Backend for Http<W> {
    fn send(&mut self, ticket: Ticket, request: Request) {
        if self.keep_settings(ticket, &request) {
            return;
        }
        let mut kept_as = None;
        if let (true, Some(project)) = (Keeping::is_kept(&request), self.project) {
            kept_as = self.keeping.keep(&mut self.wire, project, &request);
            if let Request::Submit(judgment) = &request {
                for (name, older) in self.keeping.take_older(project, judgment) {
                    self.enqueue(None, older, Some(name));
                }
            }
        }
        if let (true, Request::StartExport { .. }) = (self.is_elsewhere, &request) {
            // Its end may be heard before the answer.
            self.exports = written(&request);
        }
        self.enqueue(Some(ticket), request, kept_as);
        self.pump();
        self.tell_network();
    }

    fn receive(&mut self) -> Option<Incoming> {
        self.take_arrived();
        self.pump();
        self.tell_network();
        self.incoming.pop_front()
    }
}

/// The name of the file that a request makes the engine write.
fn written(request: &Request) -> Option<String> {
    let (Request::StartExport { path, .. }
    | Request::SaveImportReport { path, .. }
    | Request::SaveRubric { path, .. }
    | Request::SaveModelReport { path, .. }) = request
    else {
        return None;
    };
    path.rsplit(['/', '\\']).next().map(str::to_owned)
}

#[cfg(test)]
mod tests;
