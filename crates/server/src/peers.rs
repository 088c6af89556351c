//! From where a request came: from the socket, or from what a proxy in front says, where one was announced.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use tiebreak_door::Peer;

/// From where a request came. What a proxy says is believed only where there is one: anybody can send its headers.
pub fn peer(socket: SocketAddr, headers: &HeaderMap, is_behind_proxy: bool) -> Peer {
    let direct = Peer { address: socket.ip().to_canonical(), is_https: false };
    if !is_behind_proxy {
        return direct;
    }
    let last = |name: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).next_back().map(str::trim)
    };
    // The last one is what our proxy added; those before it are hearsay.
    let address = last("x-forwarded-for").and_then(|address| address.parse::<IpAddr>().ok());
    let is_https = last("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
    Peer { address: address.map_or(direct.address, |address| address.to_canonical()), is_https }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_believed_only_where_there_is_one_and_only_about_its_own_client() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "1.2.3.4, 5.6.7.8".parse().expect("a value"));
        headers.append("x-forwarded-proto", "https".parse().expect("a value"));
        let socket: SocketAddr = "10.0.0.9:5000".parse().expect("an address");
        let direct = peer(socket, &headers, false);
        assert_eq!((direct.address, direct.is_https), (IpAddr::from([10, 0, 0, 9]), false));
        let behind = peer(socket, &headers, true);
        assert_eq!((behind.address, behind.is_https), (IpAddr::from([5, 6, 7, 8]), true));
        let mapped: SocketAddr = "[::ffff:10.0.0.9]:5000".parse().expect("an address");
        assert_eq!(
            peer(mapped, &headers, false).address,
            IpAddr::from([10, 0, 0, 9]),
            "one address, one spelling"
        );
    }
}
