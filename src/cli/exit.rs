//! The codes that the program leaves with. Scripts rely on them: they are only ever added to.

use std::process::ExitCode;

use tiebreak_domain::{ApiError, ErrorCode};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Refused or failed.
    Failed,
    /// Done, but some rows were refused.
    RowsRefused,
    /// The project is open elsewhere.
    OpenElsewhere,
    /// Cancelled by Ctrl-C.
    Cancelled,
}

impl Exit {
    /// How a command ended that ran into this.
    pub fn of_error(error: &ApiError) -> Self {
        match error.code {
            ErrorCode::AlreadyOpen => Self::OpenElsewhere,
            ErrorCode::Cancelled => Self::Cancelled,
            _ => Self::Failed,
        }
    }

    /// Done, unless rows were refused.
    pub fn of_refused_rows(rows_refused: u64) -> Self {
        if rows_refused == 0 { Self::Done } else { Self::RowsRefused }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        // 2 is clap's: the command line makes no sense.
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::RowsRefused => 3,
            Exit::OpenElsewhere => 4,
            Exit::Cancelled => 130,
        })
    }
}
