//! The colour profile of a TIFF's first picture: tag 34675 of its first directory (ICC.1, annex B.4).
//!
//! The decoder of `image` does not hand out what is there in every file. Only where the profile lies is read here;
//! a directory that leads nowhere has no profile.

const ICC_PROFILE: u16 = 34_675;

/// The profile's bytes.
pub(crate) fn of(tiff: &[u8]) -> Option<&[u8]> {
    let is_big_endian = tiff.starts_with(b"MM");
    let short = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(if is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let long = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        Some(if is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) } as usize)
    };
    let huge = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk()?;
        let value = if is_big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) };
        usize::try_from(value).ok()
    };
    // 42 has places of four bytes, 43 of eight.
    let is_big = short(2)? == 43;
    let (directory, count, first, entry_bytes) = if is_big {
        let directory = huge(8)?;
        (directory, huge(directory)?, 8, 20)
    } else {
        let directory = long(4)?;
        (directory, usize::from(short(directory)?), 2, 12)
    };
    let mut at = directory.checked_add(first)?;
    for _ in 0..count.min(tiff.len() / entry_bytes) {
        if short(at)? == ICC_PROFILE {
            let (length, start) =
                if is_big { (huge(at + 4)?, huge(at + 12)?) } else { (long(at + 4)?, long(at + 8)?) };
            return tiff.get(start..start.checked_add(length)?);
        }
        at = at.checked_add(entry_bytes)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_in_every_order_of_bytes_and_hostile_places_are_none() {
        let little = b"II*\0\x08\0\0\0\x01\0\x73\x87\x07\0\x03\0\0\0\x16\0\0\0abc";
        assert_eq!(of(little), Some(&b"abc"[..]));
        let big = b"MM\0*\0\0\0\x08\0\x01\x87\x73\0\x07\0\0\0\x03\0\0\0\x16abc";
        assert_eq!(of(big), Some(&b"abc"[..]));
        for cut in 0..big.len() {
            assert_eq!(of(&big[..cut]), None, "{cut}");
        }
        let mut far = *big;
        far[18..22].fill(0xFF);
        assert_eq!(of(&far), None);
        far[4..8].fill(0xFF);
        assert_eq!(of(&far), None);
    }
}
