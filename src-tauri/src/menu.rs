//! The menu of the window: what belongs to the system. Everything else is in the interface's own menu.

use tauri::menu::{CheckMenuItemBuilder, Menu, MenuBuilder, MenuEvent, MenuItemBuilder, SubmenuBuilder};
use tauri::{AppHandle, Wry};
use tiebreak_machine::Then;

use crate::{leave_and, updates};

/// Builds it.
pub fn build(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let native = MenuItemBuilder::with_id("native", "Open in the native window").build(app)?;
    let quit = MenuItemBuilder::with_id("quit", "Quit").accelerator("CmdOrCtrl+Q").build(app)?;
    let file = SubmenuBuilder::new(app, "File").item(&native).separator().item(&quit).build()?;
    let edit = SubmenuBuilder::new(app, "Edit").cut().copy().paste().select_all().build()?;
    let look = CheckMenuItemBuilder::with_id("updates", "Look for updates at every start")
        .checked(updates::is_allowed(app))
        .build(app)?;
    let now = MenuItemBuilder::with_id("update", "Look for an update now").build(app)?;
    let help = SubmenuBuilder::new(app, "Help").item(&look).item(&now).separator().about(None).build()?;
    MenuBuilder::new(app).items(&[&file, &edit, &help]).build()
}

/// Does what was chosen.
pub fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        "quit" => leave_and(app, Then::Quit),
        "native" => leave_and(app, Then::Native),
        "updates" => updates::allow(app, !updates::is_allowed(app)),
        "update" => updates::look(app.clone(), true),
        _ => {}
    }
}
