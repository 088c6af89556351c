//! What goes from the thread that reads a file to the thread that writes the project.
//!
//! Whatever can be done without the database is done before it gets here: parsing, checking that an item can be
//! judged, naming who gave a label.

mod pairs;

use std::time::Duration;

use crossbeam_channel::{Receiver, SendTimeoutError, Sender};
use tiebreak_domain::import::{LabelPolicy, RowProblem};
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{AnnotatorKey, Answer, ApiError, DataFormat, ErrorCode, ImportPlan, Rubric};
use tiebreak_formats::{FormatError, Label, LosslessRecord, Reader, Record, WITH_DOUBT, WITHOUT_VOTE};
use tiebreak_store::PreparedItem;

use crate::failure;
use crate::jobs::CancelFlag;

/// How many records travel together.
const RECORDS: usize = 512;
/// How many bytes of rows travel together. Rows that are longer travel alone.
const BATCH_BYTES: usize = 2 * 1024 * 1024;
/// How many batches may wait: with texts of 1 KB, some megabytes.
pub const BATCHES_WAITING: usize = 4;

/// A message to the writer thread.
pub enum Message {
    /// Some records, and how many bytes of the file they bring the reading to.
    Batch {
        /// The records, in file order.
        records: Vec<Incoming>,
        /// Bytes read.
        bytes_read: u64,
    },
    /// The end of the file was reached.
    End {
        /// BLAKE3 of its bytes, in hexadecimal.
        blake3: String,
    },
    /// Reading broke off; everything is to be undone.
    Failed(ApiError),
}

/// One record, ready to be written.
pub enum Incoming {
    /// An item, and the votes to take in with it.
    Item {
        /// The line it stood in.
        line: u64,
        /// Whether it is the first item of its row.
        begins_row: bool,
        /// The item, ready to be stored.
        item: PreparedItem,
        /// Whether it holds media.
        has_media: bool,
        /// Its votes.
        votes: Vec<Vote>,
    },
    /// What somebody says of themselves.
    Profile {
        /// The line it stood in.
        line: u64,
        /// The annotator's name.
        name: String,
        /// What was said, by the names of the data.
        answers: Metadata,
    },
    /// A row that was refused, or whose vote was.
    Problem {
        /// What was wrong.
        problem: RowProblem,
        /// Whether the row itself is lost.
        is_refused: bool,
    },
    /// A record of a lossless file, from that line.
    Lossless {
        /// The line.
        line: u64,
        /// The record.
        record: Box<LosslessRecord>,
    },
}

/// A vote found in data, with the annotator it will be a judgment of.
#[derive(Clone)]
pub struct Vote {
    /// The annotator's identity.
    pub annotator: AnnotatorKey,
    /// The annotator's name; the past annotator's where the data has none.
    pub name: String,
    /// Whether the data has none.
    pub is_nameless: bool,
    /// Whether it is a model.
    pub is_model: bool,
    /// Whether they went on without an answer.
    pub is_skip: bool,
    /// What was said, by the keys of the data.
    pub answers: Vec<Answer>,
    /// Words given with it.
    pub comment: String,
}

/// Reads a file to its end and sends it, batch by batch; stops where nobody listens any more.
///
/// What was written comes back as `spent` and is dropped here: memory is freed fastest by the thread that
/// allocated it, and the writing thread has the longer way to go.
pub fn send_file(
    mut reader: Reader,
    plan: &ImportPlan,
    to: &Sender<Message>,
    spent: &Receiver<Vec<PreparedItem>>,
    rubric: &Rubric,
    cancel: &CancelFlag,
) {
    let is_lossless = reader.format() == DataFormat::Tiebreak;
    let mut records = Vec::with_capacity(RECORDS);
    let mut read = 0;
    let mut bytes = 0;
    while let Some(record) = reader.next() {
        match record {
            Ok(record) => {
                read += 1;
                bytes += reader.row_bytes();
                incoming(record, read, plan, rubric, &mut records);
            }
            Err(error) => {
                let failed = Message::Failed(rolled_back(error, read, is_lossless));
                deliver(to, failed, cancel);
                return;
            }
        }
        if records.len() >= RECORDS || bytes >= BATCH_BYTES {
            if bytes > 4 * BATCH_BYTES && !wait_until_taken(to, cancel) {
                return;
            }
            bytes = 0;
            spent.try_iter().for_each(drop);
            let records = std::mem::replace(&mut records, Vec::with_capacity(RECORDS));
            if !deliver(to, Message::Batch { records, bytes_read: reader.bytes_read() }, cancel) {
                return;
            }
        }
    }
    if deliver(to, Message::Batch { records, bytes_read: reader.bytes_read() }, cancel) {
        deliver(to, Message::End { blake3: reader.blake3().unwrap_or_default() }, cancel);
    }
}

