//! Leases: items that were offered to somebody and are kept for them for a while, so that nobody else is offered
//! the place that they are filling.
//!
//! One process that has a project to itself knows every lease and need only write them down ([`Store::lease`]).
//! Processes that share one choose from what they know and have the choice confirmed ([`Store::claim`]): the items'
//! rows are locked, the judgments in force and the live leases of others are counted, and only where a place is free
//! the lease is written; not of an item that the annotator has said something of, which the process that asks may not
//! have heard of yet. What is refused is passed over. A lease ends with the judgment; whoever shows or prefetches an
//! item renews it with every request, so that it lives as long as somebody is there.
//!
//! A lease that ran out keeps nothing any more, but its row stays for a time ([`REMEMBERED_FOR`]): it proves that the
//! item was offered to whoever comes back to it, and a judgment that was given is never refused.

use tiebreak_domain::{AnnotatorId, ItemId, UnixMillis};

use crate::Result;
use crate::change::Change;
use crate::reader::Reader;
use crate::sql::{Connection, Dialect, params};
use crate::store::Store;

/// How long it is remembered that an item was offered to somebody who said nothing of it: 90 days, in milliseconds.
const REMEMBERED_FOR: i64 = 90 * 24 * 60 * 60 * 1_000;

/// An item kept for an annotator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The item.
    pub item: ItemId,
    /// For whom.
    pub annotator: AnnotatorId,
    /// Until when.
    pub expires_at: UnixMillis,
}

/// An item that an annotator might be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The item.
    pub item: ItemId,
    /// The most judgments that it wants, all annotators together.
    pub most: u32,
}

/// Ends the lease of an item that was judged; there may be none.
pub(crate) fn release(connection: &Connection, annotator: AnnotatorId, item: ItemId) -> Result<()> {
    let mut statement =
        connection.prepare_cached("DELETE FROM lease WHERE item_id = ?1 AND annotator_id = ?2")?;
    statement.execute([item.0, annotator.0])?;
    Ok(())
}

/// Keeps items for annotators, whoever else has them.
fn write(connection: &Connection, leases: &[Lease]) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO lease (item_id, annotator_id, expires_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (item_id, annotator_id) DO UPDATE SET expires_at = excluded.expires_at",
    )?;
    for lease in leases {
        statement.execute(params![lease.item.0, lease.annotator.0, lease.expires_at.0])?;
    }
    Ok(())
}

impl Store {
    /// Keeps items for annotators, and forgets leases that ran out long ago.
    pub fn lease(&mut self, leases: &[Lease], now: UnixMillis) -> Result<()> {
        self.change(|connection| {
            connection
                .prepare_cached("DELETE FROM lease WHERE expires_at <= ?1")?
                .execute([now.0 - REMEMBERED_FOR])?;
            write(connection, leases)
        })?;
        self.tell(&[Change::leases(leases)]);
        Ok(())
    }

