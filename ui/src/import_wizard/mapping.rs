//! Which column is what: the roles of columns, as the wizard offers them, and the mapping they make.

use tiebreak_domain::import::{
    CandidateColumns, ColumnMapping, ContentKind, ContextColumn, ContextContent, LabelColumn,
};

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Unused,
    Prompt,
    /// A text to hold the candidates against.
    ReferenceText,
    /// The same as images.
    ReferenceImage,
    /// What can be laid over the candidates' images.
    Mask,
    A,
    B,
    /// A third candidate, a fourth, …
    More,
    /// One column that holds a list of candidates, or the only one.
    All,
    ModelA,
    ModelB,
    /// One column that names all models.
    Models,
    Id,
    Vote,
    Annotator,
    Metadata,
}

pub(super) const NO_CANDIDATES: &str = "Choose the columns of the candidates";

impl Role {
    pub(super) const ALL: [Self; 16] = [
        Self::Unused,
        Self::Prompt,
        Self::ReferenceText,
        Self::ReferenceImage,
        Self::Mask,
        Self::A,
        Self::B,
        Self::More,
        Self::All,
        Self::ModelA,
        Self::ModelB,
        Self::Models,
        Self::Id,
        Self::Vote,
        Self::Annotator,
        Self::Metadata,
    ];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Unused => "Not used",
            Self::Prompt => "Prompt",
            Self::ReferenceText => "Reference text",
            Self::ReferenceImage => "Reference image",
            Self::Mask => "Mask over images",
            Self::A => "Candidate A",
            Self::B => "Candidate B",
            Self::More => "One more candidate",
            Self::All => "All candidates",
            Self::ModelA => "Model of A",
            Self::ModelB => "Model of B",
            Self::Models => "All models",
            Self::Id => "Name of the item",
            Self::Vote => "Existing vote",
            Self::Annotator => "Who voted",
            Self::Metadata => "Kept as metadata",
        }
    }
}

/// The role of a column.
pub(super) fn role(mapping: &ColumnMapping, column: &str) -> Role {
    let content = |index: usize| mapping.candidates.get(index).map(|candidate| candidate.content.as_str());
    let model = |index: usize| mapping.candidates.get(index).and_then(|candidate| candidate.model.as_deref());
    let is_one = mapping.candidates.len() == 1;
    if content(0) == Some(column) {
        if is_one { Role::All } else { Role::A }
    } else if content(1) == Some(column) {
        Role::B
    } else if mapping.candidates.iter().skip(2).any(|candidate| candidate.content == column) {
        Role::More
    } else if mapping.prompt.iter().any(|prompt| prompt == column) {
        Role::Prompt
    } else if mapping.context.iter().any(|context| context == column) {
        match mapping.context_as.get(column).and_then(|said| said.content) {
            Some(ContextContent::Mask) => Role::Mask,
            Some(ContextContent::Image) => Role::ReferenceImage,
            Some(ContextContent::Text) | None => Role::ReferenceText,
        }
    } else if model(0) == Some(column) && (is_one || model(1) == Some(column)) {
        Role::Models
    } else if model(0) == Some(column) {
        Role::ModelA
    } else if model(1) == Some(column) {
        Role::ModelB
    } else if mapping.id.as_deref() == Some(column) {
        Role::Id
    } else if mapping.label.as_ref().is_some_and(|label| label.column == column) {
        Role::Vote
    } else if mapping.annotator.as_deref() == Some(column) {
        Role::Annotator
    } else if mapping.metadata.iter().any(|metadata| metadata == column) {
        Role::Metadata
    } else {
        Role::Unused
    }
}

/// Gives a column a role. Whatever else it was, it is no longer; and where only one column can have the
/// role, the one before loses it.
pub(super) fn set_role(mapping: &mut ColumnMapping, column: &str, role: Role) {
    let title = mapping.context_as.get(column).and_then(|said| said.title.clone());
    clear(mapping, column);
    let owned = column.to_owned();
    let kind = mapping.candidates.first().map_or(ContentKind::Text, |candidate| candidate.kind);
    let candidate = |content: String| CandidateColumns { content, kind, model: None };
    let is_about_two =
        matches!(role, Role::A | Role::B | Role::More | Role::ModelA | Role::ModelB | Role::Models);
    // Two candidates where their columns are told apart, so that A stays A while B is chosen anew.
    let is_list = role == Role::Models && mapping.candidates.len() == 1;
    while is_about_two && !is_list && mapping.candidates.len() < 2 {
        mapping.candidates.push(candidate(String::new()));
    }
    match role {
        Role::Unused => {}
        Role::Prompt => mapping.prompt.push(owned),
        Role::ReferenceText => set_context(mapping, owned, ContextContent::Text, title),
        Role::ReferenceImage => set_context(mapping, owned, ContextContent::Image, title),
        Role::Mask => set_context(mapping, owned, ContextContent::Mask, title),
        Role::A => mapping.candidates[0].content = owned,
        Role::B => mapping.candidates[1].content = owned,
        Role::More => mapping.candidates.push(candidate(owned)),
        Role::All => {
            let model = mapping.candidates.first().and_then(|first| first.model.clone());
            mapping.candidates = vec![CandidateColumns { model, ..candidate(owned) }];
        }
        Role::ModelA => mapping.candidates[0].model = Some(owned),
        Role::ModelB => mapping.candidates[1].model = Some(owned),
        Role::Models => {
            for candidate in &mut mapping.candidates {
                candidate.model = Some(owned.clone());
            }
        }
        Role::Id => mapping.id = Some(owned),
        Role::Vote => {
            let before = mapping.label.take().unwrap_or_else(usual_words);
            mapping.label = Some(LabelColumn { column: owned, ..before });
        }
        Role::Annotator => mapping.annotator = Some(owned),
        Role::Metadata => mapping.metadata.push(owned),
    }
}

