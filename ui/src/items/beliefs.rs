//! What models say of items, for the lead: the filter by it, taking a model's word for what was found, and the ranks
//! that models give the candidates of the item under the cursor.
//!
//! Nothing of this is asked for before somebody asks for it, and the engine has the last word on who may know.

use egui::{Grid, ScrollArea, Ui};
use tiebreak_domain::filter::{BeliefFilter, BeliefKind, ItemRow};
use tiebreak_domain::reward::{Combination, ItemScores, ModelInfo, Scorer};
use tiebreak_domain::{AnnotatorId, ApiError, ItemId, Request};

use super::ItemsBrowser;
use super::filter_bar::{choice_ui, filter_to_send};
use crate::app::Action;
use crate::app::notice::with_capital;
use crate::app::tickets::Purpose;
use crate::form;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Ink, caption_ui, count_text, text_ui};

/// What the engine said of an item.
type Answer = Result<Vec<ItemScores>, ApiError>;

/// Where being sure can begin, in hundredths.
const PERCENTS: [u8; 6] = [60, 70, 80, 90, 95, 99];
/// Width of the ranks beside the table, in points.
const WIDTH: f32 = 300.0;

/// What is known of models' words.
#[derive(Debug, Default)]
pub(super) struct Beliefs {
    /// Models that can be named: key and name; none before they were asked for.
    models: Option<Vec<(Scorer, String)>>,
    /// Whether ranks stand beside the table.
    shows_ranks: bool,
    /// Who asks.
    annotator: Option<AnnotatorId>,
    /// The item whose ranks were asked for, and what came of it.
    asked: Option<(ItemId, Option<Answer>)>,
    /// Whether taking a model's word was asked for once.
    is_warned: bool,
}

impl Beliefs {
    /// The models of this machine arrived.
    pub(super) fn models_arrived(&mut self, models: Vec<ModelInfo>) {
        let scoring = models.into_iter().filter(|model| !model.dimensions.is_empty() && model.scored > 0);
        self.models = Some(scoring.map(|model| (Scorer::Model(model.key), model.name)).collect());
    }

    /// What models say of an item arrived.
    pub(super) fn ranks_arrived(&mut self, item: ItemId, ranks: Result<Vec<ItemScores>, ApiError>) {
        if let Some((asked, answer)) = &mut self.asked
            && *asked == item
        {
            *answer = Some(ranks);
        }
    }

    /// Another judgment, score or seat: what is on the screen is asked for again.
    pub(super) fn forget(&mut self) {
        self.asked = None;
    }
}

impl ItemsBrowser {
    /// Puts what has to be asked about models on the list.
    pub(super) fn belief_requests(&mut self, requests: &mut Vec<(Purpose, Request)>) {
        if self.filter.belief.is_some() && self.beliefs.models.is_none() {
            self.beliefs.models = Some(Vec::new());
            requests.push((Purpose::ItemModels, Request::Models));
        }
        let under_cursor = self.selection.cursor().and_then(|row| self.pages.row(row)).map(|row| row.id);
        if let (true, Some(annotator), Some(item)) =
            (self.beliefs.shows_ranks, self.beliefs.annotator, under_cursor)
            && self.beliefs.asked.as_ref().is_none_or(|(asked, _)| *asked != item)
        {
            self.beliefs.asked = Some((item, None));
            requests.push((Purpose::ItemRanks(item), Request::ItemScores { annotator, item }));
        }
    }

    /// Whether the next frame has something to ask about models.
    pub(super) fn is_asking_models(&self) -> bool {
        let under_cursor = self.selection.cursor().and_then(|row| self.pages.row(row)).map(|row| row.id);
        let is_other = self.beliefs.asked.as_ref().map(|(asked, _)| *asked) != under_cursor;
        (self.filter.belief.is_some() && self.beliefs.models.is_none())
            || (self.beliefs.shows_ranks && under_cursor.is_some() && is_other)
    }
}

/// The filter by what models say, and what can be done with what it finds.
pub(super) fn belief_ui(
    ui: &mut Ui,
    items: &mut ItemsBrowser,
    annotator: AnnotatorId,
    wanted: &mut Vec<Action>,
) {
    items.beliefs.annotator = Some(annotator);
    let before = items.filter.belief.clone();
    let kinds = [
        (None, "Whatever models say"),
        (Some(BeliefKind::Sure), "A model is sure"),
        (Some(BeliefKind::Unsure), "A model is unsure"),
        (Some(BeliefKind::Contradicted), "Models contradict it"),
    ];
    let mut kind = before.as_ref().map(|belief| belief.kind);
    let options = kinds.map(|(kind, label)| (kind, label.to_owned())).to_vec();
    choice_ui(ui, "What models say", 168.0, options, &mut kind);
    items.filter.belief =
        kind.map(|kind| BeliefFilter { kind, ..items.filter.belief.clone().unwrap_or_default() });
    if let Some(belief) = &mut items.filter.belief {
        let mut voices = vec![(Scorer::Head, "The head".to_owned())];
        let models: Vec<(Scorer, String)> = items.beliefs.models.clone().into_iter().flatten().collect();
        let are_several = models.len() > 1;
        let several = Combination::ALL.into_iter().filter(|_| are_several);
        let together = several.map(|combination| {
            (Scorer::Ensemble(combination), with_capital(&format!("{} of models", combination.label())))
        });
        voices.extend(models.into_iter().chain(together));
        let mut voice = voices.iter().position(|(scorer, _)| *scorer == belief.by);
        let names = voices.iter().enumerate().map(|(place, (_, name))| (Some(place), name.clone())).collect();
        choice_ui(ui, "Whose word", 140.0, names, &mut voice);
        if let Some(voice) = voice {
            belief.by = voices.swap_remove(voice).0;
        }
        let mut percents = PERCENTS.to_vec();
        if !percents.contains(&belief.percent) {
            percents.push(belief.percent);
        }
        let mut percent = Some(belief.percent);
        let options = percents.into_iter().map(|percent| (Some(percent), format!("from {percent} %")));
        choice_ui(ui, "Sure from", 104.0, options.collect(), &mut percent);
        belief.percent = percent.unwrap_or(belief.percent);
    }
    if before != items.filter.belief {
        items.beliefs.is_warned = false;
    }
    accept_ui(ui, items, wanted);
    let ranks = ActionButton::new("Ranks")
        .small()
        .choice(items.beliefs.shows_ranks)
        .help("Show how each model ranks the candidates of the item under the cursor");
    if ui.add(ranks).clicked() {
        items.beliefs.shows_ranks = !items.beliefs.shows_ranks;
        items.beliefs.forget();
    }
}

