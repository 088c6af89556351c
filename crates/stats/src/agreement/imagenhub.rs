//! Agreement of ImagenHub's raters as their authors published it, on their ratings; skipped where those are absent.
//!
//! Three raters gave two grades out of 0, ½ and 1 to each image of each method (semantic consistency and perceptual
//! quality); the overall grade is the root of their product. A published figure is held to two digits, a
//! recomputation by reference libraries to six.

use std::path::{Path, PathBuf};

use super::{Counts, Metric, alpha, fleiss_kappa};

/// The place of a grade among all that occur; the overall grade can also be the root of ½.
fn category(cell: &str, dimension: &str) -> Option<usize> {
    let mut grades = cell.trim().trim_start_matches('[').trim_end_matches(']').split(',');
    let consistency: f64 = grades.next()?.trim().parse().ok()?;
    let quality: f64 = grades.next()?.trim().parse().ok()?;
    let grade = match dimension {
        "SC" => consistency,
        "PR" => quality,
        _ => (consistency * quality).sqrt(),
    };
    [0.0, 0.5, 0.5_f64.sqrt(), 1.0].iter().position(|one| (one - grade).abs() < 1e-9)
}

/// What three raters said of one method's images.
fn counts(folder: &Path, task: &str, method: &str, dimension: &str) -> Counts {
    let raters: Vec<String> = (1..=3)
        .map(|rater| folder.join(task).join(format!("{task}_rater{rater}.tsv")))
        .map(|path| std::fs::read_to_string(path).expect("each task has three raters"))
        .collect();
    let columns: Vec<Vec<Option<usize>>> = raters
        .iter()
        .map(|text| {
            let mut lines = text.lines().filter(|line| !line.trim().is_empty());
            let header = lines.next().expect("a header");
            let column =
                header.split('\t').position(|name| name.trim() == method).expect("a column per method");
            lines.map(|line| category(line.split('\t').nth(column).unwrap_or(""), dimension)).collect()
        })
        .collect();
    let units = (0..columns[0].len()).map(|unit| {
        columns.iter().filter_map(|column| column.get(unit).copied().flatten()).collect::<Vec<_>>()
    });
    Counts::from_ratings(4, units)
}

#[test]
fn imagenhub_gives_its_published_agreement() {
    let data: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = data.join("ratings/imagenhub");
    let Ok(text) = std::fs::read_to_string(data.join("published_numbers.json")) else {
        eprintln!("the published numbers are not at hand; nothing was tested");
        return;
    };
    if !folder.exists() {
        eprintln!("ImagenHub's ratings are not at hand; nothing was tested");
        return;
    }
    let numbers: serde_json::Value = serde_json::from_str(&text).expect("the numbers are JSON");
    let mut checked = 0;
    for row in numbers["ImagenHub"].as_array().expect("a list of figures") {
        let word = |name: &str| row[name].as_str().expect("a word").to_owned();
        let counts = counts(&folder, &word("task"), &word("method"), &word("dim"));
        let found = match word("stat").as_str() {
            "fleiss_kappa" => fleiss_kappa(&counts),
            _ => alpha(&counts, Metric::Ordinal),
        };
        let Some(recomputed) = row["recomputed"].as_f64() else {
            assert_eq!(found, None, "all grades are equal: {row}");
            continue;
        };
        let found = found.unwrap_or_else(|| panic!("{row} is undefined"));
        assert!((found - recomputed).abs() < 1e-6, "{row}: {found}");
        let published = row["published"].as_f64().expect("what was recomputed was published");
        assert!((found - published).abs() < 0.0101, "{row}: {found}");
        checked += 1;
    }
    assert!(checked > 100, "{checked} figures were held against");
}