fn set_context(mapping: &mut ColumnMapping, column: String, content: ContextContent, title: Option<String>) {
    mapping.context_as.insert(column.clone(), ContextColumn { content: Some(content), title });
    mapping.context.push(column);
}

fn clear(mapping: &mut ColumnMapping, column: &str) {
    let mut index = 0;
    mapping.candidates.retain(|candidate| {
        index += 1;
        index <= 2 || candidate.content != column
    });
    for candidate in &mut mapping.candidates {
        if candidate.content == column {
            candidate.content.clear();
        }
        candidate.model.take_if(|model| model == column);
    }
    mapping.prompt.retain(|prompt| prompt != column);
    mapping.context.retain(|context| context != column);
    mapping.context_as.remove(column);
    mapping.id.take_if(|id| id == column);
    mapping.label.take_if(|label| label.column == column);
    mapping.annotator.take_if(|annotator| annotator == column);
    mapping.metadata.retain(|metadata| metadata != column);
}

/// How votes are mostly written.
fn usual_words() -> LabelColumn {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    LabelColumn {
        column: String::new(),
        a: owned(&["a", "model_a", "1"]),
        b: owned(&["b", "model_b", "2"]),
        tie: owned(&["tie", "0"]),
        both_bad: owned(&["both_bad", "neither"]),
    }
}

/// What the mapping lacks, in a few words.
pub(super) fn missing(mapping: &ColumnMapping) -> Option<&'static str> {
    let has =
        |index: usize| mapping.candidates.get(index).is_some_and(|candidate| !candidate.content.is_empty());
    let is_one = mapping.candidates.len() == 1;
    match (has(0), has(1) || is_one) {
        (true, true) => None,
        (false, true) if is_one => Some(NO_CANDIDATES),
        (false, true) => Some("Choose the column of candidate A"),
        (true, false) => Some("Choose the column of candidate B"),
        (false, false) => Some(NO_CANDIDATES),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_column_has_one_role_and_a_role_that_is_single_moves() {
        let mut mapping = ColumnMapping::default();
        assert_eq!(missing(&mapping), Some(NO_CANDIDATES));
        set_role(&mut mapping, "x", Role::A);
        assert_eq!(missing(&mapping), Some("Choose the column of candidate B"));
        set_role(&mut mapping, "y", Role::B);
        assert_eq!(missing(&mapping), None);
        set_role(&mut mapping, "z", Role::A);
        assert_eq!((role(&mapping, "x"), role(&mapping, "z")), (Role::Unused, Role::A));
        set_role(&mut mapping, "z", Role::Prompt);
        set_role(&mut mapping, "x", Role::Prompt);
        assert_eq!(mapping.prompt, ["z", "x"], "several columns can make up the prompt");
        assert_eq!(missing(&mapping), Some("Choose the column of candidate A"), "B stays B");
    }

    #[test]
    fn every_role_is_read_back_as_it_was_given() {
        for role in Role::ALL {
            let mut mapping = ColumnMapping::default();
            set_role(&mut mapping, "column", role);
            assert_eq!(super::role(&mapping, "column"), role);
        }
    }

    #[test]
    fn a_list_of_candidates_stays_one_beside_a_reference_with_a_title() {
        let mut mapping = ColumnMapping::default();
        set_role(&mut mapping, "responses", Role::All);
        set_role(&mut mapping, "models", Role::Models);
        set_role(&mut mapping, "area", Role::ReferenceImage);
        assert_eq!(mapping.candidates.len(), 1, "nothing was said of a second");
        assert_eq!(missing(&mapping), None);
        mapping.context_as.get_mut("area").unwrap().title = Some("The room".into());
        set_role(&mut mapping, "area", Role::Mask);
        let said = mapping.context_as["area"].clone();
        assert_eq!(said.title.as_deref(), Some("The room"), "a title stays when the kind changes");
        assert_eq!(said.content, Some(ContextContent::Mask));
        set_role(&mut mapping, "area", Role::Unused);
        assert!(mapping.context.is_empty() && mapping.context_as.is_empty(), "and goes with its column");
        set_role(&mut mapping, "responses", Role::A);
        set_role(&mut mapping, "y", Role::B);
        set_role(&mut mapping, "z", Role::More);
        set_role(&mut mapping, "z", Role::Metadata);
        assert_eq!(mapping.candidates.len(), 2, "one more candidate is one less again");
    }

    #[test]
    fn another_vote_column_keeps_how_votes_are_written() {
        let mut mapping = ColumnMapping::default();
        set_role(&mut mapping, "winner", Role::Vote);
        if let Some(label) = &mut mapping.label {
            label.a = vec!["left".to_owned()];
        }
        set_role(&mut mapping, "label", Role::Vote);
        assert_eq!(
            mapping.label.map(|label| (label.column, label.a)),
            Some(("label".into(), vec!["left".into()]))
        );
    }
}
