//! Telling addresses from paths.

/// Schemes of web servers.
const WEB: [&str; 2] = ["http", "https"];
/// Schemes of buckets: Amazon S3 and whatever speaks as it does, Google Cloud Storage, Azure Blob Storage.
const BUCKETS: [&str; 7] = ["s3", "s3a", "gs", "az", "azure", "abfs", "abfss"];

/// Whether it is an address of a web server or a bucket; anything else is a path or is refused.
pub fn is_address(uri: &str) -> bool {
    WEB.iter().chain(&BUCKETS).any(|scheme| has_scheme(uri, scheme))
}

/// Whether it is an address of a bucket.
pub(crate) fn is_in_bucket(uri: &str) -> bool {
    BUCKETS.iter().any(|scheme| has_scheme(uri, scheme))
}

fn has_scheme(uri: &str, scheme: &str) -> bool {
    let start = uri.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme));
    start.is_some_and(|start| uri[start.len()..].starts_with("://"))
}

/// The host of a web address, in lower case and without its port, or the scheme and name of a bucket; none for
/// paths and for addresses that cannot be understood.
pub fn host_of(uri: &str) -> Option<String> {
    if !is_address(uri) {
        return None;
    }
    let url = reqwest::Url::parse(uri).ok()?;
    let host = url.host_str()?.to_lowercase();
    Some(if is_in_bucket(uri) { format!("{}://{host}", url.scheme()) } else { host })
}

/// The scheme of something that is an address from which nothing is fetched: "file", "data", "ftp". A colon alone does
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
        assert_eq!(host("S3://Bucket/a.png").as_deref(), Some("s3://bucket"));
        assert_eq!(host("gs://bucket/a/b.png").as_deref(), Some("gs://bucket"));
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
        assert_eq!(foreign_scheme("ftp://host/a.png"), Some("ftp"));
        assert_eq!(foreign_scheme("s3://bucket/a.png"), None);
        assert!(!is_address("s3:/a.png") && !is_address("gsx://a") && !is_address("s3"));
    }
}
