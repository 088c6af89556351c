//! Where a server may send a download on to.

use reqwest::Url;

use super::network::says_inside;

/// Why a redirect is not followed; nothing if it is. `previous` begins with the address that was asked for.
pub(super) fn objection(previous: &[Url], next: &Url, most: usize) -> Option<String> {
    if previous.len() > most {
        return Some(format!("the server redirects more than {most} times"));
    }
    // Names that lead inside are refused where they are resolved.
    if says_inside(next) && previous.first().is_some_and(|asked| asked.has_host() && !says_inside(asked)) {
        let host = next.host_str().unwrap_or_default();
        return Some(format!("the server redirects into the network of this machine, to {host:?}"));
    }
    match next.scheme() {
        // Whoever asked for a secret line does not expect to be moved to an open one.
        "http" if previous.iter().any(|url| url.scheme() == "https") => {
            Some("the server redirects from https to http".to_owned())
        }
        "http" | "https" => None,
        scheme => Some(format!("the server redirects to a \"{scheme}:\" address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn redirects_stay_secret_and_few() {
        let objection = |previous: &[&str], next: &str| {
            let previous: Vec<Url> = previous.iter().map(|text| url(text)).collect();
            objection(&previous, &url(next), 2)
        };
        assert_eq!(objection(&["https://a/"], "https://b/"), None, "another host may hold the files");
        assert_eq!(objection(&["http://a/"], "https://a/"), None, "a safer line is welcome");
        assert_eq!(objection(&["http://a/"], "http://b/"), None);
        assert!(objection(&["https://a/"], "http://a/").unwrap().contains("from https to http"));
        let detour = objection(&["https://a/", "https://b/"], "http://a/");
        assert!(detour.unwrap().contains("from https to http"), "not by a detour either");
        let metadata = objection(&["https://a/"], "https://169.254.169.254/latest");
        assert!(metadata.unwrap().contains("into the network of this machine"));
        assert!(objection(&["https://a/"], "https://localhost:9/").is_some());
        assert_eq!(objection(&["http://127.0.0.1/"], "http://10.0.0.1/"), None, "the user began inside");
        assert!(objection(&["http://a/"], "file:///etc/passwd").unwrap().contains("\"file:\""));
        assert!(
            objection(&["http://a/", "http://b/", "http://c/"], "http://d/").unwrap().contains("2 times")
        );
    }
}
