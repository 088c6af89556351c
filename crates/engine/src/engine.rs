//! The engine's one method: a request in, a reply or an error out.
//!
//! It is synchronous and may be called from several threads at once. What it does itself is little: find the
//! open project, hand the request to the part that knows, and keep the settings.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Instant;

use tiebreak_domain::media::{FramesRequest, SoundRequest};
use tiebreak_domain::{ApiError, ErrorCode, Event, ProjectKey, Reply, Request, Rubric, Settings, SourceId};
use tiebreak_media::{Images, Located, VideoLimits, Videos};
use tiebreak_store::{NewProject, ProjectPlace, Store, StoreError};

use crate::accounts::Known;
use crate::host::Host;
use crate::jobs::Jobs;
use crate::seat::{Caller, Seat};
use crate::session::Session;
use crate::settings_file::SettingsFile;
use crate::{export, failure, import, merge, people, permission, rubric, sample, scoring, visible};

/// How many projects opened before are remembered.
const RECENT_KEPT: usize = 12;
const EXISTS_HINT: &str = "choose another name, or open the file that is there";
/// Memory for decoded images.
const IMAGE_BUDGET_BYTES: usize = 96 * 1024 * 1024;

/// Everything a project, a queue and its judgments need, behind one door.
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
    images: Images,
    pub(crate) videos: Videos,
    session: RwLock<Option<Arc<Session>>>,
    /// Held while one project is exchanged for another.
    switching: Mutex<()>,
}

/// A medium as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediumFile {
    /// Where it lies.
    pub path: PathBuf,
    /// From where it was fetched, if it was.
    pub address: Option<String>,
}

/// What the engine's threads share.
pub struct Shared {
    pub(crate) host: Host,
    pub(crate) jobs: Arc<Jobs>,
    settings: Mutex<SettingsFile>,
    events: Box<dyn Fn(Event) + Send + Sync>,
}

impl Shared {
    pub(crate) fn emit(&self, event: Event) {
        (self.events)(event);
    }

    /// What new projects call whoever sits here.
    pub(crate) fn annotator_name(&self) -> String {
        let settings = self.load_settings();
        self.host.name_beside(&settings).unwrap_or_else(|| "Annotator".to_owned())
    }

    fn load_settings(&self) -> Settings {
        self.settings.lock().expect("settings do not panic").load()
    }
}

impl Engine {
    /// An engine with no project open; `events` is called from its threads and must not block.
    pub fn new(host: Host, events: impl Fn(Event) + Send + Sync + 'static) -> Self {
        let images = Images::new(host.cache_folder.clone(), IMAGE_BUDGET_BYTES);
        let videos = Videos::new(VideoLimits::default()).fetching_by(images.fetcher());
        let settings = Mutex::new(SettingsFile::new(host.settings_file.clone()));
        let shared = Shared { host, jobs: Arc::default(), settings, events: Box::new(events) };
        Self {
            shared: Arc::new(shared),
            images,
            videos,
            session: RwLock::new(None),
            switching: Mutex::new(()),
        }
    }

    /// Answers a request of whoever sits at this machine; blocks its caller only.
    pub fn call(&self, request: Request) -> Result<Reply, ApiError> {
        self.answer(request, None)
    }

    /// Answers a request of somebody who calls from elsewhere, as far as their role lets them ask, and without what
    /// is not for them; blocks its caller only.
    pub fn call_as(&self, caller: &Caller, request: Request) -> Result<Reply, ApiError> {
        permission::check(caller, &request)?;
        if matches!(request, Request::LoadSettings) {
            return Ok(Reply::Settings(Box::default()));
        }
        let seat = Seat::of_caller(caller);
        let asked = visible::medium_of(&request);
        let told = |error| visible::error(caller, asked.as_deref(), error);
        if let Ok(session) = self.session() {
            session.refuse_media_of_nobody(&seat, &request).map_err(told)?;
        }
        let reply = self.answer(request, Some(seat)).map_err(told)?;
        if let Ok(session) = self.session() {
            session.note_media_of(&reply);
        }
        Ok(visible::reply(caller, reply))
    }

