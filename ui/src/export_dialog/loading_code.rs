//! The lines of Python that load what was exported.

use tiebreak_domain::export::ExportCounts;

/// Code that loads a file with `datasets`; none for what only Tiebreak reads.
///
/// The format is told from the file's name, since the report of an earlier export does not say it.
pub(super) fn loading_code(path: &str, counts: &ExportCounts) -> Option<String> {
    let lower = path.to_lowercase();
    if lower.ends_with("-tiebreak.jsonl") {
        return None;
    }
    let is_csv = std::path::Path::new(&lower).extension().is_some_and(|extension| extension == "csv");
    let builder = if is_csv { "csv" } else { "json" };
    let mut code = format!(
        "from datasets import load_dataset\n\ndataset = load_dataset(\"{builder}\", data_files={}, split=\"train\")\n\
         print(dataset)  # {} rows\n",
        python_string(path),
        counts.rows,
    );
    let of_trl = ["-trl-explicit.jsonl", "-trl-implicit.jsonl", "-trl-conversational.jsonl", "-hh.jsonl"];
    if of_trl.iter().any(|ending| lower.ends_with(ending)) {
        code.push_str("\n# With TRL: DPOTrainer(model=model, args=args, train_dataset=dataset, processing_class=tokenizer)\n");
    }
    Some(code)
}

fn python_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_survives_python() {
        let code = loading_code(r#"C:\a "b"\x-trl-explicit.jsonl"#, &ExportCounts::default());
        let code = code.unwrap_or_default();
        assert!(code.contains(r#"data_files="C:\\a \"b\"\\x-trl-explicit.jsonl""#), "{code}");
        assert!(code.contains("\"json\"") && code.contains("TRL"));
        let csv = loading_code("x-csv.csv", &ExportCounts::default()).unwrap_or_default();
        assert!(csv.contains("\"csv\"") && !csv.contains("TRL"));
        assert_eq!(loading_code("x-tiebreak.jsonl", &ExportCounts::default()), None);
    }
}
