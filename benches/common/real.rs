//! The machine as the benches of the interface have it.

use std::time::Instant;

use tiebreak::machine;
use tiebreak_ui::host::{Host, Now, Pick};

/// This machine, without dialogs.
pub struct Real(pub Instant);

impl Host for Real {
    fn now(&self) -> Now {
        let monotonic_ms = self.0.elapsed().as_millis() as u64;
        Now { unix: machine::now(), monotonic_ms, utc_offset_minutes: 0 }
    }

    fn random(&mut self) -> u128 {
        rand::random()
    }

    fn has_dialogs(&self) -> bool {
        false
    }

    fn open_dialog(&mut self, _pick: Pick, _suggested: &str) {}

    fn picked(&mut self) -> Option<(Pick, String)> {
        None
    }

    fn documents_folder(&self) -> String {
        String::new()
    }
}
