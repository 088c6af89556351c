//! Tickets: what each reply is for.

use std::collections::HashMap;

use tiebreak_domain::door::ImageRequest;
use tiebreak_domain::media::TileRequest;
use tiebreak_domain::{ItemId, Order};

use super::AfterOpening;
use crate::backend::Ticket;
use crate::{judge, models, people, player, rubric_editor};

/// What a request was sent for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// The settings at the start.
    Settings,
    /// Settings were saved.
    SettingsSaved,
    /// A project is being opened, and something may wait to be done in it.
    Open(AfterOpening),
    /// The project's numbers.
    Project,
    /// The project was closed.
    Close,
    /// Something for the judging session with this number.
    Judge(u64, judge::Purpose),
    /// An image.
    Image(ImageRequest),
    /// Something that plays.
    Media(player::Wanted),
    /// A tile of an image.
    Tile(TileRequest),
    /// What the items browser found; the number is its search's.
    Find(u64),
    /// Rows for the items browser.
    Rows,
    /// A change of status; the items browser keeps what was before.
    SetStatus,
    /// Taking a change of status back.
    UndoStatus,
    /// What an import would do; the number is the preview's.
    PreviewImport(u64),
    /// The models by which the items browser filters.
    ItemModels,
    /// What models say of an item, for the items browser.
    ItemRanks(ItemId),
    /// A model's word was taken for what the items browser found.
    AcceptLabels,
    /// Items were made of pairs of candidates.
    MakePairs,
    /// An import was started.
    StartImport,
    /// An import's problems were written.
    SaveImportReport,
    /// What an export would write; the number is the preview's.
    PreviewExport(u64),
    /// An export was started.
    StartExport,
    /// What a training item says; the showing that it was judged in had this order.
    Training(Order),
    /// A merge was started.
    StartMerge,
    /// The list of a second look; the number is its request's.
    SecondLook(u64),
    /// Something about rubrics.
    Rubric(rubric_editor::Purpose),
    /// Something about people.
    People(people::Purpose),
    /// Something about reward models.
    Models(models::Purpose),
    /// What models say of an item that was judged; the showing that it was judged in had this order.
    Belief(ItemId, Order),
    /// Long work is to stop.
    Cancel,
}

/// The purposes of requests that wait for their reply.
#[derive(Debug, Default)]
pub struct Tickets {
    last: u64,
    waiting: HashMap<Ticket, Purpose>,
}

impl Tickets {
    /// A new ticket.
    pub fn issue(&mut self, purpose: Purpose) -> Ticket {
        self.last += 1;
        let ticket = Ticket(self.last);
        self.waiting.insert(ticket, purpose);
        ticket
    }

    /// Whether something of a judging session is on its way.
    pub fn has_judging(&self) -> bool {
        self.waiting.values().any(|purpose| matches!(purpose, Purpose::Judge(..)))
    }

    /// What a reply is for.
    pub fn redeem(&mut self, ticket: Ticket) -> Option<Purpose> {
        self.waiting.remove(&ticket)
    }
}
