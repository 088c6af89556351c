//! PINs: given to sit down, set and changed for one's own seat, let go by the lead.

use std::time::Duration;

use egui::Ui;
use tiebreak_domain::{Pin, Request};

use super::{SeatsDialog, Stage};
use crate::app::Action;
use crate::form;
use crate::people::pin_field::pin_field_ui;
use crate::people::{Purpose, send};
use crate::widget::ActionButton;

impl SeatsDialog {
    /// Seconds until the next try, rounded up.
    fn wait_left_s(&self) -> Option<u64> {
        let left_ms = self.waits_until_ms?.checked_sub(self.now_ms)?;
        (left_ms > 0).then(|| left_ms.div_ceil(1000))
    }

    pub(super) fn clear_pins(&mut self) {
        match &mut self.stage {
            Stage::List => {}
            Stage::Pin { pin, .. } => pin.clear(),
            Stage::Own { current, .. } => current.clear(),
        }
    }

    pub(super) fn give_pin(&mut self) -> Option<Action> {
        let Stage::Pin { name, pin, .. } = &self.stage else { return None };
        if pin.is_empty() || self.wait_left_s().is_some() {
            self.wants_focus = true;
            return None;
        }
        let (name, pin) = (name.clone(), Pin(pin.clone()));
        self.switch(name, Some(pin))
    }

    pub(super) fn pin_ui(&mut self, ui: &mut Ui) -> Option<Action> {
        let left_s = self.wait_left_s();
        let Stage::Pin { pin, .. } = &mut self.stage else { return None };
        let field = pin_field_ui(ui, "PIN", pin);
        if std::mem::take(&mut self.wants_focus) {
            field.request_focus();
        }
        if let Some(left_s) = left_s {
            // The engine counted from an earlier second; this line counts on, and replaces its hint.
            if let Some(error) = &mut self.error {
                error.hint = None;
            }
            form::note_ui(ui, format!("The next try counts in {left_s} s"));
            ui.ctx().request_repaint_after(Duration::from_millis(250));
        }
        None
    }

    pub(super) fn pin_footer_ui(&mut self, ui: &mut Ui) -> Option<Action> {
        let Stage::Pin { annotator, pin, .. } = &self.stage else { return None };
        let annotator = *annotator;
        let left_s = self.wait_left_s();
        let is_ready = !pin.is_empty() && !self.is_sent && left_s.is_none();
        let label = left_s.map_or("Sit down".to_owned(), |left_s| format!("Wait {left_s} s"));
        let button = ActionButton::new(&label).primary().key("Enter").enabled(is_ready);
        if ui.add(button).clicked() {
            return self.give_pin();
        }
        let is_lead = !self.is_locked()
            && self.seated().is_some_and(|seated| seated.is_lead && seated.annotator.id != annotator);
        if is_lead && ui.add(ActionButton::new("Let a forgotten PIN go")).clicked() {
            let request = Request::SetPin { annotator, current: None, pin: None };
            self.is_sent = true;
            return Some(send(Purpose::SetPin, request));
        }
        self.leave_ui(ui)
    }

    /// Why one's own PIN cannot be set as typed.
    fn own_refusal(&self) -> Option<String> {
        let Stage::Own { pin, again, current } = &self.stage else { return None };
        let has_pin = self.seated().is_some_and(|seated| seated.has_pin);
        if has_pin && current.is_empty() {
            return Some("Type the PIN you have so far".to_owned());
        }
        if pin.is_empty() {
            return (!has_pin).then(|| "Type a PIN of 4 to 64 characters".to_owned());
        }
        if let Some(refusal) = Pin(pin.clone()).refusal() {
            return Some(crate::people::sentence(&refusal));
        }
        (pin != again).then(|| "Type the same PIN twice".to_owned())
    }

    pub(super) fn set_own_pin(&mut self) -> Option<Action> {
        if self.is_sent || self.own_refusal().is_some() || self.wait_left_s().is_some() {
            self.wants_focus = false;
            return None;
        }
        let annotator = self.seated()?.annotator.id;
        let Stage::Own { current, pin, .. } = &self.stage else { return None };
        let given = |pin: &String| (!pin.is_empty()).then(|| Pin(pin.clone()));
        let request = Request::SetPin { annotator, current: given(current), pin: given(pin) };
        self.is_sent = true;
        self.error = None;
        Some(send(Purpose::SetPin, request))
    }

    pub(super) fn own_ui(&mut self, ui: &mut Ui) -> Option<Action> {
        let has_pin = self.seated().is_some_and(|seated| seated.has_pin);
        let wants_focus = std::mem::take(&mut self.wants_focus);
        let left_s = self.wait_left_s();
        let refusal = self.own_refusal();
        let Stage::Own { current, pin, again } = &mut self.stage else { return None };
        let words = "A PIN keeps colleagues at this machine from judging under your name. It does not hide the \
                     project file.";
        form::note_ui(ui, words);
        let mut first = None;
        if has_pin {
            first = Some(pin_field_ui(ui, "PIN so far", current));
        }
        let label = if has_pin { "PIN from now on, nothing for none" } else { "PIN" };
        let field = pin_field_ui(ui, label, pin);
        pin_field_ui(ui, "Once more", again);
        if wants_focus {
            first.unwrap_or(field).request_focus();
        }
        match (left_s, refusal) {
            (Some(left_s), _) => {
                form::note_ui(ui, format!("The next try counts in {left_s} s"));
                ui.ctx().request_repaint_after(Duration::from_millis(250));
            }
            (None, Some(refusal)) => form::note_ui(ui, refusal),
            (None, None) => {}
        }
        None
    }

    pub(super) fn own_footer_ui(&mut self, ui: &mut Ui) -> Option<Action> {
        let is_ready = self.own_refusal().is_none() && self.wait_left_s().is_none() && !self.is_sent;
        let takes_away = matches!(&self.stage, Stage::Own { pin, .. } if pin.is_empty());
        let has_pin = self.seated().is_some_and(|seated| seated.has_pin);
        let label = if takes_away && has_pin { "Judge without a PIN" } else { "Keep the seat by it" };
        if ui.add(ActionButton::new(label).primary().key("Enter").enabled(is_ready)).clicked() {
            return self.set_own_pin();
        }
        self.leave_ui(ui)
    }
}
