//! Results for programs: one JSON document on stdout.

use serde::Serialize;
use tiebreak_domain::{ApiError, ErrorCode};

/// Prints a result as indented JSON.
pub fn print(result: &impl Serialize) -> Result<(), ApiError> {
    let text = serde_json::to_string_pretty(result).map_err(|error| {
        ApiError::new(ErrorCode::System, format!("the result cannot be written: {error}"))
    })?;
    println!("{text}");
    Ok(())
}
