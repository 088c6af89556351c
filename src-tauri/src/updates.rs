//! Updates: signed, and looked for only where whoever sits here allows it. Until then no address is ever asked.

use std::path::PathBuf;

use tauri::{AppHandle, Manager as _};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogButtons};
use tauri_plugin_updater::UpdaterExt as _;

/// The file whose presence allows it.
fn permission(app: &AppHandle) -> Option<PathBuf> {
    app.path().app_config_dir().ok().map(|folder| folder.join("look-for-updates"))
}

/// Whether updates are looked for at every start.
pub fn is_allowed(app: &AppHandle) -> bool {
    permission(app).is_some_and(|file| file.exists())
}

/// Allows it, or not.
pub fn allow(app: &AppHandle, is_allowed: bool) {
    let Some(file) = permission(app) else { return };
    let done = if is_allowed {
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder.and_then(|()| std::fs::write(&file, "Tiebreak looks for updates when it starts.\n"))
    } else {
        std::fs::remove_file(&file)
    };
    tell_failure(app, done.map_err(|error| format!("{} cannot be changed: {error}", file.display())));
}

/// Looks for an update where that is allowed.
pub fn look_if_allowed(app: &AppHandle) {
    if is_allowed(app) {
        look(app.clone(), false);
    }
}

/// Looks for an update, and asks before it is installed. `was_asked` says whether somebody waits for the answer.
pub fn look(app: AppHandle, was_asked: bool) {
    tauri::async_runtime::spawn(async move {
        let found = match app.updater() {
            Ok(updater) => updater.check().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(Some(update)) => {
                let words =
                    format!("Tiebreak {} can be installed. It starts again afterwards.", update.version);
                let buttons = MessageDialogButtons::OkCancelCustom("Install".into(), "Not now".into());
                let dialog = app.dialog().message(words).buttons(buttons);
                let agreed = tauri::async_runtime::spawn_blocking(move || dialog.blocking_show()).await;
                if agreed.unwrap_or(false) {
                    // The signature is held against the key in the configuration before anything is replaced.
                    match update.download_and_install(|_, _| {}, || {}).await {
                        Ok(()) => crate::leave_and(&app, tiebreak_machine::Then::Restart),
                        Err(error) => tell(&app, format!("The update was not installed: {error}")),
                    }
                }
            }
            Ok(None) if was_asked => tell(&app, "This is the newest Tiebreak".to_owned()),
            Err(error) if was_asked => tell(&app, format!("No update could be looked for: {error}")),
            _ => {}
        }
    });
}

/// Shows what failed, if something did.
pub fn tell_failure(app: &AppHandle, result: Result<(), String>) {
    if let Err(error) = result {
        tell(app, error);
    }
}

fn tell(app: &AppHandle, words: String) {
    app.dialog().message(words).show(|_| {});
}
