//! The models of this machine: those that came with the program, those that the user added, and what runs them.
//!
//! Those that came with the program are carried inside it and laid down on the disk when they are first asked for;
//! the others lie in a folder of their own each, below the program's data folder. A model that cannot be used is
//! listed with the reason.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tiebreak_domain::reward::{
    Device, InstallProgress, MachineReport, ModelInfo, ModelInput, ModelKey, ModelPlace, ModelTask, Models,
    Provider, RefusedLibrary,
};
use tiebreak_domain::{ApiError, ErrorCode, Event, JobId, Reply};
use tiebreak_media::{Ffmpeg, Videos};
use tiebreak_reward::install::{self, InstallLimits, InstalledModel, Watch};
use tiebreak_reward::model::manifest::{self, Input, Manifest, Task};
use tiebreak_reward::model::runtime::report::RuntimeReport;
use tiebreak_reward::model::runtime::{Provider as Computes, Runtime, RuntimeOptions, Warning};
use tiebreak_reward::model::{ModelError, OpenOptions, RewardModel};

use crate::engine::{Engine, Shared};
use crate::host::Host;
use crate::jobs::CancelFlag;
use crate::learning::pool::References;
use crate::{failure, scoring};

/// The files of the models that come with the program, by folder and name.
const BUNDLED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/model_files.rs"));
/// The least time between two words of progress.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// A model as it lies on the disk.
pub struct ShelvedModel {
    /// Its identity.
    pub key: ModelKey,
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest, or why it cannot be used and what to do.
    pub manifest: Result<Manifest, String>,
    /// Its folder's name, by which it is removed; none of one that came with the program.
    pub id: Option<String>,
}

/// The runtime that is used all through a run of the program: looking for a library takes a while.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::detect(&RuntimeOptions::default()))
}

/// Every model, those that came with the program first.
pub fn shelf(host: &Host) -> Result<Vec<ShelvedModel>, ApiError> {
    let mut shelf = bundled(host)?;
    let known: Vec<ModelKey> = shelf.iter().map(|model| model.key.clone()).collect();
    for model in install::installed(&folder(host)?).map_err(|error| of_install(&error))? {
        let InstalledModel { id, folder, manifest } = model;
        let key = key_of(&folder).unwrap_or_else(|| ModelKey(id.clone()));
        if known.contains(&key) {
            continue;
        }
        let manifest = manifest.map_err(|problem| problem.to_string());
        shelf.push(ShelvedModel { key, folder, manifest, id: Some(id) });
    }
    Ok(shelf)
}

/// What the models of this machine say that their scores are like on their makers' data.
pub fn references(host: &Host) -> References {
    let shelf = shelf(host).unwrap_or_else(|error| {
        tracing::warn!(%error, "the models of this machine could not be read");
        Vec::new()
    });
    shelf.into_iter().filter_map(|model| Some((model.key, model.manifest.ok()?.reference?))).collect()
}

/// Where the models of this machine lie.
fn folder(host: &Host) -> Result<PathBuf, ApiError> {
    let folder = host.data_folder.as_ref().ok_or_else(|| {
        ApiError::new(ErrorCode::System, "this machine has no folder for models")
            .hint("name one by TIEBREAK_HOME")
    })?;
    Ok(folder.join("models"))
}

/// The models that came with the program, laid down where they are missing or of another version.
fn bundled(host: &Host) -> Result<Vec<ShelvedModel>, ApiError> {
    let Some(data) = &host.data_folder else { return Ok(Vec::new()) };
    let mut models = Vec::new();
    for (name, text) in BUNDLED.iter().filter(|(name, _)| name.ends_with(manifest::FILE_NAME)) {
        let id = name.split('/').next().unwrap_or(name);
        let key = key_of_text(text);
        let folder = data.join("bundled-models").join(&key.0);
        for (name, bytes) in BUNDLED.iter().filter(|(name, _)| name.starts_with(id)) {
            let rest = &name[id.len()..];
            // `tiebreak-small` is the beginning of `tiebreak-small-image` too.
            let Some(file) = rest.strip_prefix('/') else { continue };
            lay_down(&folder.join(file), bytes)?;
        }
        let text = String::from_utf8_lossy(text);
        let manifest = Manifest::read(&text).map_err(|error| error.to_string());
        models.push(ShelvedModel { key, folder, manifest, id: None });
    }
    Ok(models)
}

fn lay_down(path: &Path, bytes: &[u8]) -> Result<(), ApiError> {
    let is_there = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == bytes.len() as u64);
    if is_there {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut file, bytes)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| failure::of_io("lay down a model", path, &error))
}

