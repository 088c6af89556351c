//! Telling addresses from paths.

/// Whether it is an http or https address; anything else is a path or is refused.
pub(crate) fn is_address(uri: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| uri.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// The host of an http(s) address, in lower case and without its port; none for paths and for addresses
/// that cannot be understood.
pub fn host_of(uri: &str) -> Option<String> {
    if !is_address(uri) {
        return None;
    }
    reqwest::Url::parse(uri).ok()?.host_str().map(str::to_lowercase)
}

/// The scheme of something that is an address but not http(s): "file", "data", "s3". A colon alone does
/// not make one, since file names may contain it.
pub(crate) fn foreign_scheme(uri: &str) -> Option<&str> {
    const WITHOUT_SLASHES: [&str; 5] = ["data", "file", "blob", "about", "javascript"];
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|next| next.is_ascii_alphanumeric() || "+-.".contains(next));
    let is_address =
        rest.starts_with("//") || WITHOUT_SLASHES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    (is_scheme && is_address && !self::is_address(uri)).then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_those_that_would_be_asked() {
        let host = |uri| host_of(uri);
        assert_eq!(
            host("https://Images.Example.org:8443/a,b%20c.png?x#y").as_deref(),
            Some("images.example.org")
        );
        assert_eq!(host("HTTP://user:secret@example.org").as_deref(), Some("example.org"), "not the user");
        assert_eq!(host("http://[::1]:80/a").as_deref(), Some("[::1]"));
        assert_eq!(host("http://evil.org\\@good.org/").as_deref(), Some("evil.org"), "as browsers read it");
        for none in ["images/a.png", "ftp://example.org/a.png", "https://", "http://a b/", "é"] {
            assert_eq!(host(none), None, "{none}");
        }
    }

    #[test]
    fn colons_in_names_are_no_schemes() {
        assert_eq!(foreign_scheme("run 3: final.png"), None);
        assert_eq!(foreign_scheme("model:v2/a.png"), None);
        assert_eq!(foreign_scheme("https://example.org"), None);
        assert_eq!(foreign_scheme("FILE:///etc/passwd"), Some("FILE"));
        assert_eq!(foreign_scheme("data:image/png;base64,AA"), Some("data"));
        assert_eq!(foreign_scheme("s3://bucket/a.png"), Some("s3"));
    }
}
