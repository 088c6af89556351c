//! Items whose answer is known: their roles, and what people first said of them.

use tiebreak_domain::{AnnotatorId, ItemId, ItemRole, Judgment, Origin};

use crate::change::Change;
use crate::judgment::{self, JudgmentRows};
use crate::reader::Reader;
use crate::sql::{OptionalExtension, params};
use crate::store::Store;
use crate::{Result, StoreError};

impl Store {
    /// Says what an item is for.
    pub fn set_item_role(&mut self, item: ItemId, role: &ItemRole) -> Result<()> {
        self.change(|connection| {
            if !self.has_item(connection, item)? {
                return Err(StoreError::NotFound(format!("item {item}")));
            }
            if *role == ItemRole::Normal {
                connection.execute("DELETE FROM item_role WHERE item_id = ?1", [item.0])?;
                return Ok(());
            }
            connection.execute(
                "INSERT INTO item_role (item_id, role, body) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (item_id) DO UPDATE SET role = excluded.role, body = excluded.body",
                params![item.0, role.word(), serde_json::to_string(role)?],
            )?;
            Ok(())
        })?;
        self.tell(&[Change::People]);
        Ok(())
    }
}

impl Reader {
    /// Every item that is not for judging, in the order of the file.
    pub fn item_roles(&self) -> Result<Vec<(ItemId, ItemRole)>> {
        let mut statement =
            self.connection().prepare_cached("SELECT item_id, body FROM item_role ORDER BY item_id")?;
        let mut rows = statement.query(())?;
        let mut roles = Vec::new();
        while let Some(row) = rows.next()? {
            roles.push((ItemId(row.get(0)?), crate::item::json(row, 1)?));
        }
        Ok(roles)
    }

    /// What an item is for.
    pub fn item_role(&self, item: ItemId) -> Result<ItemRole> {
        let mut statement =
            self.connection().prepare_cached("SELECT body FROM item_role WHERE item_id = ?1")?;
        let body: Option<String> = statement.query_row([item.0], |row| row.get(0)).optional()?;
        Ok(body.map(|body| serde_json::from_str(&body)).transpose()?.unwrap_or_default())
    }

    /// What an annotator first said of an item on the screen, whatever was said later; skips aside.
    pub fn first_judged(&self, annotator: AnnotatorId, item: ItemId) -> Result<Option<Judgment>> {
        let sql = format!(
            "{} WHERE j.annotator_id = ?1 AND j.item_id = ?2 AND j.verdict = 'judged' ORDER BY j.revision",
            judgment::SELECT
        );
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query([annotator.0, item.0])?;
        let mut judgments = JudgmentRows::new(self.connection())?;
        while let Some(row) = rows.next()? {
            let judgment = judgments.read(row)?;
            if judgment.given.origin == Origin::Screen {
                return Ok(Some(judgment));
            }
        }
        Ok(None)
    }
}