fn key_of(folder: &Path) -> Option<ModelKey> {
    std::fs::read(folder.join(manifest::FILE_NAME)).ok().map(|text| key_of_text(&text))
}

fn key_of_text(text: &[u8]) -> ModelKey {
    ModelKey(blake3::hash(text).to_hex()[..32].to_owned())
}

/// What the interface knows of a model.
fn info(model: &ShelvedModel, scored: u64, scorable: u64) -> ModelInfo {
    let size_bytes = folder_bytes(&model.folder);
    let folder = model.folder.display().to_string();
    let is_bundled = model.id.is_none();
    match &model.manifest {
        Ok(manifest) => ModelInfo {
            key: model.key.clone(),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            licence: manifest.licence.clone(),
            description: manifest.description.clone(),
            task: match manifest.task {
                Task::Score => ModelTask::Score,
                Task::Scores => ModelTask::Scores,
                Task::Pairwise => ModelTask::Pairwise,
                Task::Embedding => ModelTask::Embedding,
            },
            input: input_of(&manifest.input),
            dimensions: manifest.dimensions().to_vec(),
            gives_embedding: manifest.embedding.is_some(),
            size_bytes,
            is_bundled,
            server: manifest.remote.as_ref().map(|remote| remote.address.clone()),
            folder,
            problem: None,
            scored,
            scorable,
        },
        Err(problem) => ModelInfo {
            key: model.key.clone(),
            name: model.id.clone().unwrap_or_default(),
            version: String::new(),
            licence: String::new(),
            description: String::new(),
            task: ModelTask::Score,
            input: ModelInput::Text,
            dimensions: Vec::new(),
            gives_embedding: false,
            size_bytes,
            is_bundled,
            server: None,
            folder,
            problem: Some(problem.clone()),
            scored: 0,
            scorable: 0,
        },
    }
}

pub fn input_of(input: &Input) -> ModelInput {
    match input {
        Input::Text(_) => ModelInput::Text,
        Input::Image(_) => ModelInput::Image,
        Input::ImageText(..) => ModelInput::ImageText,
        Input::Video(..) => ModelInput::Video,
        Input::VideoText(..) => ModelInput::VideoText,
        Input::Features(_) => ModelInput::Features,
    }
}

fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|file| file.len())
        .sum()
}

/// What runs models and decodes videos here.
pub fn machine(videos: &Videos) -> MachineReport {
    let report = RuntimeReport::of(runtime());
    let by_driver = report
        .nvidia_devices
        .iter()
        .map(|device| Device { name: device.name.clone(), memory_bytes: device.memory_bytes });
    // What a driver says more of is not listed twice, and neither is the processor.
    let by_library = report
        .library_devices
        .iter()
        .filter(|device| !device.ends_with("CPU"))
        .filter(|device| report.nvidia_devices.is_empty() || !device.to_lowercase().contains("nvidia"))
        .map(|device| Device { name: device.clone(), memory_bytes: None });
    let devices = by_driver
        .chain(by_library)
        .chain([Device {
            name: format!("Processor, {} cores", report.cores),
            memory_bytes: report.memory_bytes,
        }])
        .collect();
    let missing = report.missing.iter().map(|missing| format!("{}: {}", missing.what, missing.remedy));
    // A library for cards that are not there is no fault.
    let has_no_card = report.nvidia_devices.is_empty();
    let is_of_nvidia = |provider: &Computes| matches!(provider, Computes::Cuda | Computes::TensorRt);
    let failed = report.failed.iter().filter(|(provider, _)| !(has_no_card && is_of_nvidia(provider)));
    let failed = failed.map(|(provider, reason)| {
        let warning = Warning::ProviderFailed { provider: *provider, reason: reason.clone() };
        format!("{warning}; {}", warning.hint())
    });
    let ffmpeg = videos.ffmpeg();
    let no_ffmpeg = ffmpeg.is_none().then(|| format!("to play videos, {}", Ffmpeg::how_to_install()));
    MachineReport {
        runtime: match &report.library {
            Some(library) => format!("ONNX Runtime {}", library.version),
            None => "rten, which is part of the program".to_owned(),
        },
        library: report.library.as_ref().map(|library| library.path.display().to_string()),
        refused: report
            .refused
            .iter()
            .map(|library| RefusedLibrary {
                path: library.path.display().to_string(),
                reason: format!("{}; {}", library.reason, library.hint),
            })
            .collect(),
        providers: report
            .providers
            .iter()
            .map(|provider| Provider { name: provider.to_string(), is_used: report.used == Some(*provider) })
            .collect(),
        devices,
        memory_bytes: report.memory_bytes,
        ffmpeg: ffmpeg.map(|it| format!("{} in {}", it.version, it.ffmpeg.display())),
        advice: missing.chain(failed).chain(no_ffmpeg).collect(),
    }
}

