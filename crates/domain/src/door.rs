//! The one door between an interface and the engine.
//!
//! An interface sends a [`Request`] and gets one [`Reply`] or one [`ApiError`](crate::ApiError); what happens
//! on its own, progress above all, comes as [`Event`]s. Every door (window, bundle, browser, command line)
//! speaks these three and nothing else.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::candidate_pairs::PairsMade;
use crate::export::{ExportPreview, ExportProgress, ExportReport};
use crate::filter::ItemRow;
use crate::import::{ImportPreview, ImportProgress, ImportReport};
use crate::learning::{LearningState, QueueAhead};
use crate::media::{Frames, FramesRequest, MediumRequest, Sound, SoundRequest, TileRequest, VideoInfo};
use crate::merge::MergeReport;
use crate::model_report::{ModelReport, ReportFilter};
use crate::person::{People, Person, Pin};
use crate::project::{Progress, SearchIndex};
use crate::quality::{ItemRole, QualityReport, TrainingResult};
use crate::queue::QueueRequest;
use crate::reward::{
    InstallProgress, ItemScores, ModelInfo, ModelKey, ModelPlace, Models, Scorer, ScoringProgress,
    ScoringReport, ServerToken,
};
use crate::second_look::{LookFilter, SecondLook};
use crate::study::{ProfileValue, StudySetup};
use crate::{
    AnnotatorId, ApiError, Draft, ExportPlan, ImportPlan, ItemFilter, ItemId, ItemStatus, JudgmentId,
    NewJudgment, ProjectInfo, QueuedItem, Rubric, Settings, SourceId, Template,
};

/// Long work that goes on after its request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub u64);

/// A result of [`Request::Find`] that rows can be read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ViewId(pub u64);

/// Which image is wanted, and how large.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImageRequest {
    /// The source whose media folder it is in.
    pub source: SourceId,
    /// As the data has it.
    pub uri: String,
    /// Largest width and height in pixels; scaled down to fit, never up.
    pub fit: [u32; 2],
}

/// Decoded pixels.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pixels {
    /// Width of `rgba`.
    pub width: u32,
    /// Height of `rgba`.
    pub height: u32,
    /// Width of the file's picture, after its orientation was applied.
    pub full_width: u32,
    /// Height of the file's picture, likewise.
    pub full_height: u32,
    /// Four bytes a pixel, sRGB, alpha not premultiplied, rows from the top.
    pub rgba: Arc<[u8]>,
}

/// A picture that was asked for; of several frames the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What is seen.
    pub pixels: Pixels,
    /// Whether its file says that it may hold more frames than this one, whatever it is called.
    pub may_move: bool,
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Pixels({}x{})", self.width, self.height)
    }
}