/// Waits until nothing is under way, so that rows of many megabytes do not pile up; false where the import
/// was cancelled.
fn wait_until_taken(to: &Sender<Message>, cancel: &CancelFlag) -> bool {
    while !to.is_empty() {
        if cancel.is_set() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}

/// Waits for room; false where the import was cancelled or the other side is gone.
fn deliver(to: &Sender<Message>, mut message: Message, cancel: &CancelFlag) -> bool {
    loop {
        if cancel.is_set() {
            // The writer may be waiting for us rather than we for it; it looks at the flag itself.
            return false;
        }
        match to.send_timeout(message, Duration::from_millis(50)) {
            Ok(()) => return true,
            Err(SendTimeoutError::Timeout(returned)) => message = returned,
            Err(SendTimeoutError::Disconnected(_)) => return false,
        }
    }
}

/// Makes what a record comes to ready to be written; a row may be several items.
fn incoming(record: Record, number: u64, plan: &ImportPlan, rubric: &Rubric, to: &mut Vec<Incoming>) {
    match record {
        Record::Item { line, item, labels } if plan.makes_pairs && item.candidates.len() > 2 => {
            pairs::incoming(line, &item, labels, &plan.labels, rubric, to);
        }
        Record::Item { line, item, labels } => {
            let refused = item.refusal().or_else(|| rubric.refusal_of(&item));
            let prepared = match refused {
                None => PreparedItem::new(&item).map_err(|error| error.to_string()),
                Some(reason) => Err(reason),
            };
            to.push(match prepared {
                Ok(prepared) => Incoming::Item {
                    line,
                    begins_row: true,
                    has_media: item.has_media(),
                    votes: votes_from_labels(labels, &plan.labels),
                    item: prepared,
                },
                Err(reason) => refusal(line, reason),
            });
        }
        Record::Problem(problem) => {
            let is_refused =
                ![WITHOUT_VOTE, WITH_DOUBT].iter().any(|taken| problem.reason.starts_with(taken));
            to.push(Incoming::Problem { problem, is_refused });
        }
        Record::Profile { line, profile } => {
            let name = name_from_data(profile.annotator, &plan.labels);
            to.push(Incoming::Profile { line, name, answers: profile.answers });
        }
        Record::Lossless(record) => to.push(Incoming::Lossless { line: number, record }),
    }
}

/// A row that is not taken.
fn refusal(line: u64, reason: String) -> Incoming {
    Incoming::Problem { problem: RowProblem { line, reason }, is_refused: true }
}

/// A name in the data stands for itself; a bare number, as data without names has it, follows the past
/// annotator's name, where the plan has one.
fn name_from_data(name: String, policy: &LabelPolicy) -> String {
    match policy {
        LabelPolicy::TakeIn { annotator } if name.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{annotator} {name}")
        }
        _ => name,
    }
}

/// Whose the labels of one row are.
fn votes_from_labels(labels: Vec<Label>, policy: &LabelPolicy) -> Vec<Vote> {
    let LabelPolicy::TakeIn { annotator } = policy else { return Vec::new() };
    labels
        .into_iter()
        .map(|label| {
            let is_nameless = label.annotator.is_none();
            let name = match label.annotator {
                None => annotator.clone(),
                Some(name) => name_from_data(name, policy),
            };
            Vote {
                annotator: AnnotatorKey::of_past_annotator(&name),
                name,
                is_nameless,
                is_model: label.is_model,
                is_skip: label.is_skip,
                answers: label.answers,
                comment: label.comment,
            }
        })
        .collect()
}

/// What a file that breaks off means for the import.
fn rolled_back(error: FormatError, records: u64, is_lossless: bool) -> ApiError {
    let error = ApiError::from(error);
    if error.code == ErrorCode::Cancelled {
        return failure::cancelled("import");
    }
    let what = if is_lossless { "records" } else { "rows" };
    let message =
        format!("{}; nothing was imported, though {records} {what} before it could be read", error.message);
    ApiError { message, ..error }
}
