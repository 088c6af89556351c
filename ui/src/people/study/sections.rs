//! The settings of a study, section by section.

use egui::Ui;

use super::StudyDialog;
use crate::form;
use crate::people::study_field::FieldDraft;
use crate::people::study_form::StudyForm;
use crate::theme::space;
use crate::widget::{ActionButton, text_area_ui, text_field_ui};

impl StudyDialog {
    /// What is asked of people.
    pub(super) fn left_ui(&mut self, ui: &mut Ui) {
        let Some(form) = &mut self.form else { return };
        if !self.templates.is_empty() {
            let first = std::iter::once("Begin with a study that comes along…");
            let names: Vec<&str> =
                first.chain(self.templates.iter().map(|study| study.name.as_str())).collect();
            let mut chosen = 0;
            if form::combo_ui(ui, "Studies that come along", &names, &mut chosen, 360.0)
                && let Some(study) = chosen.checked_sub(1).and_then(|index| self.templates.get(index))
            {
                *form = StudyForm { version: form.version, ..StudyForm::of(study) };
            }
        }
        text_field_ui(ui, "Name of the study", &mut form.name, "");
        form::titled_ui(ui, "Consent", |ui| {
            let label = "What people agree to before they judge (Markdown), nothing for none";
            text_area_ui(ui, label, &mut form.consent, "", 5);
        });
        form::titled_ui(ui, "Profile", |ui| {
            form::note_ui(ui, "What people are asked about themselves before they judge");
            let mut gone = None;
            for (index, field) in form.fields.iter_mut().enumerate() {
                let is_gone = form::section_ui(ui, ("study field", index), |ui| field.ui(ui, index + 1));
                if is_gone {
                    gone = Some(index);
                }
            }
            if let Some(index) = gone {
                form.fields.remove(index);
            }
            if ui.add(ActionButton::new("Ask one more thing").small()).clicked() {
                form.fields.push(FieldDraft::default());
            }
        });
    }

    /// How work is shared out and looked after.
    pub(super) fn right_ui(&mut self, ui: &mut Ui) {
        let Some(form) = &mut self.form else { return };
        form::titled_ui(ui, "Who judges what", |ui| {
            let everyone = "everyone judges everything";
            text_field_ui(ui, "Judgments wanted of each item", &mut form.wanted, everyone);
            ui.columns(2, |columns| {
                let label = "At most, where they disagree";
                text_field_ui(&mut columns[0], label, &mut form.most, "no more");
                let label = "Ratings may differ by";
                text_field_ui(&mut columns[1], label, &mut form.disagreement_above, "0");
            });
            ui.columns(2, |columns| {
                let label = "Minutes an item is kept for one";
                text_field_ui(&mut columns[0], label, &mut form.lease_minutes, "30");
                let label = "Column of the tag an item needs";
                text_field_ui(&mut columns[1], label, &mut form.tag_column, "none");
            });
            form::check_ui(ui, &mut form.has_own_order, "Everyone has a random order of their own");
            if form.has_own_order {
                text_field_ui(ui, "Seed of the orders", &mut form.order_seed, "0");
            }
        });
        form::titled_ui(ui, "Known answers and repeats, in percent of what is offered", |ui| {
            ui.columns(2, |columns| {
                let hint = "where the order has them";
                text_field_ui(&mut columns[0], "Gold items", &mut form.gold, hint);
                text_field_ui(&mut columns[1], "Attention checks", &mut form.attention, hint);
            });
            ui.columns(2, |columns| {
                text_field_ui(&mut columns[0], "Silent repeats", &mut form.repeats, "none");
                let label = "Judgments before a repeat";
                text_field_ui(&mut columns[1], label, &mut form.repeats_after, "how many");
            });
            let label = "Training answered as expected without which nothing else is offered, in percent";
            text_field_ui(ui, label, &mut form.qualification, "nobody has to qualify");
        });
        form::titled_ui(ui, "Arms", |ui| {
            let label = "Names with commas between, nothing for none";
            text_field_ui(ui, label, &mut form.arms, "none");
            ui.columns(2, |columns| {
                let label = "People in a block";
                text_field_ui(&mut columns[0], label, &mut form.block_size, "twice the arms");
                text_field_ui(&mut columns[1], "Seed of the draw", &mut form.arms_seed, "0");
            });
        });
        form::titled_ui(ui, "Tags", |ui| {
            let label = "Skills and seniorities, with commas between";
            text_field_ui(ui, label, &mut form.tags, "none");
        });
        ui.add_space(space::SMALL);
    }
}
