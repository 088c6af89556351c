//! The address of a project in a database: `postgres://user:password@host:port/database#project`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};

use super::tls;
use crate::{Result, StoreError};

const HINT: &str = "write it as postgres://user:password@host:port/database#project";
/// Names of schemas have at most 63 bytes.
const MOST_NAME_BYTES: usize = 48;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a project in a database is. The password is in none of its texts.
#[derive(Clone)]
pub struct DatabaseAddress {
    config: Box<Config>,
    project: String,
    /// All that was said, the password included.
    whole: String,
    verifies: bool,
    roots: Option<PathBuf>,
}

impl DatabaseAddress {
    /// Whether a text is meant as an address.
    pub(crate) fn is_meant(text: &str) -> bool {
        ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
    }

    /// The address as it was given, with its password: for a program that goes on with the project, and for nobody's
    /// eyes.
    pub(crate) fn whole(&self) -> &str {
        &self.whole
    }

    /// The project's name in its database.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// The schema that holds it.
    pub(crate) fn schema(&self) -> String {
        format!("tiebreak_{}", self.project)
    }

    /// Connects, to whatever schema the server chooses.
    pub(super) fn connect(&self) -> Result<Client> {
        let client = match self.config.get_ssl_mode() {
            SslMode::Disable => self.config.connect(NoTls),
            _ => self.config.connect(tls::connector(self.verifies, self.roots.as_deref())?),
        };
        client.map_err(|error| {
            let error = StoreError::from(error);
            if let StoreError::Database(source) = error {
                return StoreError::Unreachable { server: self.server(), source };
            }
            error
        })
    }

    /// Host, port and database.
    fn server(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(Host::Unix(folder)) => folder.display().to_string(),
            None => self.config.get_hostaddrs().first().map_or_else(String::new, ToString::to_string),
        };
        let port = self.config.get_ports().first().copied().unwrap_or(5432);
        format!("{host}:{port}/{}", self.config.get_dbname().unwrap_or_default())
    }

    fn is_at_same_server(&self, other: &Self) -> bool {
        self.config.get_hosts() == other.config.get_hosts()
            && self.config.get_hostaddrs() == other.config.get_hostaddrs()
            && self.config.get_ports() == other.config.get_ports()
            && self.config.get_dbname() == other.config.get_dbname()
    }

    /// Whether both lead to one project.
    pub fn is_same(&self, other: &Self) -> bool {
        self.project == other.project && self.is_at_same_server(other)
    }
}

impl FromStr for DatabaseAddress {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self> {
        let refused = |why: &str| StoreError::Refused(format!("the address of the database {why}; {HINT}"));
        let (server, project) =
            text.rsplit_once('#').ok_or_else(|| refused("does not name a project behind a #"))?;
        let is_plain = |character: char| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_'
        };
        if project.is_empty() || project.len() > MOST_NAME_BYTES || !project.chars().all(is_plain) {
            return Err(refused(&format!(
                "names the project {project:?}, and a name has 1 to {MOST_NAME_BYTES} of a-z, 0-9 and _"
            )));
        }
        let (server, own) = without_own_settings(server);
        let mut verifies = false;
        let mut config: Config = server.parse().map_err(|error: postgres::Error| {
            // The library's own words may hold what stands in the address.
            tracing::debug!(?error, "an address of a database was refused");
            refused("cannot be read")
        })?;
        match own.mode.as_deref() {
            None => {}
            Some("disable") => _ = config.ssl_mode(SslMode::Disable),
            Some("allow" | "prefer") => _ = config.ssl_mode(SslMode::Prefer),
            Some("require") => _ = config.ssl_mode(SslMode::Require),
            Some("verify-ca" | "verify-full") => {
                config.ssl_mode(SslMode::Require);
                verifies = true;
            }
            Some(_) => {
                return Err(refused(
                    "has an unknown sslmode, and knows disable, prefer, require, verify-ca and verify-full",
                ));
            }
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(refused("does not name a host"));
        }
        if config.get_dbname().is_none() {
            return Err(refused("does not name a database"));
        }
        if config.get_password().is_none()
            && let Some(password) = std::env::var_os("PGPASSWORD")
        {
            config.password(password.as_encoded_bytes());
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.keepalives_idle(Duration::from_secs(30));
        config.tcp_user_timeout(Duration::from_secs(30));
        if config.get_application_name().is_none() {
            config.application_name("tiebreak");
        }
        let config = Box::new(config);
        Ok(Self {
            config,
            project: project.to_owned(),
            whole: text.to_owned(),
            verifies,
            roots: own.roots.map(PathBuf::from),
        })
    }
}

/// What of an address is not for the library.
#[derive(Default)]
struct OwnSettings {
    mode: Option<String>,
    roots: Option<String>,
}

fn without_own_settings(server: &str) -> (String, OwnSettings) {
    let mut own = OwnSettings::default();
    let Some((server, query)) = server.split_once('?') else { return (server.to_owned(), own) };
    let mut others = Vec::new();
    for setting in query.split('&') {
        match setting.split_once('=') {
            Some(("sslmode", mode)) => own.mode = Some(mode.to_owned()),
            Some(("sslrootcert", file)) => own.roots = Some(percent_decoded(file)),
            _ => others.push(setting),
        }
    }
    let separator = if others.is_empty() { "" } else { "?" };
    (format!("{server}{separator}{}", others.join("&")), own)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| first == b'%');
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.config.get_user().map_or_else(String::new, |user| format!("{user}@"));
        write!(formatter, "postgres://{user}{}#{}", self.server(), self.project)
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseAddress({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_is_read_and_told_without_its_password() {
        let address: DatabaseAddress =
            "postgres://ana:s3cret@db.lab:6543/work?sslmode=verify-full#pairs_2".parse().unwrap();
        assert_eq!(address.to_string(), "postgres://ana@db.lab:6543/work#pairs_2");
        assert_eq!(
            address.whole(),
            "postgres://ana:s3cret@db.lab:6543/work?sslmode=verify-full#pairs_2",
            "whoever goes on with it needs all of it"
        );
        assert_eq!(format!("{address:?}"), "DatabaseAddress(postgres://ana@db.lab:6543/work#pairs_2)");
        assert_eq!(address.schema(), "tiebreak_pairs_2");
        assert!(address.verifies);
        assert!(address.config.get_ssl_mode() == SslMode::Require);
    }

    #[test]
    fn what_is_no_address_is_refused_without_a_word_of_what_it_holds() {
        for text in [
            "postgres://ana:s3cret@db.lab/work",
            "postgres://ana:s3cret@db.lab/work#",
            "postgres://ana:s3cret@db.lab/work#Pairs",
            "postgres://ana:s3cret@db.lab/work#x\"; DROP SCHEMA public",
            "postgres://ana:s3cret@db.lab:port/work#pairs",
            "postgres://ana:s3cret@db.lab/work?sslmode=never#pairs",
            "postgres://ana:s3cret@db.lab#pairs",
            "postgres:///work#pairs",
        ] {
            let error = text.parse::<DatabaseAddress>().unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
            assert!(error.contains(HINT), "{error}");
        }
    }
}
