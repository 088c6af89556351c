//! The items browser: every item of the project as a table that stays smooth at a million rows, with search
//! and filters.
//!
//! [`ItemsBrowser`] holds what is asked for, what was found and what is chosen, and knows no widget;
//! [`items_ui`] paints it. Rows come a page at a time ([`pages`]); what is chosen is places in what was found
//! ([`selection`]); changes and their undoing are in [`statuses`].

mod beliefs;
mod empty;
mod filter_bar;
mod foot_bar;
mod keys;
pub mod pages;
mod row;
pub mod scroll;
mod scroll_bar;
pub mod selection;
pub mod statuses;
mod table;
#[cfg(test)]
mod tests;

use std::ops::Range;

use egui::{Frame, Panel, Ui};
use tiebreak_domain::door::ViewId;
use tiebreak_domain::filter::ItemRow;
use tiebreak_domain::reward::{ItemScores, ModelInfo};
use tiebreak_domain::{ApiError, ItemFilter, ItemId, ItemStatus, ProjectInfo, Request};

use self::beliefs::Beliefs;
use self::pages::Pages;
use self::scroll::Scroll;
use self::selection::Selection;
use self::statuses::{Change, Statuses};
use crate::app::tickets::Purpose;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::theme;

/// Least time between two searches while somebody types, in milliseconds.
const SEARCH_PAUSE_MS: u64 = 120;

/// What is shown, chosen and asked for.
#[derive(Debug, Default)]
pub struct ItemsBrowser {
    /// What the controls say; `search` as it was typed.
    filter: ItemFilter,
    /// What the search with `number` asks for.
    sent: Option<ItemFilter>,
    /// What the rows at hand were found with.
    shown: Option<ItemFilter>,
    number: u64,
    is_find_wanted: bool,
    is_waiting: bool,
    is_complete: bool,
    searched_at_ms: Option<u64>,
    error: Option<ApiError>,
    pages: Pages,
    scroll: Scroll,
    selection: Selection,
    statuses: Statuses,
    /// Rows painted in the last frame.
    visible: Option<Range<u64>>,
    is_search_wanted: bool,
    beliefs: Beliefs,
    is_cursor_to_be_seen: bool,
    /// The frame in which this was last painted, and whether a dialog was open then.
    last_painted: (u64, bool),
}

impl ItemsBrowser {
    /// Asks anew: the project changed, or the browser came to the front.
    pub fn refresh(&mut self) {
        self.is_find_wanted = true;
        self.beliefs.forget();
    }

    /// Carries out a command of this screen.
    pub fn command(&mut self, command: Command) {
        match command {
            Command::Exclude => self.change(Change::Exclude),
            Command::Delete => self.change(Change::Delete),
            Command::UndoStatus => {
                self.statuses.undo();
                if self.is_of_one_status() {
                    self.selection.clear();
                }
            }
            Command::FocusSearch => self.is_search_wanted = true,
            _ => {}
        }
    }

    /// Puts what has to be asked on the list.
    pub fn requests(&mut self, requests: &mut Vec<(Purpose, Request)>) {
        self.statuses.requests(requests);
        self.belief_requests(requests);
        if std::mem::take(&mut self.is_find_wanted) {
            let filter = filter_bar::filter_to_send(&self.filter);
            self.number += 1;
            self.is_waiting = true;
            self.sent = Some(filter.clone());
            requests.push((Purpose::Find(self.number), Request::Find(filter)));
        }
        if let Some(visible) = self.visible.take() {
            requests.extend(self.pages.ask(visible).into_iter().map(|request| (Purpose::Rows, request)));
        }
    }

    /// A search was answered.
    pub fn found(&mut self, number: u64, view: ViewId, count: u64, is_complete: bool) {
        if number != self.number {
            return;
        }
        let is_other = self.shown != self.sent;
        self.shown.clone_from(&self.sent);
        self.is_waiting = false;
        self.is_complete = is_complete;
        self.error = None;
        self.pages.show(view, count, is_other);
        if is_other {
            self.scroll.reset();
            self.selection.clear();
            self.statuses.give_up_gathering();
        } else if is_complete {
            self.selection.clamp(count);
        }
    }

    /// A search went on.
    pub fn found_more(&mut self, view: ViewId, count: u64, is_complete: bool) {
        if self.pages.view() == Some(view) {
            self.pages.grow(count);
            self.is_complete = is_complete;
            if is_complete {
                self.selection.clamp(count);
            }
        }
    }

    /// A search could not be answered.
    pub fn find_failed(&mut self, number: u64, error: ApiError) {
        if number == self.number {
            self.is_waiting = false;
            self.error = Some(error);
        }
    }

    /// The models of this machine arrived, by which items can be filtered.
    pub fn models_arrived(&mut self, models: Vec<ModelInfo>) {
        self.beliefs.models_arrived(models);
    }

    /// What models say of an item arrived.
    pub fn ranks_arrived(&mut self, item: ItemId, ranks: Result<Vec<ItemScores>, ApiError>) {
        self.beliefs.ranks_arrived(item, ranks);
    }

    /// Rows arrived.
    pub fn rows_arrived(&mut self, view: ViewId, from: u64, rows: Vec<ItemRow>) {
        self.statuses.rows_arrived(view, from, &rows);
        self.pages.arrived(view, from, rows);
    }

