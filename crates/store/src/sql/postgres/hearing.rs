//! What other processes tell: notifications of the schema's channel.

use std::time::Duration;

use postgres::Client;
use postgres::fallible_iterator::FallibleIterator as _;

use super::{DatabaseAddress, client};
use crate::Result;
use crate::sql::DatabaseError;

/// A connection that listens.
pub(crate) struct Hearing(Client);

impl Hearing {
    /// Listens from now on.
    pub(crate) fn begin(address: &DatabaseAddress) -> Result<Self> {
        let mut client = client(address)?;
        client.batch_execute(&format!("LISTEN tiebreak_{}", address.schema()))?;
        Ok(Self(client))
    }

    /// Everything that was told, waiting for at most so long where it is nothing.
    pub(crate) fn next(&mut self, patience: Duration) -> Result<Vec<String>> {
        let mut told = Vec::new();
        let first = self.0.notifications().timeout_iter(patience).next()?;
        told.extend(first.map(|told| told.payload().to_owned()));
        {
            let mut notifications = self.0.notifications();
            let mut rest = notifications.iter();
            while let Some(notification) = rest.next()? {
                told.push(notification.payload().to_owned());
            }
        }
        if told.is_empty() && self.0.is_closed() {
            return Err(DatabaseError::gone("the connection was lost").into());
        }
        Ok(told)
    }
}
