//! A model, opened: its manifest, its tokenizer, and how a batch of inputs becomes scores.
//!
//! [`RewardModel::open`] looks at the folder, loads the model and runs it once on a trial input, so that what
//! does not fit is told then and not in the middle of a long run. Sessions are handed out beside it: a
//! [`super::scorer::Scorer`] owns them in threads.

use std::path::Path;
use std::sync::Arc;

use super::batch;
use super::error::{InputFault, ModelError};
use super::folder::ModelFolder;
use super::image::RgbImage;
use super::key::{self, InputKey};
use super::manifest::{Input, Manifest, Task};
use super::prepared::{self, Prepared};
use super::request::{Candidate, Request, Scored};
use super::runtime::{Runtime, RuntimeKind, Session, Warning, pure, report};
use super::tokens::{TextTokenizer, Tokens};

/// What a run holds at once for each number of a token: its four times wider inner layer, before and after, queries,
/// keys and values, and the row of attention that a text of usual length has, in 32 bits each.
const WORKING_BYTES_PER_NUMBER: u64 = 64;

/// How a model is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// What the model may take of the machine's memory.
    pub memory_limit_bytes: u64,
    /// How many batches run side by side, each on one thread.
    pub sessions: usize,
}

impl Default for OpenOptions {
    /// Half of the machine's memory, and a session for each core, at most four.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let memory = report::memory_bytes().unwrap_or(8 << 30);
        Self { memory_limit_bytes: memory / 2, sessions: cores.min(4) }
    }
}

/// A model with its sessions.
pub struct OpenedModel {
    /// The model.
    pub model: Arc<RewardModel>,
    /// What runs it.
    pub sessions: Vec<Box<dyn Session>>,
    /// What did not go as hoped.
    pub warnings: Vec<Warning>,
}

/// A model: how inputs are made ready and outputs read.
pub struct RewardModel {
    folder: ModelFolder,
    tokenizer: Option<TextTokenizer>,
    key: InputKey,
}

impl RewardModel {
    /// Opens a model's folder and runs the model once.
    pub fn open(folder: &Path, runtime: &Runtime, options: OpenOptions) -> Result<OpenedModel, ModelError> {
        let folder = ModelFolder::open(folder, options.memory_limit_bytes)?;
        let tokenizer =
            folder.manifest.input.text().map(|text| TextTokenizer::open(&folder, text)).transpose()?;
        let key = key::of_model(&folder.manifest);
        let (mut sessions, mut warnings) = match runtime.open(&folder, options.sessions) {
            Err(error) if runtime.kind() == RuntimeKind::OnnxRuntime => {
                // rten knows a few operators that a reduced library leaves out.
                let Ok(sessions) = pure::open(&folder, options.sessions) else { return Err(error) };
                let (failed, used) = (RuntimeKind::OnnxRuntime, RuntimeKind::Rten);
                (sessions, vec![Warning::OtherRuntime { failed, used, reason: error.to_string() }])
            }
            outcome => outcome?,
        };
        let model = Self { folder, tokenizer, key };
        let session = sessions.first_mut().expect("a runtime opens at least one session");
        model.try_out(session.as_mut())?;
        warnings.append(&mut session.take_warnings());
        Ok(OpenedModel { model: Arc::new(model), sessions, warnings })
    }

    /// Opens a model that runs elsewhere, on sessions that reach it there, and runs it once. Of its files only the
    /// tokenizer is here.
    pub fn open_remote(
        folder: &Path,
        manifest: Manifest,
        mut sessions: Vec<Box<dyn Session>>,
    ) -> Result<OpenedModel, ModelError> {
        let folder = ModelFolder::without_model(folder, manifest)?;
        let tokenizer =
            folder.manifest.input.text().map(|text| TextTokenizer::open(&folder, text)).transpose()?;
        let key = key::of_model(&folder.manifest);
        let model = Self { folder, tokenizer, key };
        if let Some(session) = sessions.first_mut() {
            model.try_out(session.as_mut())?;
        }
        Ok(OpenedModel { model: Arc::new(model), sessions, warnings: Vec::new() })
    }

    /// What the manifest says.
    pub fn manifest(&self) -> &Manifest {
        &self.folder.manifest
    }

    /// Whether it holds two candidates against each other.
    pub fn is_pairwise(&self) -> bool {
        self.manifest().task == Task::Pairwise
    }

    /// The key of the model itself; every input's key holds it.
    pub fn model_key(&self) -> InputKey {
        self.key
    }

    /// The key under which the score of an input is kept.
    ///
    /// # Errors
    /// The input is not what the model takes.
    pub fn input_key(&self, request: &Request) -> Result<InputKey, InputFault> {
        prepared::input_key(self, request)
    }