    /// Keeps the first `count` of these items that have a place free for an annotator, in one go, and gives them back
    /// in their order; none that the annotator has judged or passed by. What is offered again on purpose is not wished
    /// for here. Judgments of `past` annotators fill no place. Leases of the annotator's own that are `renewed` last
    /// until the same moment.
    ///
    /// Rows that another process is just claiming are passed over; where that leaves too few, they are waited for.
    #[allow(clippy::too_many_arguments)]
    pub fn claim(
        &mut self,
        annotator: AnnotatorId,
        wishes: &[Wish],
        count: usize,
        past: &[AnnotatorId],
        renewed: &[ItemId],
        expires_at: UnixMillis,
        now: UnixMillis,
    ) -> Result<Vec<ItemId>> {
        let lease = |item: ItemId| Lease { item, annotator, expires_at };
        let kept: Vec<Lease> = renewed.iter().copied().map(lease).collect();
        let try_to = |wishes: &[Wish], count: usize, passes_over: bool| {
            self.change(|connection| {
                // What ran out long ago goes; of others it is for them to tidy up, so that nobody waits for a row.
                connection
                    .prepare_cached("DELETE FROM lease WHERE annotator_id = ?1 AND expires_at <= ?2")?
                    .execute(params![annotator.0, now.0 - REMEMBERED_FOR])?;
                let mut places = places(connection, annotator, wishes, past, now, passes_over)?;
                places.free.truncate(count);
                let claimed = places.free.iter().copied().map(lease);
                write_all(connection, &claimed.chain(kept.iter().copied()).collect::<Vec<_>>())?;
                Ok(places)
            })
        };
        let Places { free: mut claimed, passed_over } = try_to(wishes, count, true)?;
        if claimed.len() < count && !passed_over.is_empty() {
            let missing: Vec<Wish> =
                wishes.iter().filter(|wish| passed_over.contains(&wish.item)).copied().collect();
            claimed.extend(try_to(&missing, count - claimed.len(), false)?.free);
            let in_order: Vec<ItemId> = wishes.iter().map(|wish| wish.item).collect();
            claimed.sort_by_key(|item| in_order.iter().position(|wished| wished == item));
        }
        let leases: Vec<Lease> = claimed.iter().copied().map(lease).chain(kept).collect();
        self.tell(&[Change::leases(&leases)]);
        Ok(claimed)
    }
}

/// What of some items may be claimed.
struct Places {
    /// Those with a place free, in the order they were wished for; their rows are locked until the end of the
    /// transaction.
    free: Vec<ItemId>,
    /// Those that another process is just claiming.
    passed_over: Vec<ItemId>,
}

fn places(
    connection: &Connection,
    annotator: AnnotatorId,
    wishes: &[Wish],
    past: &[AnnotatorId],
    now: UnixMillis,
    passes_over: bool,
) -> Result<Places> {
    let mut places = Places { free: Vec::new(), passed_over: Vec::new() };
    if wishes.is_empty() {
        return Ok(places);
    }
    let past = list(past.iter().map(|annotator| annotator.0));
    match connection.dialect() {
        Dialect::Sqlite => {
            // The one transaction that writes is lock enough.
            let mut count = connection.prepare_cached(
                "SELECT (SELECT count(*) FROM annotator a CROSS JOIN latest l ON l.annotator_id = a.id \
                 AND l.item_id = ?1 WHERE a.id <> ?2 AND l.state % 4 = 2 \
                 AND a.id NOT IN (SELECT value FROM json_each(?3))) \
                 + (SELECT count(*) FROM lease k WHERE k.item_id = ?1 AND k.annotator_id <> ?2 AND k.expires_at > ?4 \
                 AND NOT EXISTS (SELECT 1 FROM latest l WHERE l.item_id = k.item_id \
                 AND l.annotator_id = k.annotator_id AND l.state % 4 <> 0)), \
                 EXISTS (SELECT 1 FROM latest o WHERE o.annotator_id = ?2 AND o.item_id = ?1 AND o.state % 4 <> 0)",
            )?;
            let past = format!("[{past}]");
            for wish in wishes {
                let (taken, is_said): (i64, bool) = count
                    .query_row(params![wish.item.0, annotator.0, past, now.0], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })?;
                if taken < i64::from(wish.most) && !is_said {
                    places.free.push(wish.item);
                }
            }
            Ok(places)
        }
        Dialect::Postgres => {
            let items = list(wishes.iter().map(|wish| wish.item.0));
            // In one order, so that two who wait for each other's rows cannot wait for ever. References to a row, which
            // a judgment makes, do not stand in the way.
            let lock = if passes_over {
                "SELECT id FROM item WHERE id = ANY (CAST(string_to_array(CAST(?1 AS TEXT), ',') AS BIGINT[])) \
                 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
            } else {
                "SELECT id FROM item WHERE id = ANY (CAST(string_to_array(CAST(?1 AS TEXT), ',') AS BIGINT[])) \
                 ORDER BY id FOR NO KEY UPDATE"
            };
            let locked: Vec<i64> = connection
                .prepare_cached(lock)?
                .query_map([items], |row| row.get(0))?
                .collect::<Result<_>>()?;
            let is_locked = |wish: &&Wish| locked.contains(&wish.item.0);
            let (locked, others): (Vec<Wish>, Vec<Wish>) = wishes.iter().partition(is_locked);
            places.passed_over = others.into_iter().map(|wish| wish.item).collect();
            if locked.is_empty() {
                return Ok(places);
            }
            // A statement of its own: it sees what was committed before the rows were locked.
            let mut free = connection.prepare_cached(
                "SELECT w.item FROM unnest(CAST(string_to_array(CAST(?1 AS TEXT), ',') AS BIGINT[]), \
                     CAST(string_to_array(CAST(?2 AS TEXT), ',') AS BIGINT[])) AS w (item, most) \
                 WHERE (SELECT count(*) FROM latest l WHERE l.item_id = w.item AND l.annotator_id <> ?3 \
                     AND l.state % 4 = 2 \
                     AND l.annotator_id <> ALL (CAST(string_to_array(CAST(?4 AS TEXT), ',') AS BIGINT[]))) \
                 + (SELECT count(*) FROM lease k WHERE k.item_id = w.item AND k.annotator_id <> ?3 \
                     AND k.expires_at > ?5 AND NOT EXISTS (SELECT 1 FROM latest l WHERE l.item_id = k.item_id \
                     AND l.annotator_id = k.annotator_id AND l.state % 4 <> 0)) < w.most \
                 AND NOT EXISTS (SELECT 1 FROM latest o WHERE o.annotator_id = ?3 AND o.item_id = w.item \
                     AND o.state % 4 <> 0)",
            )?;
            let items = list(locked.iter().map(|wish| wish.item.0));
            let most = list(locked.iter().map(|wish| i64::from(wish.most)));
            places.free = free
                .query_map(params![items, most, annotator.0, past, now.0], |row| row.get(0).map(ItemId))?
                .collect::<Result<_>>()?;
            let in_order = |item: &ItemId| locked.iter().position(|wish| wish.item == *item);
            places.free.sort_by_key(in_order);
            Ok(places)
        }
    }
}

