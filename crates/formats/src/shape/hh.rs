//! Anthropic HH transcripts: turns begin with `\n\nHuman:` or `\n\nAssistant:`; chosen and rejected share
//! their first turns, which become the prompt. All after them are the candidates, mostly one assistant turn. Beside
//! them may stand what Tiebreak writes: `id`, `annotator` and `margin`.

use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Candidate, Item, Part};

use super::margin::{MARGIN, Margins};
use super::preference::pair_from_choice;
use super::{ItemShape, Understood, metadata_from_cells, refusal};
use crate::cell::Cell;
use crate::message::common_prefix;
use crate::record::Label;

/// What a turn begins with, and who then speaks.
pub(crate) const MARKS: [(&str, &str); 2] = [("\n\nHuman:", "user"), ("\n\nAssistant:", "assistant")];

/// Reads HH transcripts.
pub(crate) struct HhShape {
    metadata: Vec<String>,
    margins: Margins,
}

const KNOWN: [&str; 5] = ["chosen", "rejected", "id", "annotator", MARGIN];

impl HhShape {
    /// `columns` are all that the first rows have.
    pub(crate) fn new(columns: &[String], rows: &[Metadata]) -> Self {
        let metadata = columns.iter().filter(|name| !KNOWN.contains(&name.as_str())).cloned().collect();
        Self { metadata, margins: Margins::of_rows(rows) }
    }
}

impl ItemShape for HhShape {
    fn columns(&self) -> Vec<String> {
        KNOWN.map(str::to_owned).into_iter().chain(self.metadata.iter().cloned()).collect()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut cells = cells.into_iter();
        let mut turns = |name: &str| {
            let cell = cells.next().unwrap_or_default();
            match &cell {
                Cell::Text(text) => {
                    turns_from_transcript(text).map_err(|reason| format!("{name:?} {reason}"))
                }
                Cell::Missing => Err(format!("{name:?} is missing")),
                other => Err(format!("{name:?} is {}, expected a transcript", other.kind())),
            }
        };
        let (mut chosen, mut rejected) = (turns("chosen")?, turns("rejected")?);
        let shared = common_prefix(&chosen, &rejected);
        let prompt: Vec<Part> = chosen.drain(..shared).collect();
        rejected.drain(..shared);
        let candidate = |parts| Candidate { parts, ..Candidate::default() };
        let check = Item { candidates: vec![candidate(chosen), candidate(rejected)], ..Item::default() };
        if let Some(reason) = refusal(&check, ["chosen", "rejected"]) {
            return Err(reason);
        }
        let mut sides = check.candidates.into_iter();
        let (chosen, rejected) = (sides.next().unwrap_or_default(), sides.next().unwrap_or_default());
        let (candidates, outcome) = pair_from_choice(&prompt, chosen, rejected);
        let mut text = || cells.next().and_then(Cell::into_text).filter(|text| !text.trim().is_empty());
        let (external_id, annotator) = (text(), text());
        let margin = cells.next().unwrap_or_default();
        let mut metadata = metadata_from_cells(&self.metadata, cells);
        let preference = self.margins.preference(outcome, margin, &mut metadata);
        let item = Item { external_id, prompt, candidates, metadata, ..Item::default() };
        let label = Label { annotator, ..Label::new(preference) };
        Ok(Understood { item, labels: vec![label], doubt: None })
    }
}

/// Whether a text is such a transcript.
pub(crate) fn is_transcript(text: &str) -> bool {
    text.trim_start().starts_with("Human:") && text.contains("\n\nAssistant:")
}

/// The turns of a transcript. One space after the mark belongs to the mark, everything else to the turn.
pub(crate) fn turns_from_transcript(text: &str) -> Result<Vec<Part>, String> {
    let mut rest = text;
    // The first mark may have lost its blank line.
    let mut role = "";
    if let Some((mark, who)) = MARKS.iter().find(|(mark, _)| rest.trim_start().starts_with(mark.trim_start()))
    {
        rest = &rest.trim_start()[mark.trim_start().len()..];
        role = who;
    }
    if role.is_empty() {
        return Err("does not begin with \"Human:\" or \"Assistant:\", so it is no transcript".to_owned());
    }
    let mut turns = Vec::new();
    loop {
        let next = MARKS.iter().filter_map(|&(mark, who)| Some((rest.find(mark)?, mark, who))).min();
        let turn = next.map_or(rest, |(at, ..)| &rest[..at]);
        turns.push(Part::message(role, turn.strip_prefix(' ').unwrap_or(turn)));
        let Some((at, mark, who)) = next else { break };
        rest = &rest[at + mark.len()..];
        role = who;
    }
    Ok(turns)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn understand(chosen: &str, rejected: &str) -> Result<Understood, String> {
        let shape = HhShape::new(&[], &[]);
        shape.understand(vec![Cell::Text(chosen.into()), Cell::Text(rejected.into())])
    }

    #[test]
    fn the_shared_turns_become_the_prompt() {
        let understood = understand(
            "\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: And?\n\nAssistant: Fine.\n\nTruly.",
            "\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: And?\n\nAssistant: Go away.",
        )
        .unwrap();
        assert_eq!(
            understood.item.prompt,
            [
                Part::message("user", "Hi"),
                Part::message("assistant", "Hello!"),
                Part::message("user", "And?")
            ]
        );
        let chosen =
            usize::from(understood.labels[0].preference().unwrap().outcome == tiebreak_domain::Outcome::B);
        assert_eq!(understood.item.candidates[chosen].parts, [Part::message("assistant", "Fine.\n\nTruly.")]);
        assert_eq!(understood.item.candidates[1 - chosen].parts, [Part::message("assistant", "Go away.")]);
    }

    #[test]
    fn transcripts_that_part_early_keep_all_that_differs() {
        let understood = understand(
            "\n\nHuman: Hi\n\nAssistant: A\n\nHuman: x\n\nAssistant: C",
            "\n\nHuman: Hi\n\nAssistant: B",
        )
        .unwrap();
        assert_eq!(understood.item.prompt, [Part::message("user", "Hi")]);
        let lengths: usize = understood.item.candidates.iter().map(|candidate| candidate.parts.len()).sum();
        assert_eq!(lengths, 3 + 1);
    }

    #[test]
    fn a_transcript_that_goes_on_from_the_other_leaves_no_side_empty() {
        let understood =
            understand("\n\nHuman: Hi\n\nAssistant: A\n\nHuman: x", "\n\nHuman: Hi\n\nAssistant: A").unwrap();
        assert_eq!(understood.item.prompt, [Part::message("user", "Hi")]);
    }

    #[test]
    fn an_assistant_that_says_nothing_is_an_empty_response() {
        let silent = understand("\n\nHuman: Hi\n\nAssistant: A", "\n\nHuman: Hi\n\nAssistant:").unwrap();
        let rejected =
            usize::from(silent.labels[0].preference().unwrap().outcome == tiebreak_domain::Outcome::A);
        assert!(silent.item.candidates[rejected].is_empty_response());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_field() {
        let same = "\n\nHuman: Hi\n\nAssistant: A";
        assert_eq!(understand(same, same).unwrap_err(), "\"chosen\" and \"rejected\" are the same");
        assert!(understand(same, "Hi").unwrap_err().starts_with("\"rejected\" does not begin with"));
    }
}
