//! Seats: who asks, and whether they lead.
//!
//! At the machine one annotator sits in the session's own seat, kept by a PIN where they want it, and leads where
//! the project says so. Whoever calls over a network brings a seat along: it is theirs alone, and their account's
//! role says whether they lead.

use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, Role};

use crate::session::Session;

/// Somebody who calls from outside this machine, as the door knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Under which number they judge.
    pub annotator: AnnotatorId,
    /// What they may do.
    pub role: Role,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// Whoever sits there.
    pub annotator: AnnotatorId,
    standing: Standing,
}

#[derive(Clone, Copy, Debug)]
enum Standing {
    /// At this machine.
    Here {
        /// Whether the PIN was not given yet.
        is_locked: bool,
    },
    /// Elsewhere, signed in.
    Called(Role),
}

impl Seat {
    /// The seat at this machine.
    pub fn here(annotator: AnnotatorId, is_locked: bool) -> Self {
        Self { annotator, standing: Standing::Here { is_locked } }
    }

    /// The seat of somebody who calls.
    pub fn of_caller(caller: &Caller) -> Self {
        Self { annotator: caller.annotator, standing: Standing::Called(caller.role) }
    }

    /// Whether it is kept by a PIN that was not given yet.
    pub fn is_locked(&self) -> bool {
        matches!(self.standing, Standing::Here { is_locked: true })
    }

    /// Whether it is of somebody who calls over a network.
    pub fn is_called(&self) -> bool {
        matches!(self.standing, Standing::Called(_))
    }

    /// Whether nothing but what was offered may be asked about.
    pub fn is_bound_to_offers(&self) -> bool {
        matches!(self.standing, Standing::Called(Role::Annotator))
    }
}

impl Session {
    /// Refuses whoever does not lead the study, where somebody does.
    pub(crate) fn for_lead(&self, seat: &Seat) -> Result<(), ApiError> {
        if self.is_for_lead_alone(seat)? {
            return Err(ApiError::new(ErrorCode::Denied, "this is for whoever leads the study")
                .hint("switch to the annotator who leads it"));
        }
        Ok(())
    }

    /// Whether it is not for this seat because somebody else leads. Where nobody does, everybody at this machine may.
    pub(crate) fn is_for_lead_alone(&self, seat: &Seat) -> Result<bool, ApiError> {
        match seat.standing {
            Standing::Called(role) => Ok(!role.leads()),
            Standing::Here { .. } => {
                let leads = self.readers.lend()?.leads()?;
                Ok(!leads.is_empty() && !self.is_lead(seat)?)
            }
        }
    }

    /// Whether this seat leads the study.
    pub(crate) fn is_lead(&self, seat: &Seat) -> Result<bool, ApiError> {
        match seat.standing {
            Standing::Called(role) => Ok(role.leads()),
            Standing::Here { is_locked } => {
                Ok(!is_locked && self.readers.lend()?.leads()?.contains(&seat.annotator))
            }
        }
    }
}
