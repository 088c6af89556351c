//! The second look: a list of items that call for a reviewer, and the item itself on the judge screen.
//!
//! The reviewer answers by the same keys and widgets as an annotator does, in a judging session of its own whose
//! judgments are reviews; the other session waits meanwhile ([`Seats`]). What others said, and who said it, is
//! hidden until it is asked for, item by item.

mod list;
mod said;
mod seats;
pub(crate) mod words;

use std::collections::HashSet;

use egui::{Margin, Panel, Ui};
use tiebreak_domain::second_look::{LookFilter, LookItem, LookOrder, LookReasonKind, SecondLook};
use tiebreak_domain::{AnnotatorId, ApiError, ItemId, Judgment, Order, Origin, Request, Rubric, Verdict};

pub use self::seats::{Seat, Seats, session_number};
use crate::app::tickets::Purpose;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::judge::screen;
use crate::judge::session::{self, Listed};
use crate::judge::top_bar::top_bar_ui;
use crate::theme::{self, space};

/// How many items are listed at once.
const LISTED: u32 = 500;

/// What the second look knows and remembers between frames.
#[derive(Debug, Default)]
pub struct SecondLookDesk {
    /// Only items for this reason; for any if none.
    pub filter: Option<LookReasonKind>,
    /// What is to be looked at, as it was when it was asked for.
    pub listed: Vec<LookItem>,
    /// How many items there are in all.
    pub total: u64,
    /// Those decided since the list arrived; they stay in it, with a sign.
    pub decided: HashSet<ItemId>,
    /// Why there is no list.
    pub error: Option<ApiError>,
    /// Whether the list has arrived.
    pub is_known: bool,
    shows_said: Option<ItemId>,
    shows_names: bool,
    number: u64,
    request: Option<Request>,
}

impl SecondLookDesk {
    /// Asks for the list anew.
    pub fn refresh(&mut self) {
        self.number += 1;
        self.is_known = false;
        self.error = None;
        self.request = Some(Request::SecondLook(LookFilter {
            reasons: self.filter.into_iter().collect(),
            with_reviewed: false,
            order: LookOrder::Severity,
            from: 0,
            count: LISTED,
        }));
    }

    /// Only items for a reason, or for any.
    pub fn set_filter(&mut self, filter: Option<LookReasonKind>) {
        self.filter = filter;
        self.refresh();
    }

    /// What is to be sent.
    pub fn requests(&mut self, requests: &mut Vec<(Purpose, Request)>) {
        requests.extend(self.request.take().map(|request| (Purpose::SecondLook(self.number), request)));
    }

    /// The list arrived, or could not be had; says whether it is the one that was asked for last.
    pub fn arrived(&mut self, number: u64, result: Result<SecondLook, ApiError>) -> bool {
        if number != self.number {
            return false;
        }
        self.is_known = true;
        self.decided.clear();
        match result {
            Ok(look) => {
                self.total = look.total;
                self.listed = look.items;
            }
            Err(error) => {
                self.total = 0;
                self.listed.clear();
                self.error = Some(error);
            }
        }
        true
    }

    /// The items from this one on, and then those before it; only those that are not decided, besides the first.
    pub fn from(&self, item: ItemId) -> Vec<Listed> {
        let start = self.listed.iter().position(|look| look.item == item).unwrap_or(0);
        let (before, after) = self.listed.split_at(start);
        let is_open = |look: &&LookItem| look.item == item || !self.decided.contains(&look.item);
        let listed = |look: &LookItem| Listed { item: look.item, questioned: questioned(look).cloned() };
        after.iter().chain(before).filter(is_open).map(listed).collect()
    }

    /// How many items wait for a decision.
    pub fn open_count(&self) -> u64 {
        self.total.saturating_sub(self.decided.len() as u64)
    }

    /// What is listed of an item.
    pub fn look(&self, item: ItemId) -> Option<&LookItem> {
        self.listed.iter().find(|look| look.item == item)
    }

