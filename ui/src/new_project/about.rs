//! What there is to say about a template: its picture, what it collects, and its questions with their help.

use egui::{CornerRadius, Frame, Margin, Stroke, Ui};
use tiebreak_domain::Template;

use super::miniature::{Miniature, PREVIEW_LINE};
use super::words;
use crate::form;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, radius, space, text};
use crate::widget::{Ink, caption_ui, text_ui};

/// What a template is called.
pub fn name(template: &Template) -> &str {
    let name = template.rubric.name.trim();
    match (name.is_empty(), template.id.is_empty()) {
        (false, _) => name,
        (true, false) => &template.id,
        (true, true) => "Own rubric",
    }
}

/// The picture in its frame, as high as its questions ask for.
pub fn picture_ui(ui: &mut Ui, template: &Template) {
    let palette = theme::palette(ui);
    Frame::new()
        .fill(palette.window)
        .stroke(Stroke::new(HAIRLINE, palette.line))
        .corner_radius(CornerRadius::same(radius::MEDIUM))
        .inner_margin(Margin::same(space::MEDIUM as i8))
        .show(ui, |ui| Miniature::new(template).line(PREVIEW_LINE).show(ui));
}

/// Name, media, what it collects, the paper, and what it exports to.
pub fn facts_ui(ui: &mut Ui, template: &Template) {
    text_ui(ui, name(template), Ink::First, Face::SemiBold, text::TITLE);
    if !template.about.is_empty() {
        text_ui(ui, &template.about, Ink::Second, Face::Regular, text::BODY);
    }
    let compared = format!("{}, {}", words::media(&template.media), words::candidates(template.candidates));
    let exports = words::exports(&template.exports);
    let facts = [
        ("Compared", compared.as_str()),
        ("Collects", &template.collects),
        ("Paper", &template.paper),
        ("Exports to", &exports),
    ];
    for (caption, fact) in facts.into_iter().filter(|(_, fact)| !fact.is_empty()) {
        fact_ui(ui, caption, fact);
    }
}

/// Every question: its title, what kind of answer it takes, and its help.
pub fn questions_ui(ui: &mut Ui, template: &Template) {
    let questions = &template.rubric.questions;
    caption_ui(ui, &form::counted(questions.len() as u64, "question", "questions"));
    let mut group = "";
    for (index, question) in questions.iter().enumerate() {
        form::section_ui(ui, ("question", index), |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            if question.group != group {
                group = &question.group;
                text_ui(ui, group, Ink::Third, Face::SemiBold, text::SMALL);
            }
            let title = format!("{}. {}", index + 1, question.title);
            text_ui(ui, title, Ink::First, Face::Medium, text::SMALL + 1.0);
            text_ui(ui, words::question(question), Ink::Third, Face::Regular, text::SMALL);
            if !question.help.is_empty() {
                text_ui(ui, &question.help, Ink::Second, Face::Regular, text::SMALL);
            }
        });
    }
}

fn fact_ui(ui: &mut Ui, caption: &str, fact: &str) {
    form::section_ui(ui, ("fact", caption), |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        caption_ui(ui, caption);
        text_ui(ui, fact, Ink::Second, Face::Regular, text::SMALL);
    });
}
