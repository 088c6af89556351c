//! Fetches the fonts that texts need from the engine's machine.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use egui::Context;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Response;

use super::page;
use crate::document::lent_fonts;

/// Fonts on their way.
#[derive(Default)]
pub struct LentFonts {
    arrived: Rc<RefCell<VecDeque<(&'static str, Vec<u8>)>>>,
}

impl LentFonts {
    /// Asks for what is needed and takes what arrived; says whether there was any.
    pub fn tick(&mut self, ctx: &Context) -> bool {
        for script in lent_fonts::take_wanted() {
            let (arrived, ctx) = (Rc::clone(&self.arrived), ctx.clone());
            spawn_local(async move {
                match fetch(script).await {
                    Ok(bytes) => {
                        arrived.borrow_mut().push_back((script, bytes));
                        ctx.request_repaint();
                    }
                    // The letters stay boxes, as on a machine without the font.
                    Err(error) => tracing::warn!(script, ?error, "no font is lent"),
                }
            });
        }
        let mut is_any = false;
        while let Some((script, bytes)) = self.arrived.borrow_mut().pop_front() {
            lent_fonts::add(ctx, script, bytes);
            is_any = true;
        }
        is_any
    }
}

async fn fetch(script: &str) -> Result<Vec<u8>, JsValue> {
    let window = web_sys::window().ok_or("there is no window")?;
    let address = format!("{}/fonts/{script}", page::door_address());
    let response: Response = JsFuture::from(window.fetch_with_str(&address)).await?.dyn_into()?;
    if response.status() != 200 {
        return Err(JsValue::from(response.status()));
    }
    Ok(Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec())
}
