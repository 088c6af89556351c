//! Claims on scoring: of the programs that score a shared project by one model, each works on stretches of items that
//! no other has meanwhile.
//!
//! A claim is an advisory lock of a connection that is kept for that alone. Who dies, is killed or loses the network
//! has no claim any more, and nothing is left behind in the database. A program that was cut off and does not know it
//! may do what another does again: the scores are the same, and nothing is stored twice.

use tiebreak_domain::reward::ModelKey;

use crate::Result;
use crate::place::ProjectPlace;
use crate::reader::Reader;
use crate::sql::{Connection, postgres};

/// The stretches that this program works on.
pub struct ScoringClaims {
    connection: Connection,
    project: String,
    held: Vec<i64>,
}

impl Reader {
    /// Claims for whoever scores this project; none are needed where nobody else can change it.
    pub fn scoring_claims(&self) -> Result<Option<ScoringClaims>> {
        let ProjectPlace::Database(address) = self.place() else { return Ok(None) };
        let connection = postgres::connect(address)?;
        Ok(Some(ScoringClaims { connection, project: address.schema(), held: Vec::new() }))
    }
}

impl ScoringClaims {
    /// Claims a stretch of items for a model; whether nobody else had it. What is held already is held once.
    pub fn take(&mut self, model: &ModelKey, stretch: u32) -> Result<bool> {
        let name = self.name(model, stretch);
        if self.held.contains(&name) {
            return Ok(true);
        }
        let is_taken: i64 =
            self.connection
                .query_row("SELECT pg_try_advisory_lock(?1)::integer::bigint", [name], |row| row.get(0))?;
        if is_taken == 1 {
            self.held.push(name);
        }
        Ok(is_taken == 1)
    }

    /// How many stretches are held.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Gives back every stretch but one.
    pub fn keep_only(&mut self, model: &ModelKey, stretch: u32) -> Result<()> {
        let kept = self.name(model, stretch);
        let held = std::mem::take(&mut self.held);
        let (kept, given_back): (Vec<i64>, Vec<i64>) = held.into_iter().partition(|name| *name == kept);
        self.held = kept;
        let unlock =
            |name| self.connection.query_row("SELECT pg_advisory_unlock(?1)::text", [name], |_| Ok(()));
        given_back.into_iter().try_for_each(unlock)
    }

    /// Gives back every stretch.
    pub fn give_back(&mut self) -> Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        self.held.clear();
        self.connection.query_row("SELECT pg_advisory_unlock_all()::text", (), |_| Ok(()))
    }

    /// Locks of a database are numbers, and it may hold many projects.
    fn name(&self, model: &ModelKey, stretch: u32) -> i64 {
        let text = format!("scoring\0{}\0{}\0{stretch}", self.project, model.0);
        let mut number = [0; 8];
        number.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..8]);
        i64::from_le_bytes(number)
    }
}