/// What an interface can ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// The settings of this machine.
    LoadSettings,
    /// Replaces them.
    SaveSettings(Box<Settings>),
    /// Opens the sample project, making it first where it is missing.
    OpenSample,
    /// Opens a project file, and closes the one before.
    OpenProject {
        /// The file.
        path: String,
    },
    /// Makes an empty project file and opens it; refuses to replace one.
    CreateProject {
        /// The file.
        path: String,
        /// What people shall call it.
        name: String,
    },
    /// Closes the project.
    CloseProject,
    /// The open project as it is now.
    Project,
    /// Makes this name the annotator who sits here, adding it where it is new.
    SetAnnotator {
        /// The name.
        name: String,
    },
    /// What an import would do.
    PreviewImport(ImportPlan),
    /// Starts an import.
    StartImport(ImportPlan),
    /// Writes the problems of a finished import to a CSV file (`line,reason`).
    SaveImportReport {
        /// The finished import.
        job: JobId,
        /// The file.
        path: String,
    },
    /// Items to judge.
    Queue(QueueRequest),
    /// Stores a judgment; answered when it is on the disk.
    Submit(Box<NewJudgment>),
    /// Keeps what was begun and not submitted, or forgets it where there is none.
    SaveDraft {
        /// Whose.
        annotator: AnnotatorId,
        /// About what.
        item: ItemId,
        /// What.
        draft: Option<Draft>,
    },
    /// The rubrics that come with the program.
    Templates,
    /// Reads a rubric file's text; the error says line, fault and remedy.
    ReadRubric {
        /// The text (TOML).
        text: String,
    },
    /// Writes a rubric as the text of a rubric file.
    WriteRubric(Box<Template>),
    /// The text of a rubric file; whether it can be asked, [`Request::ReadRubric`] says.
    OpenRubric {
        /// The file.
        path: String,
    },
    /// Writes a rubric file, the text as it stands.
    SaveRubric {
        /// Where to; refused if it exists, unless `replace`.
        path: String,
        /// The text (TOML).
        text: String,
        /// Whether an existing file may be replaced.
        replace: bool,
    },
    /// Asks this from now on, as the next version; answers keep theirs.
    SetRubric(Box<Rubric>),
    /// Brings in another copy of this project: its items, annotators and judgments.
    StartMerge {
        /// The other copy.
        path: String,
    },
    /// What the project asks of its people, and how their work is shared out.
    Study,
    /// Sets that up anew, as the next version. For the lead, where there is one.
    SetStudy(Box<StudySetup>),
    /// The studies that come with the program.
    StudyTemplates,
    /// Sits an annotator down, adding the name where it is new. Wrong PINs slow down.
    SwitchAnnotator {
        /// The name.
        name: String,
        /// The PIN, where the seat is kept by one.
        pin: Option<Pin>,
    },
    /// Keeps a seat by a PIN, changes it, or lets it go. For whoever knows the PIN, or for the lead.
    SetPin {
        /// Whose.
        annotator: AnnotatorId,
        /// The PIN so far, where there is one.
        current: Option<Pin>,
        /// The PIN from now on.
        pin: Option<Pin>,
    },
    /// Keeps what a person says of themselves; fields that are not named stay as they are.
    SaveProfile {
        /// Who.
        annotator: AnnotatorId,
        /// Field by field; none takes an answer back.
        answers: Vec<(String, Option<ProfileValue>)>,
        /// Whether the person consents; none where that is not what was asked.
        consents: Option<bool>,
    },
    /// Says which skills and which seniority a person has. For the lead, where there is one.
    SetTags {
        /// Who.
        annotator: AnnotatorId,
        /// All of them.
        tags: Vec<String>,
    },
    /// Makes somebody lead the study, or not. For the lead, where there is one.
    SetLead {
        /// Who.
        annotator: AnnotatorId,
        /// Whether.
        is_lead: bool,
    },
    /// Everyone, and how far they are.
    People,
    /// Says what an item is for. For the lead, where there is one.
    SetItemRole {
        /// The item.
        item: ItemId,
        /// Its role.
        role: ItemRole,
    },
    /// Every item that is not for judging. For the lead, where there is one.
    ItemRoles,
    /// What a training item says to an annotator who has judged it.
    Training {
        /// Who.
        annotator: AnnotatorId,
        /// The item.
        item: ItemId,
    },
    /// What is known of the people who judge. For the lead, where there is one.
    Quality,
    /// Items that should be looked at again.
    SecondLook(LookFilter),
    /// The models of this machine, and what runs them; needs no project.
    Models,
    /// Starts bringing a model here; needs no project.
    AddModel(ModelPlace),
    /// Takes an installed model away; its scores stay in the project. Needs no project.
    RemoveModel(ModelKey),
    /// Keeps the token for the server of a model in the system's keyring, and nowhere else. Needs no project.
    KeepToken {
        /// The model.
        model: ModelKey,
        /// What its server wants to see.
        token: ServerToken,
    },
    /// Forgets the token for the server of a model. Needs no project.
    ForgetToken(ModelKey),
    /// Starts scoring every active item's candidates.
    StartScoring {
        /// By which models; by every one that fits if empty.
        models: Vec<ModelKey>,
        /// Whether to go on with what is added later, until the job is cancelled. Of a project in a database only.
        #[serde(default)]
        keeps_watch: bool,
    },
    /// How learning from votes stands.
    Learning,
    /// What will be asked next, and why. For the lead, where there is one.
    QueueAhead {
        /// For whom.
        annotator: AnnotatorId,
        /// How many at most.
        count: u32,
    },
    /// What models say of an item: for somebody whose vote stands, and for the lead.
    ItemScores {
        /// Who asks.
        annotator: AnnotatorId,
        /// The item.
        item: ItemId,
    },
    /// How models do against the people. For the lead, where there is one.
    ModelReport(ReportFilter),
    /// Writes that report as an HTML page; refused if the file exists, unless `replace`.
    SaveModelReport {
        /// Which votes it is about.
        filter: ReportFilter,
        /// The file.
        path: String,
        /// Whether an existing file may be replaced.
        replace: bool,
    },
    /// Takes a model's word for every open pair that it is surer of than this, as labels of the model, which are
    /// kept apart from judgments. Answered with how many. For the lead, where there is one.
    AcceptModelLabels {
        /// The least confidence, from 0.5 to 1.
        above: f64,
        /// Whose word; the head's if it is not said.
        #[serde(default)]
        by: Scorer,
        /// Among these items alone.
        #[serde(default)]
        of: Box<ItemFilter>,
    },
    /// Takes all of them back. For the lead, where there is one.
    ForgetModelLabels,
    /// Finds items.
    Find(ItemFilter),
    /// Reads rows of what was found.
    Rows {
        /// What was found.
        view: ViewId,
        /// The first row.
        from: u64,
        /// How many at most.
        count: u32,
    },
    /// Excludes, deletes or brings back items; answered with their statuses before.
    SetStatus(Vec<(ItemId, ItemStatus)>),
    /// Makes an item of every two candidates of the items that are found and have more than two; those then step
    /// aside. What is there already is not doubled. For the lead, where there is one.
    MakePairs(ItemFilter),
    /// What an export would write.
    PreviewExport(ExportPlan),
    /// Starts an export; the manifest goes beside the file.
    StartExport {
        /// What to write.
        plan: ExportPlan,
        /// Where to; refused if it exists, unless `replace`.
        path: String,
        /// Whether an existing file may be replaced.
        replace: bool,
    },
    /// Stops long work; what it had begun is undone.
    Cancel(JobId),
    /// Decodes an image.
    Image(ImageRequest),
    /// Decodes a part of a picture at one of its scales.
    Tile(TileRequest),
    /// Reads what a video is, and when its frames appear.
    Video(MediumRequest),
    /// Decodes frames of a video.
    Frames(FramesRequest),
    /// Decodes a stretch of sound.
    Sound(SoundRequest),
    /// Holds the project file against its own rules.
    Check,
}