impl Engine {
    /// Every model, and what runs them.
    pub(crate) fn models(&self) -> Result<Models, ApiError> {
        let session = self.session().ok();
        let mut models = Vec::new();
        for model in shelf(&self.shared.host)? {
            let (scored, scorable) = match (&session, &model.manifest) {
                (Some(session), Ok(manifest)) => {
                    let reader = session.readers.lend()?;
                    (reader.score_count(&model.key)?, scoring::scorable(&reader, manifest)?)
                }
                _ => (0, 0),
            };
            models.push(info(&model, scored.min(scorable), scorable));
        }
        Ok(Models { models, machine: machine(&self.videos) })
    }

    /// Starts bringing a model here.
    pub(crate) fn add_model(&self, place: ModelPlace) -> Result<JobId, ApiError> {
        let models = folder(&self.shared.host)?;
        let shared = Arc::clone(&self.shared);
        let on_panic = {
            let shared = Arc::clone(&shared);
            move |job| shared.emit(Event::InstallEnded(job, Err(failure::broke_off("installation"))))
        };
        let work = move |job: JobId, cancel: &CancelFlag| {
            let installed = bring(&shared, job, cancel, &models, &place);
            shared.emit(Event::InstallEnded(job, installed.map(Box::new)));
        };
        self.shared.jobs.start("tiebreak-install", work, on_panic)
    }

    /// Takes an installed model away.
    pub(crate) fn remove_model(&self, key: &ModelKey) -> Result<Reply, ApiError> {
        let shelf = shelf(&self.shared.host)?;
        let model = shelf
            .iter()
            .find(|model| model.key == *key)
            .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("there is no model {key}")))?;
        let Some(id) = &model.id else {
            return Err(ApiError::new(ErrorCode::BadRequest, "this model came with the program and stays")
                .hint("leave it out of the study's models instead"));
        };
        install::remove(&folder(&self.shared.host)?, id).map_err(|error| of_install(&error))?;
        Ok(Reply::Done)
    }
}

fn bring(
    shared: &Arc<Shared>,
    job: JobId,
    cancel: &CancelFlag,
    models: &Path,
    place: &ModelPlace,
) -> Result<ModelInfo, ApiError> {
    let mut told_at: Option<Instant> = None;
    let mut tell = |progress: &install::InstallProgress| {
        if told_at.is_some_and(|at| at.elapsed() < TELL_EVERY) {
            return;
        }
        told_at = Some(Instant::now());
        let progress = InstallProgress {
            file: progress.file.clone(),
            done_bytes: progress.bytes_done,
            total_bytes: progress.bytes.unwrap_or(progress.bytes_done),
        };
        shared.emit(Event::InstallProgress(job, progress));
    };
    let is_cancelled = || cancel.is_set();
    let mut watch = Watch { progress: &mut tell, is_cancelled: &is_cancelled, try_out: &try_out };
    let limits = InstallLimits::for_memory(OpenOptions::default().memory_limit_bytes);
    let installed = match place {
        ModelPlace::Folder(path) => install::from_folder(models, Path::new(path), &limits, &mut watch),
        ModelPlace::Address(address) => install::from_address(models, address, &limits, &mut watch),
    };
    let installed = installed.map_err(|error| of_install(&error))?;
    let key = key_of(&installed.folder).unwrap_or_else(|| ModelKey(installed.id.clone()));
    let shelved = ShelvedModel {
        key,
        folder: installed.folder,
        manifest: Ok(installed.manifest),
        id: Some(installed.id),
    };
    Ok(info(&shelved, 0, 0))
}

/// Opens a model before it is installed, and runs it once. Of one that runs on a server only the tokenizer can be
/// looked at here: the server need not be there yet.
fn try_out(folder: &Path, manifest: &Manifest) -> Result<(), ModelError> {
    if manifest.remote.is_some() {
        return RewardModel::open_remote(folder, manifest.clone(), Vec::new()).map(drop);
    }
    let options = OpenOptions { sessions: 1, ..OpenOptions::default() };
    RewardModel::open(folder, runtime(), options).map(drop)
}

fn of_install(error: &install::InstallError) -> ApiError {
    let code = match &error.reason {
        install::Reason::Cancelled => ErrorCode::Cancelled,
        install::Reason::NotInstalled | install::Reason::NoManifest => ErrorCode::NotFound,
        _ => ErrorCode::BadInput,
    };
    ApiError::new(code, error.to_string()).hint(error.reason.hint())
}
