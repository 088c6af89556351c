//! For programs: items in, judgments out, and how the project stands.

use std::fs::File;
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tiebreak_domain::export::StrengthPolicy;
use tiebreak_domain::import::{ImportReport, LabelPolicy};
use tiebreak_domain::{
    ApiError, DataFormat, ErrorCode, Event, ExportFormat, ExportPlan, ImportPlan, JobId, Reply, Request,
    Scope,
};
use tiebreak_engine::Known;

use crate::answer::{self, Answer, field, fields};
use crate::body::Body;
use crate::door::Door;
use crate::files::{Files, Incoming, without_folder};
use crate::gate::Peer;
use crate::route::Route;

/// Says from which judgment on a program asks next time.
const NEXT: HeaderName = HeaderName::from_static("x-tiebreak-next");
/// How often it is looked whether an import has ended, should its end pass unseen.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A body that goes to a file.
pub struct Upload {
    known: Known,
    incoming: Incoming,
    is_items: bool,
}

impl Upload {
    /// The file that the body is written to.
    pub fn file(&self) -> std::io::Result<File> {
        File::create(&self.incoming.path)
    }
}

impl Door {
    /// Whether the body of a request goes to a file.
    pub fn is_upload(parts: &Parts) -> bool {
        parts.method == http::Method::POST
            && matches!(Route::of(parts.uri.path()), Route::Items | Route::Uploads)
    }

    /// Admits whoever brings a file, before any of it is read.
    pub fn begin_upload(&self, parts: &Parts, peer: Peer) -> Result<Upload, Answer> {
        let admitted = self.refusal(parts, peer).map_or_else(|| self.known(parts, peer), Err);
        let known = admitted.map_err(crate::door::hardened)?;
        let is_items = Route::of(parts.uri.path()) == Route::Items;
        let needed = if is_items { Scope::ItemsWrite } else { Scope::Admin };
        let refused = |error: ApiError| crate::door::hardened(answer::error(&error));
        if !known.has_scope(needed) || !known.caller.role.leads() {
            return Err(refused(
                ApiError::new(ErrorCode::Denied, "bringing files is for whoever leads the study")
                    .hint(format!("or for a token of theirs with the scope {}", needed.word())),
            ));
        }
        let query = parts.uri.query().unwrap_or_default();
        let name = field(query, "name").unwrap_or_else(|| "items".to_owned());
        let incoming = Files::incoming(&name).map_err(refused)?;
        Ok(Upload { known, incoming, is_items })
    }

    /// Answers once the file is here.
    pub fn finish_upload(&self, parts: &Parts, upload: Upload) -> Answer {
        let Upload { known, incoming, is_items } = upload;
        let answer = if is_items {
            let imported = self.import(parts, &known, &incoming);
            let imported = imported.map_err(|error| without_folder(error, incoming.folder()));
            imported.map(|report| answer::json(StatusCode::OK, &report))
        } else {
            let path = self.files.keep(known.caller.annotator, incoming, &self.engine.new_file_id());
            Ok(answer::json(StatusCode::CREATED, &serde_json::json!({ "path": path })))
        };
        crate::door::hardened(answer.unwrap_or_else(|error| answer::error(&error)))
    }