/// What the engine answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done, with nothing to tell.
    Done,
    /// The settings of this machine.
    Settings(Box<Settings>),
    /// The open project.
    Project(Box<ProjectInfo>),
    /// What an import would do.
    ImportPreview(Box<ImportPreview>),
    /// Long work was started.
    Started(JobId),
    /// Items to judge; fewer than asked, or none, where no more are open.
    Items(Vec<QueuedItem>),
    /// The judgment is on the disk.
    Saved {
        /// Which.
        judgment: JudgmentId,
        /// Its revision.
        revision: u32,
        /// Whose, and how far this annotator is now.
        annotator: AnnotatorId,
        /// How far this annotator is now.
        progress: Progress,
    },
    /// The rubrics that come with the program, in the gallery's order.
    Templates(Vec<Template>),
    /// A rubric file that was read.
    Template(Box<Template>),
    /// A text that was asked for.
    Text(String),
    /// What the project asks of its people.
    Study(Box<StudySetup>),
    /// The studies that come with the program.
    StudyTemplates(Vec<StudySetup>),
    /// A person as the study knows them now.
    Person(Box<Person>),
    /// Everyone.
    People(Box<People>),
    /// Every item that is not for judging, in the order of the file.
    ItemRoles(Vec<(ItemId, ItemRole)>),
    /// What a training item says.
    Training(Box<TrainingResult>),
    /// What is known of the people who judge.
    Quality(Box<QualityReport>),
    /// Items that should be looked at again.
    SecondLook(Box<SecondLook>),
    /// The models of this machine, and what runs them.
    Models(Box<Models>),
    /// How learning from votes stands.
    Learning(Box<LearningState>),
    /// What will be asked next, and why.
    QueueAhead(Box<QueueAhead>),
    /// What models say of an item; the predictions of pairs stand in the data's order.
    ItemScores(Vec<ItemScores>),
    /// How models do against the people.
    ModelReport(Box<ModelReport>),
    /// How many.
    Count(u64),
    /// What was found.
    Found {
        /// To read rows from.
        view: ViewId,
        /// How many items so far.
        count: u64,
        /// Whether that is all; else [`Event::FoundMore`] follows.
        is_complete: bool,
    },
    /// Rows of what was found.
    Rows {
        /// What was found.
        view: ViewId,
        /// The first row's place.
        from: u64,
        /// The rows.
        rows: Vec<ItemRow>,
    },
    /// The statuses before, so that the change can be undone.
    StatusesBefore(Vec<(ItemId, ItemStatus)>),
    /// What came of making pairs.
    PairsMade(PairsMade),
    /// What an export would write.
    ExportPreview(Box<ExportPreview>),
    /// A decoded image.
    Image(Picture),
    /// A part of a picture; its full size is that of the whole, at full scale.
    Tile(Pixels),
    /// What a video is.
    Video(VideoInfo),
    /// Frames of a video.
    Frames(Frames),
    /// A stretch of sound.
    Sound(Sound),
    /// What is wrong with the project file, one sentence each; nothing if it is sound.
    Checked(Vec<String>),
}

/// What happens on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An import goes on.
    ImportProgress(JobId, ImportProgress),
    /// An import ended.
    ImportEnded(JobId, Result<Box<ImportReport>, ApiError>),
    /// An export goes on.
    ExportProgress(JobId, ExportProgress),
    /// An export ended.
    ExportEnded(JobId, Result<Box<ExportReport>, ApiError>),
    /// A merge ended.
    MergeEnded(JobId, Result<Box<MergeReport>, ApiError>),
    /// A model is on its way here.
    InstallProgress(JobId, InstallProgress),
    /// A model is here, or could not be brought.
    InstallEnded(JobId, Result<Box<ModelInfo>, ApiError>),
    /// Scoring goes on.
    ScoringProgress(JobId, ScoringProgress),
    /// Scoring ended.
    ScoringEnded(JobId, Result<Box<ScoringReport>, ApiError>),
    /// What was learned from votes changed: after a refit, or with other rules.
    LearningChanged(Box<LearningState>),
    /// The search index grew.
    SearchIndex(SearchIndex),
    /// A search went on.
    FoundMore {
        /// Which.
        view: ViewId,
        /// How many items so far.
        count: u64,
        /// Whether that is all.
        is_complete: bool,
    },
    /// The project's numbers changed by something other than a judgment.
    ProjectChanged(Box<ProjectInfo>),
}
