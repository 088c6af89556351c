//! The check: whether a project file is sound, and whether everything derived is what the log says.

use std::ops::ControlFlow;

use super::{Reader, stream};
use crate::last_word::LastWord;
use crate::sql::{Connection, Dialect, params};
use crate::{Result, StoreError, judgment, migration, project};

/// More findings than this tell nothing new.
const MAX_FINDINGS: usize = 200;

/// The findings so far.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn add(&mut self, sentence: String) {
        if self.0.len() < MAX_FINDINGS {
            self.0.push(sentence);
        } else if self.0.len() == MAX_FINDINGS {
            self.0.push("there is more, which is not listed".to_owned());
        }
    }
}

impl Reader {
    /// What is wrong with the file, a sentence for each; none if it is sound.
    ///
    /// Reads everything: the pages, the keys of all items against their content, the log against what is
    /// derived from it. Takes seconds for a hundred thousand items.
    pub fn check(&self) -> Result<Vec<String>> {
        let transaction = self.connection.read_transaction()?;
        let mut findings = Findings::default();
        let parts: [fn(&Connection, &mut Findings) -> Result<()>; 6] =
            [pages, references, rows_of_the_project, items, log, derived];
        for part in parts {
            match part(&transaction, &mut findings) {
                Ok(()) => {}
                // What stops one part is a finding, and the others may still say more.
                Err(StoreError::Damaged(sentence)) => findings.add(sentence),
                Err(StoreError::Content(error)) => findings.add(format!("a stored text is no JSON: {error}")),
                Err(StoreError::Database(error)) => {
                    findings.add(format!("the database cannot be read: {error}"));
                }
                Err(error) => return Err(error),
            }
        }
        transaction.finish()?;
        Ok(findings.0)
    }
}

fn pages(connection: &Connection, findings: &mut Findings) -> Result<()> {
    if connection.dialect() != Dialect::Sqlite {
        // A server looks after its pages and references itself.
        return Ok(());
    }
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let sentence: String = row.get(0)?;
        if sentence != "ok" {
            findings.add(format!("the database is damaged: {sentence}"));
        }
    }
    Ok(())
}

