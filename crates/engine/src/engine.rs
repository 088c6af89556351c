//! The engine's one method: a request in, a reply or an error out.
//!
//! It is synchronous and may be called from several threads at once. What it does itself is little: find the
//! open project, hand the request to the part that knows, and keep the settings.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use tiebreak_domain::media::{FramesRequest, SoundRequest};
use tiebreak_domain::{ApiError, ErrorCode, Event, Reply, Request, Rubric, Settings};
use tiebreak_media::{Images, VideoLimits, Videos};
use tiebreak_store::{NewProject, ProjectPlace, Store, StoreError};

use crate::host::Host;
use crate::jobs::Jobs;
use crate::session::Session;
use crate::settings_file::SettingsFile;
use crate::{export, failure, import, merge, people, rubric, sample, scoring};

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
        [settings.annotator_name.trim(), self.host.user_name.trim()]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or("Annotator")
            .to_owned()
    }

    fn load_settings(&self) -> Settings {
        self.settings.lock().expect("settings do not panic").load()
    }
}

impl Engine {
    /// An engine with no project open; `events` is called from its threads and must not block.
    pub fn new(host: Host, events: impl Fn(Event) + Send + Sync + 'static) -> Self {
        let images = Images::new(host.cache_folder.clone(), IMAGE_BUDGET_BYTES);
        let videos = Videos::new(VideoLimits::default());
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

    /// Answers a request; blocks its caller only.
    pub fn call(&self, request: Request) -> Result<Reply, ApiError> {
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
                self.switch(&place, || Ok(Store::open(&place)?))
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
            Request::Project => Ok(Reply::Project(Box::new(self.session()?.info()?))),
            Request::SetAnnotator { name } => {
                Ok(Reply::Project(Box::new(self.session()?.switch_annotator(&name, None)?)))
            }
            Request::PreviewImport(plan) => {
                Ok(Reply::ImportPreview(Box::new(tiebreak_formats::preview(&plan)?)))
            }
            Request::StartImport(plan) => {
                import::job::start(&self.shared, &self.session()?, plan).map(Reply::Started)
            }
            Request::SaveImportReport { job, path } => {
                import::report::save(&self.shared.jobs, job, Path::new(&path))?;
                Ok(Reply::Done)
            }
            Request::Queue(request) => self.session()?.queue(&request).map(Reply::Items),
            Request::Submit(judgment) => self.session()?.submit(*judgment),
            Request::SaveDraft { annotator, item, draft } => {
                self.session()?.save_draft(annotator, item, draft)
            }
            Request::Templates => Ok(Reply::Templates(rubric::templates())),
            Request::ReadRubric { text } => rubric::read(&text).map(Box::new).map(Reply::Template),
            Request::WriteRubric(template) => Ok(Reply::Text(rubric::write(&template))),
            Request::OpenRubric { path } => rubric::open(Path::new(&path)).map(Reply::Text),
            Request::SaveRubric { path, text, replace } => {
                rubric::save(Path::new(&path), &text, replace).map(|()| Reply::Done)
            }
            Request::SetRubric(rubric) => Ok(Reply::Project(Box::new(self.session()?.set_rubric(*rubric)?))),
            Request::StartMerge { path } => {
                merge::start(&self.shared, &self.session()?, &place(&path)?).map(Reply::Started)
            }
            Request::Study => Ok(Reply::Study(Box::new(self.session()?.study()))),
            Request::SetStudy(study) => self.session()?.set_study(*study),
            Request::StudyTemplates => Ok(Reply::StudyTemplates(people::templates())),
            Request::SwitchAnnotator { name, pin } => {
                let info = self.session()?.switch_annotator(&name, pin.as_ref())?;
                Ok(Reply::Project(Box::new(info)))
            }
            Request::SetPin { annotator, current, pin } => {
                self.session()?.set_pin(annotator, current.as_ref(), pin.as_ref())
            }
            Request::SaveProfile { annotator, answers, consents } => {
                self.session()?.save_profile(annotator, answers, consents)
            }
            Request::SetTags { annotator, tags } => self.session()?.set_tags(annotator, tags),
            Request::SetLead { annotator, is_lead } => self.session()?.set_lead(annotator, is_lead),
            Request::People => self.session()?.everyone(),
            Request::SetItemRole { item, role } => self.session()?.set_item_role(item, role),
            Request::ItemRoles => self.session()?.item_roles(),
            Request::Training { annotator, item } => self.session()?.training(annotator, item),
            Request::Quality => self.session()?.quality(),
            Request::SecondLook(filter) => self.session()?.second_look(&filter),
            Request::Learning => Ok(self.session()?.learning_state()),
            Request::QueueAhead { annotator, count } => self.session()?.queue_ahead(annotator, count),
            Request::ItemScores { annotator, item } => self.session()?.item_scores(annotator, item),
            Request::ModelReport(filter) => {
                Ok(Reply::ModelReport(Box::new(self.session()?.model_report(&filter)?)))
            }
            Request::SaveModelReport { filter, path, replace } => {
                self.session()?.save_model_report(&filter, &absolute(&path), replace)
            }
            Request::AcceptModelLabels { above, by, of } => {
                self.session()?.accept_model_labels(above, &by, &of)
            }
            Request::ForgetModelLabels => self.session()?.forget_model_labels(),
            Request::Models => Ok(Reply::Models(Box::new(self.models()?))),
            Request::AddModel(place) => self.add_model(place).map(Reply::Started),
            Request::RemoveModel(key) => self.remove_model(&key),
            Request::KeepToken { model, token } => self.keep_token(&model, &token),
            Request::ForgetToken(model) => self.forget_token(&model),
            Request::StartScoring { models } => {
                scoring::start(&self.shared, &self.session()?, models).map(Reply::Started)
            }
            Request::Find(filter) => {
                let session = self.session()?;
                session.views.find(&session, filter)
            }
            Request::Rows { view, from, count } => {
                let session = self.session()?;
                let rows = session.views.rows(&*session.readers.lend()?, view, from, count)?;
                Ok(Reply::Rows { view, from, rows })
            }
            Request::SetStatus(changes) => self.session()?.set_status(changes),
            Request::MakePairs(filter) => self.session()?.make_pairs(&filter),
            Request::PreviewExport(plan) => {
                let preview = export::preview::preview(&*self.session()?.readers.lend()?, &plan)?;
                Ok(Reply::ExportPreview(Box::new(preview)))
            }
            Request::StartExport { plan, path, replace } => {
                export::job::start(&self.shared, &self.session()?, plan, PathBuf::from(path), replace)
                    .map(Reply::Started)
            }
            Request::Cancel(job) => self.shared.jobs.cancel(job).map(|()| Reply::Done),
            Request::Image(request) => {
                let folder = self.session()?.media_folder(request.source)?;
                Ok(Reply::Image(self.images.get(&folder, &request.uri, request.fit)?))
            }
            Request::Tile(request) => {
                let folder = self.session()?.media_folder(request.source)?;
                Ok(Reply::Tile(self.images.tile(&folder, &request)?))
            }
            Request::Video(medium) => {
                let folder = self.session()?.media_folder(medium.source)?;
                Ok(Reply::Video(self.videos.info(&folder, &medium.uri)?))
            }
            Request::Frames(FramesRequest { medium, fit, first, count }) => {
                let folder = self.session()?.media_folder(medium.source)?;
                Ok(Reply::Frames(self.videos.frames(&folder, &medium.uri, fit, first, count)?))
            }
            Request::Sound(SoundRequest { medium, from_us, length_us, speed_percent }) => {
                let folder = self.session()?.media_folder(medium.source)?;
                let sound = self.videos.sound(&folder, &medium.uri, from_us, length_us, speed_percent)?;
                Ok(Reply::Sound(sound))
            }
            Request::Check => Ok(Reply::Checked(self.session()?.readers.lend()?.check()?)),
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
        session.info()?;
        self.close();
        self.remember(&session);
        let info = session.info()?;
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
        database => database,
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
