//! Which column is what: the roles of columns, as the wizard offers them, and the mapping they make.

use tiebreak_domain::import::{CandidateColumns, ColumnMapping, ContentKind, LabelColumn};

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Unused,
    Prompt,
    A,
    B,
    ModelA,
    ModelB,
    /// One column that names both models.
    Models,
    Id,
    Vote,
    Annotator,
    Metadata,
}

pub(super) const NO_CANDIDATES: &str = "Choose the columns of candidates A and B";

impl Role {
    pub(super) const ALL: [Self; 11] = [
        Self::Unused,
        Self::Prompt,
        Self::A,
        Self::B,
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
            Self::A => "Candidate A",
            Self::B => "Candidate B",
            Self::ModelA => "Model of A",
            Self::ModelB => "Model of B",
            Self::Models => "Both models",
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
    if content(0) == Some(column) {
        Role::A
    } else if content(1) == Some(column) {
        Role::B
    } else if mapping.prompt.iter().any(|prompt| prompt == column) {
        Role::Prompt
    } else if model(0) == Some(column) && model(1) == Some(column) {
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
    // Two candidates always, so that A stays A while B is chosen anew.
    while mapping.candidates.len() < 2 {
        let kind = mapping.candidates.first().map_or(ContentKind::Text, |candidate| candidate.kind);
        mapping.candidates.push(CandidateColumns { content: String::new(), kind, model: None });
    }
    clear(mapping, column);
    let owned = column.to_owned();
    match role {
        Role::Unused => {}
        Role::Prompt => mapping.prompt.push(owned),
        Role::A => mapping.candidates[0].content = owned,
        Role::B => mapping.candidates[1].content = owned,
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

fn clear(mapping: &mut ColumnMapping, column: &str) {
    for candidate in &mut mapping.candidates {
        if candidate.content == column {
            candidate.content.clear();
        }
        candidate.model.take_if(|model| model == column);
    }
    mapping.prompt.retain(|prompt| prompt != column);
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
    match (has(0), has(1)) {
        (true, true) => None,
        (false, true) => Some("Choose the column of candidate A"),
        (true, false) => Some("Choose the column of candidate B"),
        (false, false) => Some(NO_CANDIDATES),
    }
}

#[cfg(test)]
mod tests {
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
