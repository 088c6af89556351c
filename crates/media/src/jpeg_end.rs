//! Whether a JPEG file is whole.
//!
//! The decoder paints what is missing of a cut-off file in grey and says nothing; people would then judge
//! the grey. So the markers are walked (ITU T.81, annex B): a whole file has an end-of-image marker after
//! its scans.

/// Whether the file reaches its end-of-image marker.
pub(crate) fn reaches_its_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // Inside a scan FF is followed by 00, between its parts by D0 to D7, and it may be repeated as padding.
        let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF)) else {
            return false;
        };
        at += offset;
        let Some(marker) = bytes.get(at + 1) else { return false };
        match marker {
            0xD9 => return true,
            0xFF => at += 1,
            0x00 | 0x01 | 0xD0..=0xD8 => at += 2,
            _ => {
                let Some(length) = bytes.get(at + 2..at + 4) else { return false };
                at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnails_end_is_not_the_files() {
        let thumbnail =
            [0xFF, 0xD8, 0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9, 0xFF, 0xDA, 0, 2, 7, 0xFF, 0, 8];
        assert!(!reaches_its_end(&thumbnail));
        assert!(reaches_its_end(&[&thumbnail[..], &[0xFF, 0xD0, 9, 0xFF, 0xFF, 0xD9, 1, 2]].concat()));
        assert!(!reaches_its_end(&[0xFF]));
        assert!(!reaches_its_end(&[0xFF, 0xD8, 0xFF, 0xE0, 0xFF]));
    }
}
