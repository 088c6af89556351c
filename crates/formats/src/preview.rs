//! wip
use tiebreak_domain::ImportPlan;
use tiebreak_domain::import::ImportPreview;

use crate::FormatError;

/// Looks at the first 200 rows (4 MB at most) and says what an import would do.
pub fn preview(plan: &ImportPlan) -> Result<ImportPreview, FormatError> {
    Err(FormatError::Empty { path: plan.path.clone() })
}
