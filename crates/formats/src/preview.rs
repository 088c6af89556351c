//! Says what an import would do, from the first rows of the file.

use serde_json::Value;
use tiebreak_domain::import::{ColumnPreview, ImportPreview};
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{DataFormat, ImportPlan, Item, Part};

use crate::recognise::{Recognised, recognise};
use crate::record::Record;
use crate::rows::Rows;
use crate::{FormatError, LosslessRecord, Reader};

const MAX_ROWS: u64 = 200;
const MAX_BYTES: usize = 4 * 1024 * 1024;
const MAX_ITEMS: usize = 20;
const EXAMPLE_CHARS: usize = 120;

/// Looks at the first 200 rows (4 MB at most) and says what an import would do.
///
/// A file whose columns must be mapped by hand, or that holds nothing to judge, gives a preview without items,
/// not an error.
pub fn preview(plan: &ImportPlan) -> Result<ImportPreview, FormatError> {
    let recognised = recognise(plan)?;
    let mut preview = ImportPreview {
        container: String::new(),
        format: recognised.format,
        because: recognised.because.clone(),
        columns: Vec::new(),
        mapping: recognised.mapping.clone(),
        items: Vec::new(),
        problems: Vec::new(),
        rows_read: 0,
        items_with_labels: 0,
        media_hosts: Vec::new(),
        size_bytes: 0,
    };
    if recognised.format == DataFormat::PrismMetadata {
        preview.because.push_str(": it says what detectors found in texts, and nothing of it is taken in");
    }
    if recognised.format != DataFormat::Tiebreak {
        preview.columns = column_previews(&recognised);
    }
    match Reader::of_recognised(plan, &recognised) {
        Ok(mut reader) => {
            preview.container = reader.container();
            preview.size_bytes = reader.bytes_total();
            fill(&mut preview, &mut reader)?;
        }
        Err(FormatError::MappingNeeded { .. } | FormatError::NothingToJudge { .. }) => {
            let rows = Rows::open(&plan.path)?;
            preview.container = rows.title();
            preview.size_bytes = rows.source().size_bytes();
        }
        Err(error) => return Err(error),
    }
    Ok(preview)
}

fn fill(preview: &mut ImportPreview, reader: &mut Reader) -> Result<(), FormatError> {
    let mut bytes = 0;
    while reader.rows_read() < MAX_ROWS && bytes < MAX_BYTES {
        let (item, has_labels) = match reader.next() {
            None => break,
            Some(Ok(Record::Item { item, labels, .. })) => (item, !labels.is_empty()),
            Some(Ok(Record::Lossless(record))) => match *record {
                LosslessRecord::Item(record) => (record.item, false),
                _ => continue,
            },
            Some(Ok(Record::Profile { .. })) => continue,
            Some(Ok(Record::Problem(problem))) => {
                preview.problems.push(problem);
                continue;
            }
            // The rows before a break are worth seeing; the import will say where it is.
            Some(Err(_)) if reader.rows_read() > 0 => break,
            Some(Err(error)) => return Err(error),
        };
        bytes += item.parts().filter_map(|part| part.text().or(part.uri())).map(str::len).sum::<usize>();
        preview.items_with_labels += u64::from(has_labels);
        add_hosts(&mut preview.media_hosts, &item);
        if preview.items.len() < MAX_ITEMS {
            preview.items.push(item);
        }
    }
    preview.rows_read = reader.rows_read();
    Ok(())
}

fn add_hosts(hosts: &mut Vec<String>, item: &Item) {
    for uri in item.parts().filter_map(Part::uri) {
        let Some(rest) = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://")) else {
            continue;
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default().to_lowercase();
        if !host.is_empty() && !hosts.contains(&host) {
            hosts.push(host);
        }
    }
}

fn column_previews(recognised: &Recognised) -> Vec<ColumnPreview> {
    let example = |name: &String| {
        let mut examples =
            recognised.rows.iter().filter_map(|row: &Metadata| row.get(name)).map(|value| match value {
                Value::Null => String::new(),
                Value::String(text) => text.chars().take(EXAMPLE_CHARS).collect(),
                other => other.to_string().chars().take(EXAMPLE_CHARS).collect(),
            });
        examples.find(|example| !example.trim().is_empty()).unwrap_or_default()
    };
    recognised
        .columns
        .iter()
        .map(|name| ColumnPreview { name: name.clone(), example: example(name) })
        .collect()
}
