//! Items made ready to be stored: hashed and written as JSON where there is time for it, which is not the
//! thread that writes.

use tiebreak_domain::item::MAX_CANDIDATES;
use tiebreak_domain::{Item, ItemKey};

use crate::content_json::{json_from_candidates, json_from_parts};
use crate::{Result, StoreError};

/// An item as the columns of its row. Owns its texts, and can be made on any thread.
#[derive(Clone, Debug)]
pub struct PreparedItem {
    key: ItemKey,
    pub(crate) external_id: Option<String>,
    pub(crate) prompt: String,
    pub(crate) candidates: String,
    pub(crate) metadata: Option<String>,
    pub(crate) context: Option<String>,
}

impl PreparedItem {
    /// Hashes an item and writes its parts as JSON. Refuses one with no or too many candidates.
    pub fn new(item: &Item) -> Result<Self> {
        Self::with_key(item, item.key())
    }

    /// The same where the key was computed before: it has to be [`Item::key`].
    pub(crate) fn with_key(item: &Item, key: ItemKey) -> Result<Self> {
        if item.candidates.is_empty() || item.candidates.len() > MAX_CANDIDATES {
            let count = item.candidates.len();
            return Err(StoreError::Refused(format!(
                "an item has 1 to {MAX_CANDIDATES} candidates, this has {count}"
            )));
        }
        let metadata =
            (!item.metadata.is_empty()).then(|| serde_json::to_string(&item.metadata)).transpose()?;
        let context = (!item.context.is_empty()).then(|| serde_json::to_string(&item.context)).transpose()?;
        Ok(Self {
            key,
            external_id: item.external_id.clone(),
            prompt: json_from_parts(&item.prompt)?,
            candidates: json_from_candidates(&item.candidates)?,
            metadata,
            context,
        })
    }

    /// Its content's key.
    pub fn key(&self) -> ItemKey {
        self.key
    }
}
