//! Ranges of bytes (RFC 9110, section 14): one at a time, which is what players ask for.

use http::HeaderValue;

/// Which stretch of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// All of it; also where what is asked makes no sense, or is several stretches.
    Whole,
    /// From one byte to another, both included.
    Part(u64, u64),
    /// A stretch that lies behind the end.
    Beyond,
}

/// What a `Range` header asks of so many bytes.
pub fn parse(header: Option<&HeaderValue>, length: u64) -> Range {
    let asked = header.and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("bytes="));
    let Some((first, last)) = asked.and_then(|asked| asked.trim().split_once('-')) else {
        return Range::Whole;
    };
    let number = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten()
    };
    match (first, last) {
        ("", last) => match number(last) {
            None => Range::Whole,
            Some(0) => Range::Beyond,
            Some(_) if length == 0 => Range::Beyond,
            Some(count) => Range::Part(length.saturating_sub(count), length - 1),
        },
        (first, last) => {
            let Some(first) = number(first) else { return Range::Whole };
            let last = if last.is_empty() { Some(u64::MAX) } else { number(last) };
            match last {
                Some(last) if last >= first && first < length => Range::Part(first, last.min(length - 1)),
                Some(last) if last >= first => Range::Beyond,
                _ => Range::Whole,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let asked = |text: &'static str| parse(Some(&HeaderValue::from_static(text)), 100);
        assert_eq!(asked("bytes=0-9"), Range::Part(0, 9));
        assert_eq!(asked("bytes=90-"), Range::Part(90, 99));
        assert_eq!(asked("bytes=90-1000"), Range::Part(90, 99), "as far as there is something");
        assert_eq!(asked("bytes=-10"), Range::Part(90, 99), "the last ten");
        assert_eq!(asked("bytes=-1000"), Range::Part(0, 99));
        assert_eq!(asked("bytes=100-"), Range::Beyond);
        assert_eq!(asked("bytes=-0"), Range::Beyond);
        for nonsense in ["bytes=9-0", "bytes=a-b", "bytes=", "items=0-9", "bytes=0-1,5-6", "bytes=+1-2"] {
            assert_eq!(asked(nonsense), Range::Whole, "{nonsense}");
        }
        assert_eq!(parse(None, 100), Range::Whole);
        assert_eq!(parse(Some(&HeaderValue::from_static("bytes=-5")), 0), Range::Beyond, "of an empty file");
    }
}