/// Taking a model's word for what was found, said once more before it is done.
fn accept_ui(ui: &mut Ui, items: &mut ItemsBrowser, wanted: &mut Vec<Action>) {
    let Some(belief) = items.filter.belief.clone().filter(|belief| belief.kind == BeliefKind::Sure) else {
        return;
    };
    let label = if items.beliefs.is_warned {
        format!("Take it for the open pairs among {}", count_text(items.pages.count()))
    } else {
        "Take the model's word…".to_owned()
    };
    let button = ActionButton::new(&label)
        .small()
        .enabled(items.pages.count() > 0 && !items.is_waiting && items.is_complete)
        .help("Open pairs among these get a label of the model; people's judgments stay apart, and win in exports");
    if !ui.add(button).clicked() || !std::mem::replace(&mut items.beliefs.is_warned, true) {
        return;
    }
    items.beliefs.is_warned = false;
    // Where being sure begins belongs to those that are sure; the engine takes what is surer than this.
    let above = (f64::from(belief.percent) / 100.0 - 1e-9).max(0.5);
    let of = Box::new(filter_to_send(&items.filter));
    let request = Request::AcceptModelLabels { above, by: belief.by, of };
    wanted.push(Action::Send(Purpose::AcceptLabels, request));
}

/// The ranks beside the table, where they are wanted.
pub(super) fn ranks_ui(ui: &mut Ui, items: &ItemsBrowser, frame: egui::Frame) {
    if !items.beliefs.shows_ranks {
        return;
    }
    egui::Panel::right("items ranks").exact_size(WIDTH).resizable(false).frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::SMALL;
        text_ui(ui, "What models say", Ink::First, Face::SemiBold, text::BODY);
        let row = items.selection.cursor().and_then(|row| items.pages.row(row));
        let (Some(row), Some((item, answer))) = (row, &items.beliefs.asked) else {
            form::note_ui(ui, "Choose an item: arrow keys, or a click");
            return;
        };
        text_ui(ui, format!("Item {item}"), Ink::Third, Face::Figures, text::SMALL);
        match answer {
            None => form::note_ui(ui, "Asking…"),
            Some(Err(error)) => {
                text_ui(ui, with_capital(&error.message), Ink::Second, Face::Regular, text::SMALL);
            }
            Some(Ok(said)) if said.is_empty() => {
                form::note_ui(ui, "No model has scored this item, and nothing was learned yet");
            }
            Some(Ok(said)) => {
                ScrollArea::vertical().id_salt("ranks").show(ui, |ui| {
                    for (place, said) in said.iter().enumerate() {
                        voice_ui(ui, place, said, row);
                    }
                });
            }
        }
    });
}

fn voice_ui(ui: &mut Ui, place: usize, said: &ItemScores, row: &ItemRow) {
    let name = if said.scorer == Scorer::Head { "The head" } else { said.name.as_str() };
    caption_ui(ui, &format!("{name} · {}", said.dimension));
    let ranked = ranked(&said.scores);
    let count = ranked.len();
    Grid::new(("ranks", place)).num_columns(3).spacing([space::MEDIUM, space::TINY]).show(ui, |ui| {
        for (rank, (candidate, score)) in ranked.iter().enumerate() {
            let letter = char::from(b'A' + *candidate as u8);
            let ink = if rank == 0 { Ink::First } else { Ink::Second };
            text_ui(ui, format!("{}. {letter}", rank + 1), ink, Face::SemiBold, text::SMALL);
            text_ui(ui, format!("{score:+.2}"), ink, Face::Figures, text::SMALL);
            let is_alone = count > 1 && ranked[1].1 < *score;
            if rank == 0 && is_alone {
                text_ui(ui, format!("best of {count}"), Ink::First, Face::Medium, text::SMALL);
            } else {
                let words = row.candidates.get(*candidate).map_or("", String::as_str);
                form::line_ui(ui, words, Ink::Third, Face::Regular, text::SMALL);
            }
            ui.end_row();
        }
    });
    ui.add_space(space::SMALL);
}

/// The candidates that have a score, the best first; equal ones in the data's order.
fn ranked(scores: &[Option<f64>]) -> Vec<(usize, f64)> {
    let mut ranked: Vec<(usize, f64)> =
        scores.iter().enumerate().filter_map(|(place, score)| Some((place, (*score)?))).collect();
    ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_comes_first_and_who_has_no_score_not_at_all() {
        let scores = [Some(0.5), None, Some(2.0), Some(0.5)];
        assert_eq!(ranked(&scores), [(2, 2.0), (0, 0.5), (3, 0.5)]);
    }
}
