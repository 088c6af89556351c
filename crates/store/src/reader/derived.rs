//! Candidates that annotators wrote: derived from the judgments in force, under the rubrics they were given under.

use std::collections::BTreeMap;

use tiebreak_domain::{Derived, ItemId, Judgment, Rubric};

use super::Reader;
use crate::{Result, item};

impl Reader {
    /// The candidates that some judgments of an item wrote.
    pub fn derived(&self, item: ItemId, judgments: &[Judgment]) -> Result<Vec<Derived>> {
        self.derived_under(&self.deriving_rubrics()?, item, judgments)
    }

    /// The rubrics under which candidates can be written, by version.
    pub(super) fn deriving_rubrics(&self) -> Result<BTreeMap<u32, Rubric>> {
        let mut rubrics = self.rubrics()?;
        rubrics.retain(|_, rubric| rubric.derives_candidates());
        Ok(rubrics)
    }

    /// The same for many items, under rubrics that were read before.
    pub(super) fn derived_under(
        &self,
        rubrics: &BTreeMap<u32, Rubric>,
        id: ItemId,
        judgments: &[Judgment],
    ) -> Result<Vec<Derived>> {
        let can_derive = |judgment: &&Judgment| rubrics.contains_key(&judgment.given.rubric_version);
        if !judgments.iter().any(|judgment| can_derive(&judgment)) {
            return Ok(Vec::new());
        }
        let item = item::read(&self.connection, id)?.item;
        let derived = judgments.iter().filter_map(|judgment| {
            Some(rubrics.get(&judgment.given.rubric_version)?.derived(&item, judgment))
        });
        Ok(derived.flatten().collect())
    }
}