    /// Answers somebody who came in, as far as the way they came allows.
    pub fn call_known(&self, known: &Known, request: Request) -> Result<Reply, ApiError> {
        if let Some(scope) = permission::scope(&request).filter(|scope| !known.has_scope(*scope)) {
            let message = format!("this needs a token with the scope {}", scope.word());
            return Err(ApiError::new(ErrorCode::Denied, message).hint("make one with that scope"));
        }
        self.call_as(&known.caller, request)
    }

    /// What a caller hears of an event; none where it is not for them.
    pub fn event_for(&self, caller: &Caller, event: Event) -> Option<Event> {
        let owns = |view| self.session().is_ok_and(|session| session.views.is_of(view, caller.annotator));
        visible::event(caller, event, owns)
    }

    /// Refuses what is about another project than the one that is open.
    pub fn refuse_other_project(&self, meant: ProjectKey) -> Result<(), ApiError> {
        if self.session()?.key() == meant {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::OtherProject, "another project is open here now")
            .hint("open this page again"))
    }

    /// The file of a medium: it lies in the folder of its source, or was fetched from an address, which is waited
    /// for where it `fetches`. Whoever calls sees what items hold.
    pub fn medium_file(
        &self,
        caller: Option<&Caller>,
        source: SourceId,
        uri: &str,
        fetches: bool,
    ) -> Result<MediumFile, ApiError> {
        let session = self.session()?;
        if let Some(caller) = caller {
            session.refuse_medium_of_nobody(&Seat::of_caller(caller), source, uri)?;
        }
        match session.media_folder(source)?.locate(uri)? {
            Located::File(path) => Ok(MediumFile { path, address: None }),
            Located::Address(address) => {
                let fetcher = self.images.fetcher();
                let path = if fetches {
                    fetcher.fetch_medium(&address, Instant::now())?
                } else {
                    fetcher.kept_file(&address).ok_or_else(|| {
                        ApiError::new(ErrorCode::NotFound, "the medium was not fetched yet").hint("fetch it")
                    })?
                };
                Ok(MediumFile { path, address: Some(address) })
            }
        }
    }

    pub(crate) fn answer(&self, request: Request, seat: Option<Seat>) -> Result<Reply, ApiError> {
        let seated = || {
            let session = self.session()?;
            let seat = seat.unwrap_or_else(|| session.seat());
            Ok::<_, ApiError>((session, seat))
        };
        match request {
            Request::LoadSettings => Ok(Reply::Settings(Box::new(
                self.shared.settings.lock().expect("settings do not panic").show(),
            ))),
            Request::SaveSettings(settings) => {
                self.shared.settings.lock().expect("settings do not panic").replace(&settings)?;
                Ok(Reply::Done)
            }
            Request::OpenSample => {
                let path = sample::path_in_data_folder(&self.shared.host)?;
                self.switch(&ProjectPlace::File(path.clone()), || {
                    sample::open_or_make(&path, &self.shared.host)
                })
            }
            Request::OpenProject { path } => {
                let place = place(&path)?;
                // Whoever opens a project hears that its database is away; only who has it open waits for that to pass.
                let opened = self.switch(&place, || Ok(Store::open(&place)?));
                opened.map_err(|error| match error.code {
                    ErrorCode::Unavailable => ApiError { code: ErrorCode::System, ..error },
                    _ => error,
                })
            }
            Request::CreateProject { path, name } => {
                let place = place(&path)?;
                let project = self.new_project(&name)?;
                self.switch(&place, || create(&place, &project))
            }
            Request::CloseProject => {
                let _switching = self.switching.lock().expect("switching does not panic");
                self.close();
                Ok(Reply::Done)
            }
            Request::Project => {
                let (session, seat) = seated()?;
                Ok(Reply::Project(Box::new(session.info(&seat)?)))
            }
            Request::SetAnnotator { name } => {
                let (session, seat) = seated()?;
                Ok(Reply::Project(Box::new(session.switch_annotator(&seat, &name, None)?)))
            }
            Request::PreviewImport(plan) => {
                Ok(Reply::ImportPreview(Box::new(tiebreak_formats::preview(&plan)?)))
            }
            Request::StartImport(plan) => {
                // Whoever calls names no folders of this machine, and neither do their files.
                import::job::start(&self.shared, &self.session()?, plan, seat.is_none()).map(Reply::Started)
            }
            Request::SaveImportReport { job, path } => {
                import::report::save(&self.shared.jobs, job, Path::new(&path))?;
                Ok(Reply::Done)
            }
            Request::Queue(request) => {
                let (session, seat) = seated()?;
                session.queue(&seat, &request).map(Reply::Items)
            }
            Request::Submit(judgment) => {
                let (session, seat) = seated()?;
                session.submit(&seat, *judgment)
            }
            Request::SaveDraft { annotator, item, draft } => {
                let (session, seat) = seated()?;
                session.save_draft(&seat, annotator, item, draft)
            }
            Request::Templates => Ok(Reply::Templates(rubric::templates())),
            Request::ReadRubric { text } => rubric::read(&text).map(Box::new).map(Reply::Template),
            Request::WriteRubric(template) => Ok(Reply::Text(rubric::write(&template))),
            Request::OpenRubric { path } => rubric::open(Path::new(&path)).map(Reply::Text),
            Request::SaveRubric { path, text, replace } => {
                rubric::save(Path::new(&path), &text, replace).map(|()| Reply::Done)
            }
            Request::SetRubric(rubric) => {
                let (session, seat) = seated()?;
                Ok(Reply::Project(Box::new(session.set_rubric(&seat, *rubric)?)))
            }
            Request::StartMerge { path } => {
                merge::start(&self.shared, &self.session()?, &place(&path)?, seat.is_none())
                    .map(Reply::Started)
            }
            Request::Study => Ok(Reply::Study(Box::new(self.session()?.study()))),
            Request::SetStudy(study) => {
                let (session, seat) = seated()?;
                session.set_study(&seat, *study)
            }
            Request::StudyTemplates => Ok(Reply::StudyTemplates(people::templates())),
            Request::SwitchAnnotator { name, pin } => {
                let (session, seat) = seated()?;
                let info = session.switch_annotator(&seat, &name, pin.as_ref())?;
                Ok(Reply::Project(Box::new(info)))
            }
            Request::SetPin { annotator, current, pin } => {
                let (session, seat) = seated()?;
                session.set_pin(&seat, annotator, current.as_ref(), pin.as_ref())
            }
            Request::SaveProfile { annotator, answers, consents } => {
                let (session, seat) = seated()?;
                session.save_profile(&seat, annotator, answers, consents)
            }
            Request::SetTags { annotator, tags } => {
                let (session, seat) = seated()?;
                session.set_tags(&seat, annotator, tags)
            }
            Request::SetLead { annotator, is_lead } => {
                let (session, seat) = seated()?;
                session.set_lead(&seat, annotator, is_lead)
            }
            Request::People => {
                let (session, seat) = seated()?;
                session.everyone(&seat)
            }
            Request::SetItemRole { item, role } => {
                let (session, seat) = seated()?;
                session.set_item_role(&seat, item, role)
            }
            Request::ItemRoles => {
                let (session, seat) = seated()?;
                session.item_roles(&seat)
            }
            Request::Training { annotator, item } => self.session()?.training(annotator, item),
            Request::Quality => {
                let (session, seat) = seated()?;
                session.quality(&seat)
            }
            Request::SecondLook(filter) => {
                let (session, seat) = seated()?;
                session.second_look(&seat, &filter)
            }
            Request::Learning => Ok(self.session()?.learning_state()),
            Request::QueueAhead { annotator, count } => {
                let (session, seat) = seated()?;
                session.queue_ahead(&seat, annotator, count)
            }
            Request::ItemScores { annotator, item } => {
                let (session, seat) = seated()?;
                session.item_scores(&seat, annotator, item)
            }
            Request::ModelReport(filter) => {
                let (session, seat) = seated()?;
                Ok(Reply::ModelReport(Box::new(session.model_report(&seat, &filter)?)))
            }
            Request::SaveModelReport { filter, path, replace } => {
                let (session, seat) = seated()?;
                session.save_model_report(&seat, &filter, &absolute(&path), replace)
            }
            Request::AcceptModelLabels { above, by, of } => {
                let (session, seat) = seated()?;
                session.accept_model_labels(&seat, above, &by, &of)
            }
            Request::ForgetModelLabels => {
                let (session, seat) = seated()?;
                session.forget_model_labels(&seat)
            }
            Request::Models => Ok(Reply::Models(Box::new(self.models()?))),
            Request::AddModel(place) => self.add_model(place).map(Reply::Started),
            Request::RemoveModel(key) => self.remove_model(&key),
            Request::KeepToken { model, token } => self.keep_token(&model, &token),
            Request::ForgetToken(model) => self.forget_token(&model),
            Request::StartScoring { models, keeps_watch } => {
                scoring::start(&self.shared, &self.session()?, &models, keeps_watch).map(Reply::Started)
            }
            Request::Find(filter) => {
                let (session, seat) = seated()?;
                session.views.find(&session, &seat, filter)
            }
            Request::Rows { view, from, count } => {
                let (session, seat) = seated()?;
                let rows = session.views.rows(&*session.readers.lend()?, &seat, view, from, count)?;
                Ok(Reply::Rows { view, from, rows })
            }
            Request::SetStatus(changes) => self.session()?.set_status(changes),
            Request::MakePairs(filter) => {
                let (session, seat) = seated()?;
                session.make_pairs(&seat, &filter)
            }
            Request::PreviewExport(plan) => {
                let preview = export::preview::preview(&*self.session()?.readers.open()?, &plan)?;
                Ok(Reply::ExportPreview(Box::new(preview)))
            }
            Request::StartExport { plan, path, replace } => {
                let (session, seat) = seated()?;
                export::job::start(&self.shared, &session, &seat, plan, PathBuf::from(path), replace)
                    .map(Reply::Started)
            }
            Request::Cancel(job) => self.shared.jobs.cancel(job).map(|()| Reply::Done),
            Request::Image(request) => {
                let folder = self.session()?.media_folder(request.source)?;
                Ok(Reply::Image(self.images.picture(&folder, &request.uri, request.fit)?))
            }
            Request::Tile(request) => {
                let folder = self.session()?.media_folder(request.source)?;
                Ok(Reply::Tile(self.images.tile(&folder, &request)?))
            }
            Request::Video(medium) => {
                let folder = self.session()?.media_folder(medium.source)?;
                Ok(Reply::Video(self.videos.info(&folder, &medium.uri)?))
            }
            Request::Frames(FramesRequest { medium, fit, first, count, .. }) => {
                let folder = self.session()?.media_folder(medium.source)?;
                Ok(Reply::Frames(self.videos.frames(&folder, &medium.uri, fit, first, count)?))
            }
            Request::Sound(SoundRequest { medium, from_us, length_us, speed_percent }) => {
                let folder = self.session()?.media_folder(medium.source)?;
                let sound = self.videos.sound(&folder, &medium.uri, from_us, length_us, speed_percent)?;
                Ok(Reply::Sound(sound))
            }
            Request::Check => Ok(Reply::Checked(self.session()?.readers.open()?.check()?)),
        }
    }

    /// Makes the sample project in a file; refuses to replace one.
    pub fn make_sample(path: &Path, host: &Host) -> Result<(), ApiError> {
        if path.exists() {
            return Err(failure::exists(path, EXISTS_HINT));
        }
        let store = sample::open_or_make(path, host)?;
        Ok(store.close()?)
    }

    fn new_project(&self, name: &str) -> Result<NewProject, ApiError> {
        let name = name.trim();
        if name.is_empty() {
            return Err(ApiError::new(ErrorCode::BadRequest, "a project needs a name"));
        }
        Ok(NewProject {
            key: self.shared.host.new_project_key(),
            name: name.to_owned(),
            created_at: self.shared.host.now(),
            rubric: Rubric::default(),
            is_sample: false,
        })
    }

    /// Exchanges the open project for another. One that cannot be opened leaves the open one as it is,
    /// unless both are the same file.
    fn switch(
        &self,
        place: &ProjectPlace,
        open: impl FnOnce() -> Result<Store, ApiError>,
    ) -> Result<Reply, ApiError> {
        let _switching = self.switching.lock().expect("switching does not panic");
        if self.session().is_ok_and(|session| session.is_at(place)) {
            self.close();
        }
        let session = Session::start(open()?, Arc::clone(&self.shared))?;
        // What is wrong with it must show before the open one is closed.
        session.info(&session.seat())?;
        self.close();
        self.remember(&session);
        let info = session.info(&session.seat())?;
        *self.session.write().expect("the session's place is never left half-changed") =
            Some(Arc::clone(&session));
        session.score_in_background();
        Ok(Reply::Project(Box::new(info)))
    }

    /// Closes the open project, if there is one; its file is free when this returns.
    fn close(&self) {
        let session = self.session.write().expect("the session's place is never left half-changed").take();
        if let Some(session) = session {
            self.shared.jobs.stop_all();
            self.remember(&session);
            session.close();
        }
    }

    /// Puts a project at the top of the list of those opened before. The list is a convenience: what goes
    /// wrong with it is logged and stops nothing.
    fn remember(&self, session: &Session) {
        let recent = match session.recent() {
            Ok(recent) => recent,
            Err(error) => {
                tracing::warn!(%error, "the project's numbers could not be kept");
                return;
            }
        };
        let mut file = self.shared.settings.lock().expect("settings do not panic");
        let mut settings = file.load();
        settings.recent.retain(|known| known.path != recent.path);
        settings.recent.insert(0, recent);
        settings.recent.truncate(RECENT_KEPT);
        if let Err(error) = file.save(&settings) {
            tracing::warn!(%error, "the list of recent projects could not be kept");
        }
    }

    /// Where the open project is, with the password of its address if it has one: for a program that goes on with it,
    /// and for nobody's eyes.
    pub fn whole_place(&self) -> Option<String> {
        self.session().ok().map(|session| session.place.whole_text())
    }

    pub(crate) fn session(&self) -> Result<Arc<Session>, ApiError> {
        let session = self.session.read().expect("the session's place is never left half-changed");
        session.clone().ok_or_else(failure::no_project)
    }
}

fn create(place: &ProjectPlace, project: &NewProject) -> Result<Store, ApiError> {
    Store::create(place, project).map_err(|error| match error {
        StoreError::Exists(path) => failure::exists(&path, EXISTS_HINT),
        StoreError::ExistsInDatabase(_) => {
            ApiError::new(ErrorCode::Exists, error.to_string()).hint(EXISTS_HINT)
        }
        other => other.into(),
    })
}

/// Where a project is: an address of a database, or a file.
fn place(path: &str) -> Result<ProjectPlace, ApiError> {
    Ok(match ProjectPlace::from_text(path)? {
        ProjectPlace::File(_) => ProjectPlace::File(absolute(path)),
        database @ ProjectPlace::Database(_) => database,
    })
}

/// The path as it stays true in the list of recent projects, wherever the program is started from.
fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path))
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}
