//! Offers: how items came to be offered to people who are not told, until they say something of them.

use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::{AnnotatorId, ItemId};

use crate::reader::Reader;
use crate::sql::{OptionalExtension, params};
use crate::store::Store;
use crate::{Result, StoreError};

/// An offer.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredOffer {
    /// To whom.
    pub annotator: AnnotatorId,
    /// What.
    pub item: ItemId,
    /// How it came about.
    pub acquisition: Acquisition,
    /// Whether they saw with it, or were told since, what models say of the item.
    pub scores_visible: bool,
}

impl Store {
    /// Writes offers down, each in the place of the one before of that item to that annotator.
    pub fn note_offers(&mut self, offers: &[StoredOffer]) -> Result<()> {
        self.change(|connection| {
            let mut statement = connection.prepare_cached(
                "INSERT INTO offer (annotator_id, item_id, acquisition_method, acquisition_score, propensity, \
                 scores_visible) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                 ON CONFLICT (annotator_id, item_id) DO UPDATE SET \
                 acquisition_method = excluded.acquisition_method, \
                 acquisition_score = excluded.acquisition_score, propensity = excluded.propensity, \
                 scores_visible = excluded.scores_visible",
            )?;
            for offer in offers {
                statement.execute(params![
                    offer.annotator.0,
                    offer.item.0,
                    offer.acquisition.method.word(),
                    offer.acquisition.score,
                    offer.acquisition.propensity,
                    offer.scores_visible,
                ])?;
            }
            Ok(())
        })
    }
}

impl Reader {
    /// The latest offer of an item to an annotator that was written down.
    pub fn offer(&self, annotator: AnnotatorId, item: ItemId) -> Result<Option<StoredOffer>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT acquisition_method, acquisition_score, propensity, scores_visible FROM offer \
             WHERE annotator_id = ?1 AND item_id = ?2",
        )?;
        let found = statement.query_row([annotator.0, item.0], |row| {
            let method: String = row.get(0)?;
            let method = AcquisitionMethod::from_word(&method)
                .ok_or_else(|| StoreError::Damaged(format!("an offer has an unknown policy: {method:?}")))?;
            Ok(StoredOffer {
                annotator,
                item,
                acquisition: Acquisition { method, score: row.get(1)?, propensity: row.get(2)? },
                scores_visible: row.get(3)?,
            })
        });
        found.optional()
    }
}
