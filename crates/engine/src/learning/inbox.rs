//! What the worker is told, gathered until it comes to it: however much happened meanwhile is one piece of work, and
//! the word to stop overtakes everything.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tiebreak_domain::{AnnotatorId, Judgment};

/// A judgment that is on the disk.
pub struct Heard {
    /// The judgment.
    pub judgment: Judgment,
    /// Whether it was given here. Of what was given elsewhere, another process has kept what was foretold.
    pub is_own: bool,
}

/// What came since the worker last looked.
#[derive(Default)]
pub struct Gathered {
    /// Judgments, in the order in which they came.
    pub heard: Vec<Heard>,
    /// Who needs a plan, each once.
    pub plans: Vec<AnnotatorId>,
    /// Whether items, scores, rules or old judgments changed.
    pub is_reload: bool,
}

/// What the worker finds.
pub enum Found {
    /// The project closes.
    Stop,
    /// Something came.
    Work(Gathered),
    /// Nothing did for as long as it was to wait.
    Nothing,
}

/// The way to the worker.
#[derive(Default)]
pub struct Inbox {
    waiting: Mutex<Waiting>,
    came: Condvar,
}

#[derive(Default)]
struct Waiting {
    gathered: Gathered,
    has_some: bool,
    is_stopped: bool,
}

impl Inbox {
    /// A judgment is on the disk.
    pub fn hear(&self, heard: Heard) {
        self.add(|gathered| gathered.heard.push(heard));
    }

    /// Somebody needs a plan.
    pub fn ask(&self, annotator: AnnotatorId) {
        self.add(|gathered| {
            if !gathered.plans.contains(&annotator) {
                gathered.plans.push(annotator);
            }
        });
    }

    /// Items, scores, rules or old judgments changed.
    pub fn reload(&self) {
        self.add(|gathered| gathered.is_reload = true);
    }

    /// The project closes.
    pub fn stop(&self) {
        self.lock().is_stopped = true;
        self.came.notify_all();
    }

    /// Whether the project closes.
    pub fn is_stopped(&self) -> bool {
        self.lock().is_stopped
    }

    /// Takes everything that came, as soon as anything does; waits without end where no time is given.
    pub fn take(&self, patience: Option<Duration>) -> Found {
        let until = patience.map(|patience| Instant::now() + patience);
        let mut waiting = self.lock();
        loop {
            if waiting.is_stopped {
                return Found::Stop;
            }
            if waiting.has_some {
                waiting.has_some = false;
                return Found::Work(std::mem::take(&mut waiting.gathered));
            }
            waiting = match until {
                None => self.came.wait(waiting).expect(WHOLE),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Found::Nothing;
                    }
                    self.came.wait_timeout(waiting, left).expect(WHOLE).0
                }
            };
        }
    }

    /// Takes the judgments that came, and leaves the rest.
    pub fn take_heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.lock().gathered.heard)
    }

    fn add(&self, add: impl FnOnce(&mut Gathered)) {
        let mut waiting = self.lock();
        if waiting.is_stopped {
            // A worker that has stopped needs to know nothing.
            return;
        }
        add(&mut waiting.gathered);
        waiting.has_some = true;
        self.came.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().expect(WHOLE)
    }
}

const WHOLE: &str = "what waits is exchanged whole";

#[cfg(test)]
mod tests {
    use tiebreak_domain::Outcome;
    use tiebreak_domain::showing::AcquisitionMethod;

    use super::super::tests::{judgment, preferred};
    use super::*;

    fn heard(number: i64) -> Heard {
        let judgment = judgment(number, 1, number, preferred(Outcome::A), AcquisitionMethod::Random);
        Heard { judgment, is_own: true }
    }

    #[test]
    fn what_came_meanwhile_is_one_piece_of_work_in_its_order() {
        let inbox = Inbox::default();
        assert!(matches!(inbox.take(Some(Duration::ZERO)), Found::Nothing));
        for number in 1..=500 {
            inbox.hear(heard(number));
            inbox.ask(AnnotatorId(number % 3));
            inbox.reload();
        }
        let Found::Work(gathered) = inbox.take(None) else { panic!("there is work") };
        let items: Vec<i64> = gathered.heard.iter().map(|heard| heard.judgment.given.item.0).collect();
        assert_eq!(items, (1..=500).collect::<Vec<_>>());
        assert_eq!(gathered.plans, [1, 2, 0].map(AnnotatorId), "each is planned for once");
        assert!(gathered.is_reload);
        assert!(matches!(inbox.take(Some(Duration::ZERO)), Found::Nothing), "it was taken whole");
    }

    #[test]
    fn the_word_to_stop_overtakes_what_waits() {
        let inbox = Inbox::default();
        inbox.hear(heard(1));
        inbox.stop();
        inbox.hear(heard(2));
        assert!(inbox.is_stopped());
        assert!(matches!(inbox.take(None), Found::Stop));
    }

    #[test]
    fn whoever_waits_is_woken() {
        let inbox = Inbox::default();
        std::thread::scope(|scope| {
            let waiting = std::thread::Builder::new().name("test-waiting".to_owned());
            let waiting = waiting.spawn_scoped(scope, || inbox.take(None)).unwrap();
            inbox.ask(AnnotatorId(4));
            assert!(matches!(waiting.join().unwrap(), Found::Work(gathered) if gathered.plans.len() == 1));
        });
    }
}