    /// Statuses changed; what was before can be brought back.
    pub fn statuses_changed(&mut self, before: Vec<(ItemId, ItemStatus)>, was_undo: bool) {
        self.statuses.changed(before, was_undo);
        self.refresh();
    }

    /// Statuses could not be changed.
    pub fn status_failed(&mut self, was_undo: bool) {
        self.statuses.failed(was_undo);
    }

    /// Rows could not be read; a change that waited for them is given up.
    pub fn rows_failed(&mut self) {
        self.statuses.give_up_gathering();
    }

    /// What was found, as far as it is known.
    pub fn count(&self) -> u64 {
        self.pages.count()
    }

    /// The chosen rows.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The chosen items; none where there are more than `most`, or their rows are not at hand.
    pub fn chosen_items(&self, most: u64) -> Option<Vec<ItemId>> {
        if self.selection.count() > most {
            return None;
        }
        let rows = self.selection.stretches().into_iter().flat_map(|(first, last)| first..=last);
        rows.map(|row| Some(self.pages.row(row)?.id)).collect()
    }

    fn change(&mut self, change: Change) {
        let chosen = self.selection.stretches();
        let first = chosen.first().map(|stretch| stretch.0);
        self.statuses.change(change, chosen, &self.pages);
        // Rows that leave the list let others move up, and the chosen places would become those of other items.
        match (change, first) {
            (Change::Delete, Some(first)) => self.selection.go_to(first),
            (Change::Exclude, _) if self.is_of_one_status() => self.selection.clear(),
            _ => {}
        }
    }

    /// Whether rows leave the list when their status changes.
    fn is_of_one_status(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.status.is_some())
    }

    /// The status that a change would give the chosen items, as far as their rows are at hand.
    fn target(&self, change: Change) -> ItemStatus {
        let visible = self.pages_in_hand();
        change.target(visible.filter(|(row, _)| self.selection.contains(*row)).map(|(_, row)| row.status))
    }

    fn pages_in_hand(&self) -> impl Iterator<Item = (u64, &ItemRow)> {
        let stretches = self.selection.stretches();
        let first = stretches.first().map_or(0, |stretch| stretch.0);
        // A button's word must not cost more than a screenful of rows.
        (first..self.pages.count().min(first + 256)).filter_map(|row| Some((row, self.pages.row(row)?)))
    }

    /// Searches now, or as soon as the pause after the last search is over.
    fn search_if_due(&mut self, ui: &Ui, now_ms: u64) {
        let wanted = filter_bar::filter_to_send(&self.filter);
        let Some(sent) = self.sent.as_ref().filter(|sent| **sent != wanted) else { return };
        let is_typing = ItemFilter { search: wanted.search.clone(), ..sent.clone() } == wanted;
        let since_ms = self.searched_at_ms.map_or(u64::MAX, |at_ms| now_ms.saturating_sub(at_ms));
        if is_typing && since_ms < SEARCH_PAUSE_MS {
            let rest = std::time::Duration::from_millis(SEARCH_PAUSE_MS - since_ms);
            ui.ctx().request_repaint_after(rest);
        } else {
            self.searched_at_ms = Some(now_ms);
            self.is_find_wanted = true;
        }
    }

    fn clear_filters(&mut self) {
        self.filter = ItemFilter::default();
    }
}

/// Paints the items browser.
pub fn items_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, wanted: &mut Vec<Action>) {
    crate::judge::top_bar::top_bar_ui(ui, scene, desk, wanted);
    let may_lead = desk.may_lead();
    browser_ui(ui, scene, &mut desk.items, &desk.info, may_lead, wanted);
}

/// Paints what is below the top bar.
fn browser_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    items: &mut ItemsBrowser,
    info: &ProjectInfo,
    may_lead: bool,
    wanted: &mut Vec<Action>,
) {
    let palette = theme::palette(ui);
    // Before the search field is painted: Enter in it is not for the table.
    let pressed = keys::take(ui, scene, items);
    let edge = theme::space::EDGE as i8;
    let bar = Frame::new()
        .fill(palette.panel)
        .inner_margin(egui::Margin::symmetric(edge, theme::space::MEDIUM as i8));
    Panel::top("items filters").frame(bar).resizable(false).show(ui, |ui| {
        filter_bar::filter_bar_ui(ui, scene, items, info, may_lead, wanted);
    });
    Panel::bottom("items foot").frame(bar).resizable(false).show(ui, |ui| {
        foot_bar::foot_bar_ui(ui, scene, items, may_lead, wanted);
    });
    if may_lead {
        beliefs::ranks_ui(ui, items, bar);
    }
    egui::CentralPanel::no_frame().frame(Frame::new().fill(palette.window)).show(ui, |ui| {
        if items.pages.count() == 0 || items.error.is_some() {
            empty::empty_ui(ui, scene, items, info, wanted);
        } else {
            table::table_ui(ui, items, info, &pressed, wanted);
        }
    });
    items.search_if_due(ui, scene.now.monotonic_ms);
    let is_asking = items.is_asking_rows() || items.is_asking_models();
    if items.is_find_wanted || items.statuses.has_requests() || is_asking {
        // What is wanted is sent at the start of the next frame.
        ui.ctx().request_repaint();
    }
}
