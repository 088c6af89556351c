//! Notices: what failed, why, and what to do; and what was done and can be undone.

use egui::{Align2, Area, Id, vec2};
use tiebreak_domain::ApiError;

use super::{Action, Scene};
use crate::theme;
use crate::widget;

/// How serious it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something was done.
    Info,
    /// Something failed.
    Error,
}

/// One notice.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Tells it from others.
    pub id: u64,
    /// How serious it is.
    pub kind: Kind,
    /// What happened and why.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    vanishes_at_ms: Option<u64>,
}

/// What there is to tell, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    next_id: u64,
    list: Vec<Notice>,
    now_ms: u64,
}

/// How long a notice of success stays.
const INFO_MS: u64 = 6_000;
/// How many are on the screen at once.
const MOST: usize = 3;

impl Notices {
    /// Something was done; vanishes by itself.
    pub fn info(&mut self, message: impl Into<String>) {
        let vanishes_at_ms = Some(self.now_ms + INFO_MS);
        self.push(Kind::Info, message.into(), None, vanishes_at_ms);
    }

    /// Something failed; stays until it is taken away.
    pub fn error(&mut self, error: &ApiError) {
        self.push(Kind::Error, error.message.clone(), error.hint.clone(), None);
    }

    /// Takes one away.
    pub fn dismiss(&mut self, id: u64) {
        self.list.retain(|notice| notice.id != id);
    }

    /// Takes the latest error away; says whether there was one.
    pub fn dismiss_latest(&mut self) -> bool {
        self.list.pop().is_some()
    }

    /// All of them.
    pub fn list(&self) -> &[Notice] {
        &self.list
    }

    /// Lets time pass.
    pub fn tick(&mut self, now_ms: u64, ctx: &egui::Context) {
        self.now_ms = now_ms;
        self.list.retain(|notice| notice.vanishes_at_ms.is_none_or(|at_ms| at_ms > now_ms));
        if let Some(next_ms) = self.list.iter().filter_map(|notice| notice.vanishes_at_ms).min() {
            ctx.request_repaint_after(std::time::Duration::from_millis(next_ms - now_ms));
        }
    }

    fn push(&mut self, kind: Kind, message: String, hint: Option<String>, vanishes_at_ms: Option<u64>) {
        let message = with_capital(&message);
        self.list.retain(|notice| notice.message != message);
        if self.list.len() == MOST {
            // What vanishes by itself goes first: an error was perhaps not read yet.
            let passing = self.list.iter().position(|notice| notice.kind == Kind::Info);
            if passing.is_none() && kind == Kind::Info {
                return;
            }
            self.list.remove(passing.unwrap_or(0));
        }
        self.next_id += 1;
        let hint = hint.as_deref().map(with_capital);
        self.list.push(Notice { id: self.next_id, kind, message, hint, vanishes_at_ms });
    }
}

/// Errors are written in lower case; on the screen they are sentences.
pub fn with_capital(message: &str) -> String {
    let mut characters = message.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Paints the notices in the lower right corner, above the answers.
pub fn notices_ui(ui: &egui::Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
    let network = scene.network.words();
    if scene.notices.list().is_empty() && network.is_none() {
        return;
    }
    Area::new(Id::unique("notices"))
        .order(egui::Order::Tooltip)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-theme::space::LARGE, -120.0))
        .show(ui.ctx(), |ui| {
            ui.set_max_width(420.0);
            if let Some((what, todo)) = &network {
                widget::Notice::warning(what).todo(todo).show(ui);
                ui.add_space(theme::space::SMALL);
            }
            for notice in scene.notices.list() {
                let kind = match notice.kind {
                    Kind::Info => widget::NoticeKind::Success,
                    Kind::Error => widget::NoticeKind::Error,
                };
                let banner = widget::Notice::new(kind, &notice.message)
                    .todo(notice.hint.as_deref().unwrap_or_default());
                if banner.action("Dismiss").show(ui).is_some() {
                    wanted.push(Action::Dismiss(notice.id));
                }
                ui.add_space(theme::space::SMALL);
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::ErrorCode;

    #[test]
    fn an_error_stays_while_notices_of_success_come_and_go() {
        let mut notices = Notices::default();
        let fault = |number: u32| ApiError::new(ErrorCode::DiskFull, format!("fault {number}"));
        let told = |notices: &Notices| -> Vec<String> {
            notices.list().iter().map(|notice| notice.message.clone()).collect()
        };
        notices.error(&fault(1));
        for number in 1..=4 {
            notices.info(format!("done {number}"));
        }
        assert_eq!(told(&notices), ["Fault 1", "Done 3", "Done 4"]);
        notices.error(&fault(2));
        notices.error(&fault(3));
        notices.info("done 5");
        assert_eq!(told(&notices), ["Fault 1", "Fault 2", "Fault 3"], "there is room for no more");
        notices.error(&fault(4));
        assert_eq!(told(&notices), ["Fault 2", "Fault 3", "Fault 4"]);
    }

    #[test]
    fn the_same_fault_eight_times_is_one_notice() {
        let mut notices = Notices::default();
        for _ in 0..8 {
            notices.error(&ApiError::new(ErrorCode::DiskFull, "the disk is full"));
        }
        assert_eq!(notices.list().len(), 1, "it covers no more of the screen than it has to");
        assert_eq!(notices.list()[0].message, "The disk is full");
    }
}
