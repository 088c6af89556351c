//! Chosen items are to be used as training, gold or attention items, or as ordinary ones again.

use tiebreak_domain::quality::ItemRole;
use tiebreak_domain::{ApiError, ErrorCode, ItemId, Request};

use super::dialog::Dialog;
use super::tickets::Purpose;
use super::{Action, App};
use crate::command::Command;
use crate::desk::View;
use crate::people;
use crate::people::role::{Begun, RoleDialog, RoleKind};

/// How many items can be gone through at once.
const MOST: u64 = 100;

impl App {
    /// Opens the dialog for the expected answers, or makes the items ordinary at once.
    pub(super) fn use_as(&mut self, command: Command) {
        let Some(desk) = &self.desk else { return };
        if !desk.may_lead() {
            let error = ApiError::new(ErrorCode::Denied, "this is for whoever leads the study");
            self.notices.error(&error.hint("switch to the annotator who leads it"));
            return;
        }
        let mut begun = None;
        let items: Vec<ItemId> = match desk.view {
            View::Judge => Vec::new(),
            View::Items => {
                let Some(items) = desk.items.chosen_items(MOST) else {
                    self.notices.info(format!("Choose {MOST} items at most"));
                    return;
                };
                items
            }
            View::SecondLook => {
                let shown = desk.session.current.as_ref();
                begun = shown.map(|shown| Begun {
                    queued: shown.queued.clone(),
                    answers: shown.draft.answers.clone(),
                });
                shown.map(|shown| shown.queued.item.id).into_iter().collect()
            }
        };
        if items.is_empty() {
            return;
        }
        if let Some(kind) = RoleKind::of_command(command) {
            self.dialog = Some(Dialog::Role(Box::new(RoleDialog::new(kind, items, begun))));
            return;
        }
        let last = items.len();
        for (index, item) in items.into_iter().enumerate() {
            let told = if index + 1 == last { last } else { 0 };
            let purpose = Purpose::People(people::Purpose::MakeOrdinary(told));
            let request = Request::SetItemRole { item, role: ItemRole::Normal };
            self.actions.push_back(Action::Send(purpose, request));
        }
    }
}
