//! An annotator: judges what is offered, keeps what cannot be handed in, and hands it in later.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{
    AnnotatorId, ApiError, ErrorCode, JudgmentId, NewJudgment, Origin, Outcome, Preference, QueuedItem,
    Reply, Request, Showing, UnixMillis, Verdict,
};
use tiebreak_ui::backend::http::{Answer, answer_from_json};

use crate::ledger::Ledger;

/// How many items an interface keeps ready.
const AHEAD: usize = 3;
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Somebody who was invited and came.
pub struct Seat {
    /// Under which number they judge.
    pub annotator: AnnotatorId,
    /// What signs their requests.
    pub cookie: String,
    /// What is asked.
    pub rubric_version: u32,
}

/// An annotator at work.
pub struct Annotator {
    seat: Seat,
    address: String,
    client: reqwest::Client,
    ledger: Arc<Ledger>,
    pace: u64,
    random: StdRng,
    ready: VecDeque<QueuedItem>,
    waiting: VecDeque<NewJudgment>,
    pause: Duration,
}

/// Why a request was not answered.
enum Failure {
    /// The same request may be answered another time.
    Passing,
    Lasting(ApiError),
}

impl Annotator {
    /// Somebody who takes so many milliseconds for a judgment.
    pub fn new(seat: Seat, address: String, ledger: Arc<Ledger>, pace: u64, seed: u64) -> Self {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .pool_max_idle_per_host(1)
            .build()
            .expect("a client");
        let (ready, waiting) = (VecDeque::new(), VecDeque::new());
        let random = StdRng::seed_from_u64(seed);
        Self { seat, address, client, ledger, pace, random, ready, waiting, pause: Duration::ZERO }
    }

    /// Judges until a moment; what waits is handed in until another.
    pub async fn work(mut self, until: Instant, patience: Instant) {
        // Nobody begins in step with the others.
        self.think().await;
        self.fill().await;
        while Instant::now() < until {
            self.think().await;
            if let Some(item) = self.ready.pop_front() {
                let judgment = self.judgment(&item);
                self.waiting.push_back(judgment);
            }
            let begun = Instant::now();
            let was_alone = self.waiting.len() == 1;
            if self.hand_in().await && self.fill().await && was_alone {
                self.ledger.took(begun.elapsed());
            }
        }
        while !self.waiting.is_empty() && Instant::now() < patience {
            self.hand_in().await;
        }
    }

    async fn think(&mut self) {
        let milliseconds = self.random.random_range(self.pace / 2..=self.pace * 3 / 2);
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }

    /// Hands in what waits, in the order in which it was given; whether all of it was.
    async fn hand_in(&mut self) -> bool {
        while let Some(judgment) = self.waiting.front().cloned() {
            let id = serde_json::to_value(judgment.id).expect("an id is JSON");
            let id = id.as_str().expect("an id is a text").to_owned();
            self.ledger.sends(&id);
            match self.call(Request::Submit(Box::new(judgment))).await {
                Ok(_) => self.ledger.acknowledged(&id),
                Err(Failure::Lasting(error)) => self.ledger.refused(&error.to_string()),
                Err(Failure::Passing) => {
                    self.ledger.tries_again(self.waiting.len());
                    self.rest().await;
                    return false;
                }
            }
            self.waiting.pop_front();
        }
        self.pause = Duration::ZERO;
        true
    }

    /// Has items ready; whether it could be asked for them.
    async fn fill(&mut self) -> bool {
        let except = self.ready.iter().map(|ready| ready.item.id).collect();
        let request = QueueRequest {
            annotator: self.seat.annotator,
            place: Place::Start,
            count: (AHEAD - self.ready.len()) as u32,
            except,
        };
        match self.call(Request::Queue(request)).await {
            Ok(Reply::Items(items)) => {
                self.ready.extend(items);
                true
            }
            Ok(other) => panic!("asked for items, got {other:?}"),
            Err(Failure::Lasting(error)) => panic!("asked for items: {error}"),
            Err(Failure::Passing) => {
                self.ledger.tries_again(self.waiting.len());
                self.rest().await;
                false
            }
        }
    }

    /// Waits before the next attempt, longer each time.
    async fn rest(&mut self) {
        self.pause = (self.pause * 2).clamp(Duration::from_millis(200), LONGEST_PAUSE);
        let share = self.random.random_range(0.5..1.5);
        tokio::time::sleep(self.pause.mul_f64(share)).await;
    }

    async fn call(&self, request: Request) -> Result<Reply, Failure> {
        let sent = self
            .client
            .post(format!("{}/api/v1/call", self.address))
            .header("cookie", &self.seat.cookie)
            .header("x-tiebreak", "1")
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&request).expect("a request is JSON"))
            .send()
            .await;
        let answer = sent.map_err(|_| Failure::Passing)?;
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").and_then(|seconds| seconds.to_str().ok());
        let retry_after_s = retry_after.and_then(|seconds| seconds.parse().ok());
        let body = answer.text().await.map_err(|_| Failure::Passing)?;
        // What passes is for the interface to say: whatever it takes for a refusal counts as one here.
        match answer_from_json(status, retry_after_s, &body) {
            Answer::Reply(result) => result.map_err(Failure::Lasting),
            Answer::Later { .. } | Answer::Lost => Err(Failure::Passing),
            Answer::SignIn => {
                let message = "the sign-in is known no more";
                Err(Failure::Lasting(ApiError::new(ErrorCode::Denied, message)))
            }
        }
    }

    fn judgment(&mut self, queued: &QueuedItem) -> NewJudgment {
        let now = UnixMillis(chrono::Utc::now().timestamp_millis());
        let outcome =
            [Outcome::A, Outcome::B, Outcome::Tie, Outcome::BothBad][self.random.random_range(0..4)];
        NewJudgment {
            id: JudgmentId::new(now, rand::random()),
            item: queued.item.id,
            annotator: self.seat.annotator,
            verdict: Verdict::overall(Preference::new(outcome)),
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: self.seat.rubric_version,
            showing: Some(Showing {
                order: queued.order.clone(),
                models_visible: false,
                scores_visible: false,
                shown_at: now,
                first_input_at: None,
                submitted_at: now,
                active_ms: 0,
                idle_ms: 0,
                utc_offset_minutes: 0,
                app_version: "bench".to_owned(),
                session: 1,
                acquisition: queued.acquisition.clone(),
                window: [0.0, 0.0, 1.0],
                watched: Vec::new(),
            }),
            origin: Origin::Screen,
            recorded_at: now,
        }
    }
}
