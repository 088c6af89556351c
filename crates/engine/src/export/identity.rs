//! How annotators are called in a file: by name, by a pseudonym, or not at all.
//!
//! A pseudonym is made of the project's key and the annotator's. It is the same in every export of the project, and
//! the manifest of such a file leaves the project's key out: without it nobody can try out which name gives which
//! pseudonym.

use std::collections::HashMap;

use tiebreak_domain::content_hash::ContentHash;
use tiebreak_domain::export::IdentityChoice;
use tiebreak_domain::{Annotator, AnnotatorId, ApiError, ErrorCode, ExportFormat, ExportPlan, ProjectKey};
use tiebreak_formats::export::judged::Names;

/// Calls everybody as the plan says.
pub fn call(names: &mut Names, plan: &ExportPlan, project: ProjectKey, annotators: Vec<Annotator>) {
    let hashes: HashMap<AnnotatorId, String> =
        annotators.iter().map(|one| (one.id, hash_of(project, one))).collect();
    let named = annotators.into_iter();
    match identity_of(plan) {
        IdentityChoice::Names => names.annotators = named.map(|one| (one.id, one.name)).collect(),
        IdentityChoice::Pseudonyms => {
            names.annotators =
                hashes.iter().map(|(id, hash)| (*id, format!("annotator-{}", &hash[..12]))).collect();
        }
        IdentityChoice::Nobody => return,
    }
    names.hashes = hashes;
}

/// The plan's word, where the format can follow it: the lossless one is the project itself.
pub fn identity_of(plan: &ExportPlan) -> IdentityChoice {
    if plan.format == ExportFormat::Tiebreak { IdentityChoice::Names } else { plan.identity }
}

/// Refuses to leave people out of a format that is about them.
pub fn refuse_nobody(plan: &ExportPlan) -> Result<(), ApiError> {
    if plan.format == ExportFormat::Prism && plan.identity == IdentityChoice::Nobody {
        let message = format!(
            "{} is told person by person, so somebody must be told from another",
            plan.format.title()
        );
        return Err(
            ApiError::new(ErrorCode::BadRequest, message).hint("choose pseudonyms, or another format")
        );
    }
    Ok(())
}

fn hash_of(project: ProjectKey, annotator: &Annotator) -> String {
    let mut hash = ContentHash::new("tiebreak pseudonym 1");
    hash.field(project.to_string().as_bytes());
    hash.field(annotator.key.to_string().as_bytes());
    format!("{:032x}", u128::from_be_bytes(hash.finish()))
}