fn references(connection: &Connection, findings: &mut Findings) -> Result<()> {
    if connection.dialect() != Dialect::Sqlite {
        return Ok(());
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let (table, number, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        findings.add(format!(
            "row {} of {table} points to a missing row of {parent}",
            number.unwrap_or_default()
        ));
    }
    Ok(())
}

fn rows_of_the_project(connection: &Connection, findings: &mut Findings) -> Result<()> {
    for sentence in migration::changed(connection, migration::NEWEST)? {
        findings.add(sentence);
    }
    project::read(connection)?;
    for (version, rubric) in project::rubrics(connection)? {
        if rubric.version != version {
            findings.add(format!("rubric {version} says that it is version {}", rubric.version));
        }
    }
    Ok(())
}

fn items(connection: &Connection, findings: &mut Findings) -> Result<()> {
    let mut ranges =
        connection.prepare("SELECT first_item, last_item, source_id FROM source_range ORDER BY 1")?;
    let ranges = ranges.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let ranges: Vec<(i64, i64, i64)> = ranges.collect::<Result<_, _>>()?;
    let mut range = 0;
    let mut expected = 1;
    let mut count = 0;
    let mut known = connection.prepare("SELECT 1 FROM item_key WHERE content_key = ?1 AND item_id = ?2")?;
    let mut unknown = Vec::new();
    stream::each_item(connection, |stored| {
        if stored.id.0 != expected {
            findings.add(format!("item {expected} is missing"));
        }
        expected = stored.id.0 + 1;
        if stored.item.key() != stored.key {
            findings.add(format!("the content of item {} is not what it was imported as", stored.id));
        }
        if stored.item.candidates.is_empty() {
            findings.add(format!("item {} has no candidates", stored.id));
        }
        count += 1;
        if !matches!(known.exists(params![stored.key.0, stored.id.0]), Ok(true)) {
            unknown.push(stored.id);
        }
        while ranges.get(range).is_some_and(|&(_, last, _)| last < stored.id.0) {
            range += 1;
        }
        let is_in_range = ranges
            .get(range)
            .is_some_and(|&(first, _, source)| first <= stored.id.0 && source == stored.source.0);
        if !is_in_range {
            findings.add(format!("item {} is not among the items of source {}", stored.id, stored.source));
        }
        ControlFlow::Continue(())
    })?;
    for id in unknown.into_iter().take(MAX_FINDINGS) {
        findings.add(format!("item {id} is not found by its key"));
    }
    let keys: i64 = connection.query_row("SELECT count(*) FROM item_key", (), |row| row.get(0))?;
    if keys != count {
        findings.add(format!("there are {keys} keys for {count} items"));
    }
    Ok(())
}

/// The log: revisions without gaps, each superseding the one before, and the last word as derived.
fn log(connection: &Connection, findings: &mut Findings) -> Result<()> {
    let sql = format!("{} ORDER BY j.annotator_id, j.item_id, j.revision", judgment::SELECT);
    let mut statement = connection.prepare(&sql)?;
    let mut last_words =
        connection.prepare("SELECT judgment, state FROM latest WHERE annotator_id = ?1 AND item_id = ?2")?;
    let mut judgments = judgment::JudgmentRows::new(connection)?;
    let mut rows = statement.stream(())?;
    let mut before: Option<(i64, tiebreak_domain::Judgment)> = None;
    let mut logs = 0;
    let mut close = |ended: Option<(i64, tiebreak_domain::Judgment)>,
                     findings: &mut Findings|
     -> Result<()> {
        let Some((number, judgment)) = ended else { return Ok(()) };
        logs += 1;
        let given = &judgment.given;
        let state = LastWord::new(&given.verdict, given.flagged).state();
        let mut rows = last_words.query([given.annotator.0, given.item.0])?;
        let stored = rows.next()?.map(|row| Ok::<_, StoreError>((row.get(0)?, row.get(1)?))).transpose()?;
        if stored != Some((number, state)) {
            findings.add(format!(
                "the last word of annotator {} on item {} is not the end of its log",
                given.annotator, given.item
            ));
        }
        Ok(())
    };
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let judgment = judgments.read(row)?;
        let given = &judgment.given;
        let is_same_log = before.as_ref().is_some_and(|(_, before)| {
            before.given.annotator == given.annotator && before.given.item == given.item
        });
        if !is_same_log {
            close(before.take(), findings)?;
        }
        let expected = before.as_ref().map_or(1, |(_, before)| before.revision + 1);
        if judgment.revision != expected {
            findings.add(format!(
                "revision {expected} of annotator {} on item {} is missing",
                given.annotator, given.item
            ));
        }
        if judgment.supersedes != before.as_ref().map(|(_, before)| before.given.id) {
            findings.add(format!("judgment {} does not supersede the one before it", given.id));
        }
        if matches!(&given.verdict, tiebreak_domain::Verdict::Judged { answers } if answers.is_empty()) {
            findings.add(format!("judgment {} has no answers", given.id));
        }
        before = Some((number, judgment));
    }
    close(before, findings)?;
    let stored: i64 = connection.query_row("SELECT count(*) FROM latest", (), |row| row.get(0))?;
    if stored != logs {
        findings.add(format!("there are {stored} last words for {logs} logs of judgments"));
    }
    Ok(())
}

fn derived(connection: &Connection, findings: &mut Findings) -> Result<()> {
    let index = project::search_index(connection)?;
    if index.indexed > index.total {
        findings.add(format!("the search index says {} of {} items", index.indexed, index.total));
    }
    let rows: i64 = connection.query_row(connection.dialect().searchable(), (), |row| row.get(0))?;
    if rows as u64 != index.indexed {
        findings.add(format!("the search index holds {rows} items and should hold {}", index.indexed));
    }
    Ok(())
}
