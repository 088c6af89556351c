//! `tiebreak simulate`: a simulated annotator, to try a study's exports and reports before people judge; with a grid,
//! the labels that are there replayed, to see whether active learning pays on them.

mod replay;

use std::io::Write;
use std::path::PathBuf;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{
    ApiError, ErrorCode, Item, JudgmentId, NewJudgment, Origin, Outcome, Part, Preference, QueuedItem, Reply,
    Request, Showing, Strength, Verdict, Watched,
};

use crate::cli::desk::{Desk, unexpected};
use crate::cli::exit::Exit;
use crate::machine;

/// Judges open items at random, under a name of its own that keeps it apart from people. With --grid nothing is judged:
/// the project's labels are replayed as if people were being asked, over every combination in the grid file, and the
/// curves, the labels saved with their intervals, and a plot are written.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project: a file, or postgres://user@host/database#project
    project: PathBuf,
    /// How many items to judge
    #[arg(long, default_value_t = 100)]
    judgments: u64,
    /// The same seed chooses the same outcomes in the same order
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The simulated annotator's name
    #[arg(long, default_value = "simulated")]
    annotator: String,
    /// Replay labels over this grid (TOML) instead; an empty file is the usual grid
    ///
    /// Its keys, each of which may be left out: policies; seeds; batch_sizes; priors (without and with a scorer to
    /// start from); scorer (that model's name, or "length"); features ("automatic", "built_in", or "embedding:NAME" for
    /// the embedding of the model of that name); budget; warm_up; test_share; audit_shares; per_prompt; teachers
    /// (hidden ones of these accuracies instead of people); flips (shares of labels turned around, of which it is told
    /// too how many the second look finds); target_shares.
    #[arg(long, requires = "out")]
    grid: Option<PathBuf>,
    /// The folder for what a replay finds: curves.csv, simulation.json, curves.svg
    #[arg(long, requires = "grid")]
    out: Option<PathBuf>,
    /// Files in that folder may be replaced
    #[arg(long, requires = "grid")]
    force: bool,
}

/// Judges, and prints a line for each judgment once it is on the disk.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    if let (Some(grid), Some(out)) = (&arguments.grid, &arguments.out) {
        return replay::run(&arguments.project, grid, out, arguments.force);
    }
    let desk = Desk::new();
    let before = desk.open(&arguments.project)?;
    let person = before.current_annotator().map(|annotator| annotator.name.clone());
    let ended = judge(&desk, arguments);
    // Whoever sits here is remembered by the project: a simulation must not leave its own name there.
    if let Some(name) = person.filter(|name| !name.is_empty()) {
        desk.call(Request::SetAnnotator { name })?;
    }
    ended.map(|()| Exit::Done)
}

fn judge(desk: &Desk, arguments: &Arguments) -> Result<(), ApiError> {
    let info = match desk.call(Request::SetAnnotator { name: arguments.annotator.clone() })? {
        Reply::Project(info) => info,
        other => return Err(unexpected(&other)),
    };
    let mut random = StdRng::seed_from_u64(arguments.seed);
    let session = random.random();
    let mut place = Place::Start;
    for _ in 0..arguments.judgments {
        let request = QueueRequest { annotator: info.annotator, place, count: 1, except: Vec::new() };
        let Reply::Items(items) = desk.call(Request::Queue(request))? else { break };
        let Some(queued) = items.into_iter().next() else { break };
        place = Place::After(queued.item.id);
        let judgment = judgment(&queued, &info, session, &mut random);
        let id = judgment.id;
        match desk.call(Request::Submit(Box::new(judgment)))? {
            Reply::Saved { .. } => say(id)?,
            other => return Err(unexpected(&other)),
        }
    }
    Ok(())
}

fn say(id: JudgmentId) -> Result<(), ApiError> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "saved {id}")
        .and_then(|()| stdout.flush())
        .map_err(|error| ApiError::new(ErrorCode::System, format!("nobody reads the output: {error}")))
}

fn judgment(
    queued: &QueuedItem,
    info: &tiebreak_domain::ProjectInfo,
    session: u64,
    random: &mut StdRng,
) -> NewJudgment {
    let now = machine::now();
    let outcome = [Outcome::A, Outcome::A, Outcome::B, Outcome::B, Outcome::Tie, Outcome::BothBad]
        [random.random_range(0..6)];
    let strength = Strength::ALL.get(random.random_range(0..6)).copied().filter(|_| outcome.is_decided());
    NewJudgment {
        id: JudgmentId::new(now, rand::random()),
        item: queued.item.id,
        annotator: info.annotator,
        verdict: Verdict::overall(Preference { outcome, strength, reason: None }),
        flagged: random.random_range(0..20) == 0,
        comment: String::new(),
        notes: Vec::new(),
        rubric_version: info.rubric.version,
        showing: Some(Showing {
            order: queued.order.clone(),
            models_visible: info.rubric.models_visible,
            scores_visible: !queued.scores.is_empty(),
            shown_at: now,
            first_input_at: None,
            submitted_at: now,
            active_ms: 0,
            idle_ms: 0,
            utc_offset_minutes: 0,
            app_version: format!("{} simulate", env!("CARGO_PKG_VERSION")),
            session,
            acquisition: queued.acquisition.clone(),
            window: [0.0, 0.0, 1.0],
            watched: watched(&queued.item.item),
        }),
        origin: Origin::Screen,
        recorded_at: now,
    }
}

/// A simulated annotator looks at everything that plays to its end; nothing where nothing does.
fn watched(item: &Item) -> Vec<Watched> {
    let plays: Vec<bool> =
        item.candidates.iter().map(|candidate| candidate.parts.iter().any(Part::always_plays)).collect();
    if !plays.contains(&true) {
        return Vec::new();
    }
    plays.into_iter().map(|plays| if plays { Watched::ToEnd } else { Watched::Still }).collect()
}