    /// What a decision that is on the disk says of a model that was surprised; none where none was, and of a vote of
    /// one's own.
    pub fn decided(
        &self,
        item: ItemId,
        rubric: &Rubric,
        reviewer: AnnotatorId,
        decision: &Verdict,
    ) -> Option<&'static str> {
        words::verdict_on_model(self.look(item)?, rubric, reviewer, decision)
    }

    /// Shows what others said of an item, or hides it.
    pub fn toggle_said(&mut self, item: ItemId) {
        self.shows_said = (self.shows_said != Some(item)).then_some(item);
        self.shows_names = false;
    }

    /// Shows who said what of an item, or hides it.
    pub fn toggle_names(&mut self, item: ItemId) {
        self.shows_names = !(self.shows_names && self.shows_said == Some(item));
        self.shows_said = Some(item);
    }

    /// A review or its undoing was sent.
    pub fn sent(&mut self, judgment: &tiebreak_domain::NewJudgment) {
        let is_decided =
            judgment.origin == Origin::Review && matches!(judgment.verdict, Verdict::Judged { .. });
        if is_decided {
            self.decided.insert(judgment.item);
        } else {
            self.decided.remove(&judgment.item);
        }
    }
}

/// The order in which the vote in question was given: the one that surprised a model, else that of the first person
/// whom a reason names, else the only one there is.
fn questioned(look: &LookItem) -> Option<&Order> {
    let is_vote = |judgment: &&Judgment| {
        judgment.given.origin != Origin::Review && matches!(judgment.given.verdict, Verdict::Judged { .. })
    };
    let votes: Vec<&Judgment> = look.judgments.iter().filter(is_vote).collect();
    let mut flagged = look.flags.iter().map(|flag| flag.judgment);
    let surprising = flagged.find_map(|id| votes.iter().find(|vote| vote.given.id == id));
    let mut named = look.reasons.iter().filter_map(|reason| reason.annotator());
    let of_named = named.find_map(|who| votes.iter().find(|vote| vote.given.annotator == who));
    let only = if let [only] = &votes[..] { Some(only) } else { None };
    let vote = surprising.or(of_named).or(only)?;
    vote.given.showing.as_ref().map(|showing| &showing.order)
}

/// Paints the second look.
pub fn second_look_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, wanted: &mut Vec<Action>) {
    top_bar_ui(ui, scene, desk, wanted);
    let palette = theme::palette(ui);
    let frame = egui::Frame::new().fill(palette.window);
    let width = (ui.available_width() * 0.24).clamp(220.0, 330.0);
    Panel::left("second look list").exact_size(width).resizable(false).frame(frame).show(ui, |ui| {
        list::list_ui(ui, desk, wanted);
    });
    let Some(shown) = &desk.session.current else {
        list::nothing_ui(ui, scene, desk, wanted);
        return;
    };
    let item = shown.queued.item.id;
    let margin = Margin::symmetric(space::EDGE as i8, space::SMALL as i8);
    let frame = egui::Frame::new().fill(palette.window).inner_margin(margin);
    Panel::top("second look said").frame(frame).show(ui, |ui| said::said_ui(ui, scene, desk, item, wanted));
    screen::item_ui(ui, scene, desk, wanted);
}

/// Carries out a command of the second look; says why it could not, if so.
pub fn command(desk: &mut Desk, command: Command, moment: &session::Moment) -> Option<&'static str> {
    let item = desk.session.current.as_ref().map(|shown| shown.queued.item.id)?;
    match command {
        Command::ToggleSaid => desk.second_look.toggle_said(item),
        Command::ToggleNames => desk.second_look.toggle_names(item),
        Command::KeepAnswer if desk.session.own_answer().is_none() => {
            return Some("There is no answer of yours to keep");
        }
        Command::KeepAnswer if !desk.session.keep_answer(moment, &mut desk.outbox) => {
            return Some(if desk.session.unseen().is_some() {
                "Your answer is filled in; see the item to its end, and give it"
            } else {
                "Your answer is filled in; something is asked now that it does not say"
            });
        }
        _ => {}
    }
    None
}
