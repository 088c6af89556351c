//! `[remote]`: the server that runs a model, for those that do not run here.
//!
//! The other sections hold for it as for any model, and its tokenizer lies here. The hash of the model's file says
//! which weights the server is to run; the file itself need not be here.

use tiebreak_toml_table::Table;

const BATCHES_IN_FLIGHT: usize = 4;

/// Where a model runs, where that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteServer {
    /// The server, as in `http://localhost:8000`; what the protocol says follows behind.
    pub address: String,
    /// The model's name on the server.
    pub model: String,
    /// The version, if not whichever the server chooses.
    pub version: Option<String>,
    /// How many batches the server has at once, at most.
    pub batches_in_flight: usize,
}

/// Reads `[remote]`, if it is there.
pub(super) fn remote(root: &Table) -> Option<RemoteServer> {
    let table = root.table("remote")?;
    let address = table.wanted_text("address", "\"http://localhost:8000\"");
    let model = table.wanted_text("model", "\"…\", the model's name on the server");
    let version = table.text("version");
    let batches_in_flight = table.number("batches_in_flight", 1..=256).unwrap_or(BATCHES_IN_FLIGHT);
    table.finish("[remote]");
    let (address, model) = (address?, model?);
    let rest = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"));
    if !rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['@', '?', '#'])) {
        let hint =
            "write http:// or https:// and the server's name, without a password; a token is asked for";
        table.fault("address", format!("this is no server's address: {address:?}"), hint);
        return None;
    }
    for (key, name) in [("model", Some(&model)), ("version", version.as_ref())] {
        let is_plain = |name: &String| {
            !name.is_empty()
                && name.chars().all(|part| part.is_ascii_alphanumeric() || "._-".contains(part))
                && name.chars().any(|part| part != '.')
        };
        if name.is_some_and(|name| !is_plain(name)) {
            let hint = "write letters, digits, points, - and _";
            table.fault(key, format!("{:?} is no name on a server", name.map_or("", String::as_str)), hint);
            return None;
        }
    }
    Some(RemoteServer {
        address: address.trim_end_matches('/').to_owned(),
        model,
        version,
        batches_in_flight,
    })
}
