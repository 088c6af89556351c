//! Whose network an address is in: the world's, or this machine's and its neighbours'.
//!
//! Whoever asks for an address out in the world does not expect to be sent to a machine beside their own, whose
//! services trust whoever can reach them. An address inside that the user gave is another matter: it may lead to
//! others inside. Names are held to the same when they are resolved, since any name may point anywhere.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A name that leads inside, on behalf of an address outside.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LeadsInside {
    host: String,
}

impl fmt::Display for LeadsInside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the server redirects into the network of this machine, to {:?}", self.host)
    }
}

impl std::error::Error for LeadsInside {}

/// Whether an address is only good in the network of this machine.
pub(super) fn is_inside(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_broadcast()
                || address.is_multicast()
                || first == 0
                // Behind a provider's translation (RFC 6598).
                || (first == 100 && (64..128).contains(&second))
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
    }
}

/// Whether a host says so itself: by its number, or by a name that is kept for this machine (RFC 6761).
pub(super) fn says_inside(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let name = host.trim_end_matches('.').to_lowercase();
    name == "localhost" || name.ends_with(".localhost") || host.parse::<IpAddr>().is_ok_and(is_inside)
}

/// Resolves names for one download, and lets none lead inside unless the download began there.
pub(super) struct Resolver {
    rule: Arc<Rule>,
}

struct Rule {
    /// The host that was asked for.
    asked: String,
    /// Whether that is inside.
    began_inside: AtomicBool,
}

impl Resolver {
    /// For a download that begins at an address.
    pub(super) fn new(asked: &Url) -> Self {
        let host = asked.host_str().unwrap_or_default().to_owned();
        Self { rule: Arc::new(Rule { asked: host, began_inside: AtomicBool::new(says_inside(asked)) }) }
    }
}

impl Rule {
    /// What of a name's addresses may be connected to.
    fn allowed(&self, host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, LeadsInside> {
        if host.eq_ignore_ascii_case(&self.asked) {
            if found.iter().any(|address| is_inside(address.ip())) {
                self.began_inside.store(true, Ordering::Relaxed);
            }
            return Ok(found);
        }
        if self.began_inside.load(Ordering::Relaxed) {
            return Ok(found);
        }
        let was_empty = found.is_empty();
        let outside: Vec<SocketAddr> = found.into_iter().filter(|address| !is_inside(address.ip())).collect();
        if outside.is_empty() && !was_empty {
            return Err(LeadsInside { host: host.to_owned() });
        }
        Ok(outside)
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let rule = Arc::clone(&self.rule);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            // The port is put in by whoever connects.
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let allowed = rule.allowed(&host, found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn addresses_inside_are_known() {
        let inside =
            ["http://127.0.0.1/", "http://10.1.2.3/", "http://169.254.169.254/", "http://192.168.0.1/"];
        let more = ["http://[::1]/", "http://[fd00::1]/", "http://[::ffff:10.0.0.1]/", "http://0.0.0.0/"];
        let names = ["http://localhost/", "http://a.LOCALHOST./", "http://100.64.0.1/", "http://2130706433/"];
        for address in inside.into_iter().chain(more).chain(names) {
            assert!(says_inside(&url(address)), "{address}");
        }
        for address in
            ["http://8.8.8.8/", "http://example.org/", "http://[2606:4700::1111]/", "http://172.32.0.1/"]
        {
            assert!(!says_inside(&url(address)), "{address}");
        }
    }

    #[test]
    fn a_name_leads_inside_only_where_the_download_began_there() {
        let rule = |asked: &str| Resolver::new(&url(asked)).rule;
        let outside = rule("https://example.org/reward.toml");
        assert!(outside.allowed("example.org", addresses(&["93.184.216.34"])).is_ok());
        let refused = outside.allowed("evil.org", addresses(&["10.0.0.5"])).unwrap_err();
        assert!(refused.to_string().contains("evil.org"), "{refused}");
        let mixed = outside.allowed("cdn.org", addresses(&["10.0.0.5", "1.1.1.1"])).unwrap();
        assert_eq!(mixed, addresses(&["1.1.1.1"]), "what is outside may be used");
        let company = rule("http://models.company/reward.toml");
        assert!(company.allowed("models.company", addresses(&["10.0.0.4"])).is_ok(), "the user named it");
        assert!(
            company.allowed("files.company", addresses(&["10.0.0.5"])).is_ok(),
            "and it may lead to others"
        );
        assert!(rule("http://127.0.0.1/m").allowed("files", addresses(&["10.0.0.5"])).is_ok());
    }
}
