//! Buckets: Amazon S3 and whatever speaks as it does, Google Cloud Storage, Azure Blob Storage.
//!
//! Who may read is said by the environment, in the names that each provider's own tools use: `AWS_ACCESS_KEY_ID`,
//! `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT` (of another provider), `AWS_SKIP_SIGNATURE=true` (of a public
//! bucket); `GOOGLE_APPLICATION_CREDENTIALS`; `AZURE_STORAGE_ACCOUNT_NAME`, `AZURE_STORAGE_ACCOUNT_KEY`; …
//! Nothing of it is stored in a project.

use std::{future::poll_fn, pin::Pin, sync::Arc};

use futures_core::Stream;
use object_store::{Error, ObjectStore, ObjectStoreScheme, path::Path};
use reqwest::Url;

use super::network::innermost;
use crate::problem::Problem;

/// What the names of variables begin with that say how buckets are reached. All others are none of a bucket's
/// business.
const PREFIXES: [&str; 3] = ["AWS_", "GOOGLE_", "AZURE_"];

/// What the environment says of buckets.
pub(super) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
        .collect()
}

/// The bucket of an address, and the path in it.
pub(super) fn opened(
    url: &Url,
    environment: &[(String, String)],
) -> Result<(Box<dyn ObjectStore>, Path), Problem> {
    let options = environment.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    object_store::parse_url_opts(url, options).map_err(problem_of)
}

/// The path in the bucket of an address.
pub(super) fn path_in(url: &Url) -> Result<Path, Problem> {
    let (_, path) = ObjectStoreScheme::parse(url).map_err(|error| problem_of(error.into()))?;
    Ok(path)
}

/// What went wrong, in words that name no key and no signature.
pub(super) fn problem_of(error: Error) -> Problem {
    match error {
        Error::NotFound { .. } => Problem::Status { status: 404 },
        Error::PermissionDenied { .. } => Problem::Status { status: 403 },
        Error::Unauthenticated { .. } => Problem::Status { status: 401 },
        Error::InvalidPath { .. } => Problem::BadAddress,
        error => {
            let message = words(&error);
            Problem::Bucket { message, source: Arc::new(error) }
        }
    }
}

/// What failed and why: "Unable to decode service account file: …" says more than what the decoder found. Where an
/// address stands in it, which may be a signed one, only the innermost reason is told.
fn words(error: &Error) -> String {
    let what = match error {
        Error::Generic { source, .. } => source.to_string(),
        other => other.to_string(),
    };
    if what.contains("://") { innermost(error) } else { what }
}

/// The next element of a stream.
pub(super) async fn next<Item>(stream: &mut Pin<Box<impl ?Sized + Stream<Item = Item>>>) -> Option<Item> {
    poll_fn(|context| stream.as_mut().poll_next(context)).await
}