    fn import(&self, parts: &Parts, known: &Known, incoming: &Incoming) -> Result<ImportReport, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let bad = |message: String| ApiError::new(ErrorCode::BadRequest, message);
        if let Some(coding) = parts.headers.get(CONTENT_ENCODING).filter(|coding| *coding != "gzip") {
            return Err(bad(format!("items come as they are or packed by gzip, not {coding:?}")));
        }
        let mut plan = ImportPlan::of_file(incoming.path.to_string_lossy());
        if let Some(word) = field(query, "format") {
            let format = DataFormat::ALL.into_iter().find(|format| format.word() == word);
            plan.format = Some(format.ok_or_else(|| bad(format!("there is no format {word:?} to import")))?);
        }
        plan.source_name = field(query, "name");
        plan.makes_pairs = field(query, "pairs").is_some_and(|pairs| pairs == "true");
        plan.fetches_addresses = field(query, "fetch_addresses").is_some_and(|fetches| fetches == "true");
        if let Some(annotator) = field(query, "labels_of") {
            plan.labels = LabelPolicy::TakeIn { annotator };
        }
        if let Some(folder) = field(query, "media") {
            let folder = self.engine.folder_beside(&folder)?;
            plan.media_folder = Some(folder.to_string_lossy().into_owned());
        }
        let from = self.hub.next();
        let job = self.engine.import_for(known, Request::StartImport(plan))?;
        self.import_ended(job, from)
    }

    fn import_ended(&self, job: JobId, mut from: u64) -> Result<ImportReport, ApiError> {
        loop {
            let heard = self.hub.since(from);
            for (_, event) in &heard.events {
                if let Event::ImportEnded(of, result) = &**event
                    && *of == job
                {
                    return result.clone().map(|report| *report);
                }
            }
            if let Some(report) = heard.missed.then(|| self.engine.import_report(job)).flatten() {
                return Ok(report);
            }
            from = heard.next;
            self.hub.wait(from, LOOK_EVERY);
        }
    }

    /// How the project stands.
    pub(crate) fn project(&self, known: Option<&Known>) -> Result<Answer, ApiError> {
        let Reply::Project(info) = self.ask(known, Request::Project)? else {
            return Err(ApiError::new(ErrorCode::System, "the engine answered something else"));
        };
        let mut told = serde_json::to_value(&*info).expect("keys are strings");
        if known.is_none_or(|known| known.caller.role.leads()) {
            told["last_judgment"] = self.engine.last_judgment()?.into();
        }
        Ok(answer::json(StatusCode::OK, &told))
    }

    /// The judgments in a format.
    pub(crate) fn judgments(&self, parts: &Parts, known: &Known) -> Result<Answer, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let plan = self.export_plan(query, known)?;
        let since = field(query, "since").map(|since| {
            since.parse::<u64>().map_err(|_| {
                ApiError::new(ErrorCode::BadRequest, format!("`since` is a judgment's number, not {since:?}"))
            })
        });
        let since = since.transpose()?;
        // What is judged meanwhile is told again next time, and never left out.
        let next = self.engine.last_judgment()?;
        let folder = tempfile::Builder::new().prefix("tiebreak-served-").tempdir();
        let failed = |error: std::io::Error| {
            ApiError::new(ErrorCode::System, format!("the judgments cannot be written: {error}"))
                .hint("look whether the disk of the server is full")
        };
        let folder = folder.map_err(failed)?;
        let path = folder.path().join("judgments");
        self.engine.export_for(known, &plan, since, &path)?;
        let file = File::open(&path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let content_type = match plan.format.extension() {
            "csv" => "text/csv; charset=utf-8",
            "json" => "application/json",
            _ => "application/x-ndjson",
        };
        let body = Body::File { file, length, folder: Some(folder) };
        let mut answer = answer::with(StatusCode::OK, content_type, body);
        answer.headers_mut().insert(NEXT, HeaderValue::from(next));
        Ok(answer)
    }

    fn export_plan(&self, query: &str, known: &Known) -> Result<ExportPlan, ApiError> {
        let bad = |message: String| ApiError::new(ErrorCode::BadRequest, message);
        let word = field(query, "format").unwrap_or_else(|| "csv".to_owned());
        let format = ExportFormat::from_word(&word)
            .ok_or_else(|| bad(format!("there is no format {word:?} to export")))?;
        let mut plan = ExportPlan::new(format);
        plan.ties = policy(query, "ties")?;
        plan.both_bad = policy(query, "both_bad")?;
        plan.several = policy(query, "several")?;
        plan.n_way = policy(query, "n_way")?;
        plan.ratings = policy(query, "ratings")?;
        plan.neutral_steps = policy(query, "neutral_steps")?;
        plan.rewrites = policy(query, "rewrites")?;
        plan.labels = policy(query, "labels")?.unwrap_or_default();
        plan.identity = policy(query, "identity")?.unwrap_or_default();
        plan.question = field(query, "question");
        plan.strength = field(query, "strength")
            .map(|words| StrengthPolicy::from_words(&words))
            .transpose()
            .map_err(|expected| bad(format!("strength: {expected}")))?;
        let named = fields(query, "annotator");
        if !named.is_empty() {
            let Reply::Project(info) = self.ask(Some(known), Request::Project)? else {
                return Err(ApiError::new(ErrorCode::System, "the engine answered something else"));
            };
            for name in named {
                let annotator = info.annotators.iter().find(|annotator| annotator.name == name);
                let missing =
                    || ApiError::new(ErrorCode::NotFound, format!("nobody here is called {name:?}"));
                plan.annotators.push(annotator.ok_or_else(missing)?.id);
            }
        }
        Ok(plan)
    }
}

/// A policy by its word on the command line.
fn policy<T: DeserializeOwned>(query: &str, name: &str) -> Result<Option<T>, ApiError> {
    let Some(word) = field(query, name) else { return Ok(None) };
    let read = serde_json::from_value(Value::String(word.replace('-', "_")));
    read.map(Some).map_err(|_| {
        ApiError::new(ErrorCode::BadRequest, format!("{name} cannot be {word:?}"))
            .hint("the words are those of `tiebreak export --help`")
    })
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::export::{SeveralPolicy, TiePolicy};

    use super::*;

    #[test]
    fn policies_are_the_words_of_the_command_line() {
        assert_eq!(policy("ties=margin-zero", "ties"), Ok(Some(TiePolicy::MarginZero)));
        assert_eq!(policy("several=majority", "several"), Ok(Some(SeveralPolicy::Majority)));
        assert_eq!(policy::<TiePolicy>("", "ties"), Ok(None));
        assert!(policy::<TiePolicy>("ties=nonsense", "ties").is_err());
    }
}
