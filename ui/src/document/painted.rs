//! Which words were painted in a frame, for tests: letters are meshes on the screen, and meshes say nothing. And
//! how often the place under a point was sought, which costs more than a frame has for every block.

use std::cell::Cell;

use egui::{Context, Id, Rect};

/// The frame that words were last noted in, and the words with their places.
type Noted = (u64, Vec<(String, Rect)>);

fn id() -> Id {
    Id::unique("words that were painted")
}

/// Notes words that are painted in this frame.
pub(super) fn note(ctx: &Context, says: String, rect: Rect) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| {
        let noted: &mut Noted = data.get_temp_mut_or_default(id());
        if noted.0 != pass {
            *noted = (pass, Vec::new());
        }
        noted.1.push((says, rect));
    });
}

/// The words that were painted in the last frame that painted any.
pub(crate) fn painted(ctx: &Context) -> Vec<(String, Rect)> {
    ctx.data(|data| data.get_temp::<Noted>(id())).unwrap_or_default().1
}

thread_local! {
    static PLACES_SOUGHT: Cell<u32> = const { Cell::new(0) };
}

/// Notes that the place under a point is sought.
pub(super) fn note_place() {
    PLACES_SOUGHT.set(PLACES_SOUGHT.get() + 1);
}

/// How often that was, on this thread.
pub(super) fn places_sought() -> u32 {
    PLACES_SOUGHT.get()
}