/// Keeps items for annotators, in one round trip where that is to be had.
fn write_all(connection: &Connection, leases: &[Lease]) -> Result<()> {
    if connection.dialect() == Dialect::Sqlite || leases.is_empty() {
        return write(connection, leases);
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO lease (item_id, annotator_id, expires_at) \
         SELECT DISTINCT item, CAST(?2 AS BIGINT), CAST(?3 AS BIGINT) \
         FROM unnest(CAST(string_to_array(CAST(?1 AS TEXT), ',') AS BIGINT[])) AS item ORDER BY item \
         ON CONFLICT (item_id, annotator_id) DO UPDATE SET expires_at = excluded.expires_at",
    )?;
    let items = list(leases.iter().map(|lease| lease.item.0));
    statement.execute(params![items, leases[0].annotator.0, leases[0].expires_at.0])?;
    Ok(())
}

fn list(numbers: impl Iterator<Item = i64>) -> String {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    numbers.join(",")
}

impl Reader {
    /// Whether it is written down that an item was offered to an annotator: it was kept for them, be that over by now,
    /// or they said something of it, be that taken back.
    pub fn was_offered(&self, annotator: AnnotatorId, item: ItemId) -> Result<bool> {
        let mut statement = self.connection().prepare_cached(
            "SELECT 1 FROM lease WHERE item_id = ?1 AND annotator_id = ?2 \
             UNION ALL SELECT 1 FROM latest WHERE item_id = ?1 AND annotator_id = ?2",
        )?;
        statement.exists([item.0, annotator.0])
    }

    /// Every lease, expired ones too.
    pub fn leases(&self) -> Result<Vec<Lease>> {
        let mut statement =
            self.connection().prepare("SELECT item_id, annotator_id, expires_at FROM lease")?;
        let leases = statement.query_map((), |row| {
            Ok(Lease {
                item: ItemId(row.get(0)?),
                annotator: AnnotatorId(row.get(1)?),
                expires_at: UnixMillis(row.get(2)?),
            })
        })?;
        leases.collect()
    }
}