    /// The tokens of an input; none for a model that reads no text.
    ///
    /// # Errors
    /// The input is not what the model takes.
    pub fn tokens(&self, request: &Request) -> Result<Option<Tokens>, InputFault> {
        Ok(Prepared::new(self, request)?.tokens)
    }

    /// Scores on their maker's scale: less the reference mean, in reference deviations. Without a reference, as
    /// they are.
    pub fn standardised(&self, scores: &[f32]) -> Vec<f32> {
        let Some(reference) = &self.manifest().reference else { return scores.to_vec() };
        let numbers = scores.iter().zip(reference.mean.iter().zip(&reference.sd));
        numbers.map(|(score, (mean, sd))| (score - mean) / sd).collect()
    }

    /// Scores some inputs in one batch on a session, in their order, as a test or a tool does; long lists go
    /// through a [`super::scorer::Scorer`].
    pub fn score(&self, session: &mut dyn Session, requests: &[Request]) -> Vec<Result<Scored, InputFault>> {
        let prepared: Vec<Result<Prepared, InputFault>> =
            requests.iter().map(|request| Prepared::new(self, request)).collect();
        let ready: Vec<&Prepared> = prepared.iter().flatten().collect();
        let mut outcomes = batch::run(self, session, &ready).results.into_iter();
        let mut outcome = |prepared: &Result<Prepared, InputFault>| match prepared {
            Ok(_) => outcomes.next().expect("a batch gives as many results as it was given inputs"),
            Err(fault) => Err(fault.clone()),
        };
        prepared.iter().map(&mut outcome).collect()
    }

    /// The most tokens of a batch that fit, beside the weights, into so much memory, for each of so many sessions. At
    /// least 1: a text alone is always tried.
    pub fn largest_batch_tokens(&self, memory_limit_bytes: u64, sessions: usize) -> usize {
        self.batch_tokens_within(memory_limit_bytes.saturating_sub(self.folder.needed_bytes), sessions)
    }

    /// The same of memory that is left when the weights are in it.
    pub(super) fn batch_tokens_within(&self, left_bytes: u64, sessions: usize) -> usize {
        let left_bytes = left_bytes / sessions.max(1) as u64;
        let token_bytes = self.folder.outline.width().saturating_mul(WORKING_BYTES_PER_NUMBER);
        let tokens = left_bytes.checked_div(token_bytes).unwrap_or(u64::MAX);
        usize::try_from(tokens).unwrap_or(usize::MAX).max(1)
    }

    pub(super) fn tokenizer(&self) -> Option<&TextTokenizer> {
        self.tokenizer.as_ref()
    }

    /// How many rows the file fixes for a run.
    pub(super) fn fixed_batch(&self) -> Option<usize> {
        self.folder.fixed_batch
    }

    /// Runs the model on two inputs, of which the second has the largest token there is.
    fn try_out(&self, session: &mut dyn Session) -> Result<(), ModelError> {
        let runtime = session.kind();
        let failed = |reason: String| ModelError::TrialFailed { runtime, reason };
        let request = self.trial_request();
        let plain = Prepared::new(self, &request).map_err(|fault| failed(fault.to_string()))?;
        let mut largest = plain.clone();
        if let (Some(tokens), Some(tokenizer)) = (&mut largest.tokens, &self.tokenizer)
            && let Some(last) = tokens.ids.last_mut()
        {
            *last = tokenizer.largest_id;
        }
        for inputs in [&[&plain][..], &[&plain, &largest]] {
            let rows = inputs.iter().map(|prepared| prepared.rows()).sum::<usize>();
            batch::try_out(self, session, inputs).map_err(|fault| match fault {
                batch::Fault::Runtime(reason) if rows > 1 && self.tokenizer.is_some() => {
                    failed(format!("{reason}, with two texts, one of which holds the largest token"))
                }
                batch::Fault::Runtime(reason) => failed(reason),
                batch::Fault::Shape { name, expected, found } => {
                    ModelError::WrongShape { name, expected, found }
                }
                batch::Fault::NotFinite { output } => ModelError::NotFinite { output },
                batch::Fault::Input(fault) => failed(fault.to_string()),
            })?;
        }
        Ok(())
    }

    fn trial_request(&self) -> Request {
        let candidate = match &self.manifest().input {
            Input::Text(_) => Candidate::Text("A trial of the model".into()),
            Input::Image(_) | Input::ImageText(..) => Candidate::Image(grey()),
            Input::Video(image, video) | Input::VideoText(image, video, _) => {
                let count = if image.layout.is_clip() { video.frames } else { 1 };
                Candidate::Frames(vec![grey(); count])
            }
            Input::Features(features) => Candidate::Features(vec![0.1; features.length].into()),
        };
        let second = self.is_pairwise().then(|| candidate.clone());
        Request { prompt: "A trial".into(), candidate, second }
    }
}

fn grey() -> RgbImage {
    RgbImage { width: 8, height: 8, pixels: vec![128; 8 * 8 * 3].into() }
}
