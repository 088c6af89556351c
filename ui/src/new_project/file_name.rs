//! Where a new project's file shall be.

/// A path in a folder for a project of this name.
pub(super) fn suggested(folder: &str, name: &str) -> String {
    let separator = if folder.is_empty() || folder.ends_with(['/', '\\']) { "" } else { "/" };
    format!("{folder}{separator}{}.tiebreak", from_project_name(name))
}

/// The path with the ending that project files have.
pub(super) fn with_extension(path: &str) -> String {
    if path.to_lowercase().ends_with(".tiebreak") { path.to_owned() } else { format!("{path}.tiebreak") }
}

/// A file's name without its folder and its endings.
pub(super) fn stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).to_owned()
}

/// A file name that every system allows.
pub(super) fn from_project_name(name: &str) -> String {
    let allowed = |character: char| {
        if r#"/\:*?"<>|"#.contains(character) || character.is_control() { '-' } else { character }
    };
    let kept: String = name.trim().chars().map(allowed).collect();
    if kept.is_empty() { "project".to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_project_on_every_system() {
        assert_eq!(suggested("docs", "a/b: c"), "docs/a-b- c.tiebreak", "no character that a system refuses");
        assert_eq!(suggested("docs/", ""), "docs/project.tiebreak");
        assert_eq!(with_extension("y"), "y.tiebreak");
        assert_eq!(with_extension("Y.Tiebreak"), "Y.Tiebreak", "an ending is written once");
        assert_eq!(stem("/data/pairs.jsonl.gz"), "pairs");
    }
}
