//! `tiebreak serve`: the project in browsers, for one or several annotators, and for programs.

use std::io::IsTerminal;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use tiebreak_domain::{ApiError, ErrorCode, Reply, Request};
use tiebreak_door::{BACK_PATH, Door, Gate, Hub, Place, Site};
use tiebreak_engine::{Engine, Host};
use tiebreak_server::{Provider, ProviderSettings, Server, Stop};

use crate::cli::desk;
use crate::cli::exit::Exit;
use crate::machine;

const LONG: &str = "\
It listens on this machine alone unless --listen says otherwise. The link that it prints signs its owner in, once \
and within the hour; from there people are invited. Where what it prints goes to a log and the project has an owner, \
it prints none. Ctrl-C ends it; what was acknowledged is on the disk.";

/// Serves a project to browsers and programs until Ctrl-C.
#[derive(clap::Args)]
#[command(after_help = LONG)]
pub struct Arguments {
    /// The project
    project: PathBuf,
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7411")]
    listen: SocketAddr,
    /// Open the browser
    #[arg(long)]
    open: bool,
    /// Under which address people reach it, as https://annotate.example.org
    #[arg(long, value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,
    /// Believe the proxy in front about who comes, and whether by TLS (X-Forwarded-For, X-Forwarded-Proto)
    #[arg(long, requires = "public_url")]
    behind_proxy: bool,
    /// Let people sign in by an OpenID provider, by its address. The secret is read from TIEBREAK_OIDC_SECRET
    #[arg(long, value_name = "URL", requires = "oidc_client")]
    oidc_issuer: Option<String>,
    /// What the provider knows this program as; it sends people back to PUBLIC-URL/vouch/back
    #[arg(long, value_name = "ID", requires = "oidc_issuer")]
    oidc_client: Option<String>,
    /// What people call the provider
    #[arg(long, value_name = "NAME", default_value = "your organisation")]
    oidc_name: String,
    /// Take the interface from this folder, not from the program
    #[arg(long, value_name = "FOLDER")]
    web: Option<PathBuf>,
}

/// An address without a path, as browsers name an origin.
pub(crate) fn public_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => {
            Ok(text.to_ascii_lowercase())
        }
        _ => Err("it begins with https:// or http://, and has a host and no path".to_owned()),
    }
}

/// Serves until Ctrl-C.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let hub = Arc::new(Hub::default());
    let events = Arc::clone(&hub);
    let host = Host { scores_in_background: true, ..machine::host() };
    let engine = Arc::new(Engine::new(host, move |event| events.push(event)));
    let path = desk::text(&arguments.project)?;
    let info = match engine.call(Request::OpenProject { path })? {
        Reply::Project(info) => *info,
        other => return Err(desk::unexpected(&other)),
    };
    let site = Site::new(arguments.web.clone());
    if !site.is_built() {
        eprintln!("note: the browser interface was not built; see tools/build-web.sh");
    }
    let listener = Server::listen(arguments.listen)?;
    let address = listener.local_addr().map_err(|error| {
        ApiError::new(ErrorCode::System, format!("the address that was taken cannot be read: {error}"))
    })?;
    let is_loopback = address.ip().is_loopback();
    warn_without_tls(arguments, is_loopback);
    let gate = Gate::new(Place {
        public_url: arguments.public_url.clone(),
        is_loopback,
        cookie_suffix: info.key.to_string()[..8].to_owned(),
    });
    let base = base_url(arguments, address);
    // What is printed may be kept by a log, and read by others: a link goes there only where nobody else could invite.
    let is_read_here = arguments.open || std::io::stdout().is_terminal();
    let link = if is_read_here || !engine.has_owner()? {
        Some(format!("{base}/enter?token={}", engine.offer_owner_link()?))
    } else {
        None
    };
    let mut door = Door::new(engine, hub, site, Some(gate));
    let provider = provider(arguments, &base)?;
    if provider.is_some() {
        door = door.with_provider(arguments.oidc_name.clone());
    }
    let door = Arc::new(door);
    let stop = Stop::default();
    let on_interrupt = stop.clone();
    if let Err(error) = ctrlc::set_handler(move || on_interrupt.stop()) {
        tracing::warn!(%error, "Ctrl-C will end the program at once");
    }
    println!("Serving {:?} at {base}/", info.name);
    match &link {
        Some(link) => println!("Open this link to sign in as owner; it works once:\n  {link}"),
        None => println!(
            "The project has an owner, who signs in at {base}/sign-in; a way back is `tiebreak invite --role owner \
             --name NAME`"
        ),
    }
    if let Some(link) = link.filter(|_| arguments.open) {
        open_browser(&link);
    }
    let mut server = Server::new(listener, door, arguments.behind_proxy);
    if let Some(provider) = provider {
        server = server.with_provider(provider);
    }
    server.run(&stop)?;
    eprintln!("Stopped; everything acknowledged is saved.");
    Ok(Exit::Done)
}

/// The OpenID provider, where one is set up.
fn provider(arguments: &Arguments, base: &str) -> Result<Option<Provider>, ApiError> {
    let (Some(issuer), Some(client_id)) = (&arguments.oidc_issuer, &arguments.oidc_client) else {
        return Ok(None);
    };
    let settings = ProviderSettings {
        issuer: issuer.clone(),
        client_id: client_id.clone(),
        client_secret: std::env::var("TIEBREAK_OIDC_SECRET").ok().filter(|secret| !secret.is_empty()),
        redirect_url: format!("{base}{BACK_PATH}"),
    };
    Provider::new(settings).map(Some)
}

/// Under which address a person reaches the door, without a path.
fn base_url(arguments: &Arguments, address: SocketAddr) -> String {
    if let Some(public) = &arguments.public_url {
        return public.clone();
    }
    // Nobody can open "every address" in a browser.
    let host = if address.ip().is_unspecified() { IpAddr::from([127, 0, 0, 1]) } else { address.ip() };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

fn warn_without_tls(arguments: &Arguments, is_loopback: bool) {
    let has_tls = arguments.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let is_private = is_loopback || (has_tls && arguments.behind_proxy);
    if !is_private {
        eprintln!(
            "warning: this is open to the network without TLS: passwords and judgments can be read on the way.\n\
             hint: put a proxy with TLS in front and add --behind-proxy --public-url https://…, or listen on \
             127.0.0.1"
        );
    }
}

/// Hands the link to whatever opens links here; where nothing does, it stands in the terminal.
fn open_browser(link: &str) {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("rundll32");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else {
        Command::new("xdg-open")
    };
    let opened = command.arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if let Err(error) = opened {
        eprintln!("note: no browser could be opened ({error}); open the link by hand");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_an_origin_and_nothing_more() {
        assert_eq!(public_url("https://Annotate.Example.org/"), Ok("https://annotate.example.org".into()));
        assert_eq!(public_url("http://10.0.0.3:7411"), Ok("http://10.0.0.3:7411".into()));
        for wrong in ["annotate.example.org", "https://", "https://a/b", "ftp://a", "https://user@a", ""] {
            assert!(public_url(wrong).is_err(), "{wrong}");
        }
    }
}
