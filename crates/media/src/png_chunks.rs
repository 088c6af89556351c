//! Chunks of a PNG that was made by ourselves or for us: put in, taken out, looked for.

/// The signature of a PNG and its first chunk, the header.
const HEAD_BYTES: usize = 33;
/// What a chunk has besides its body: length, kind and sum.
const FRAME_BYTES: usize = 12;
/// The largest block of a stream that is stored.
const BLOCK_BYTES: usize = 0xFFFF;

/// Puts a chunk behind the header.
pub(crate) fn insert(png: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) {
    if png.len() < HEAD_BYTES {
        return;
    }
    let checked = [&kind[..], body].concat();
    let sum = crc32fast::hash(&checked).to_be_bytes();
    let chunk = [&(body.len() as u32).to_be_bytes()[..], &checked, &sum].concat();
    png.splice(HEAD_BYTES..HEAD_BYTES, chunk);
}

/// Takes all chunks of a kind out that stand before the pixels.
pub(crate) fn remove(png: &mut Vec<u8>, kind: [u8; 4]) {
    while let Some((at, length)) = find(png, kind) {
        png.drain(at..at + length);
    }
}

/// Whether there is a chunk of a kind before the pixels.
pub(crate) fn has(png: &[u8], kind: [u8; 4]) -> bool {
    find(png, kind).is_some()
}

/// Where a chunk of a kind is before the pixels, and how long it is.
fn find(png: &[u8], kind: [u8; 4]) -> Option<(usize, usize)> {
    let mut at = HEAD_BYTES;
    loop {
        let head = png.get(at..)?.first_chunk::<8>()?;
        let body = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let length = body.checked_add(FRAME_BYTES)?;
        let is_whole = at.checked_add(length).is_some_and(|end| end <= png.len());
        match &head[4..] {
            found if *found == kind => return is_whole.then_some((at, length)),
            b"IDAT" => return None,
            _ => at = at.checked_add(length)?,
        }
    }
}

/// Width and height by the header.
pub(crate) fn size(png: &[u8]) -> Option<[u32; 2]> {
    let number = |at: usize| png.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    Some([number(16)?, number(20)?])
}

/// Bytes as a zlib stream that stores them as they are (RFC 1950, 1951).
pub(crate) fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let count = bytes.len().div_ceil(BLOCK_BYTES).max(1);
    for index in 0..count {
        let block = &bytes[index * BLOCK_BYTES..bytes.len().min((index + 1) * BLOCK_BYTES)];
        let length = block.len() as u16;
        stream.push(u8::from(index + 1 == count));
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    stream.extend_from_slice(&(high << 16 | low).to_be_bytes());
    stream
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_put_in_found_and_taken_out() {
        let mut png = vec![7; HEAD_BYTES];
        png.extend([0, 0, 0, 0, b'I', b'D', b'A', b'T', 0, 0, 0, 0]);
        let before = png.clone();
        insert(&mut png, *b"eXIf", b"abc");
        assert!(has(&png, *b"eXIf") && !has(&png, *b"iCCP"));
        remove(&mut png, *b"eXIf");
        assert_eq!(png, before);
    }

    #[test]
    fn what_is_stored_has_the_sum_of_the_standard() {
        // RFC 1950's Adler-32 of "Wikipedia".
        let stream = stored(b"Wikipedia");
        assert_eq!(stream[..7], [0x78, 0x01, 1, 9, 0, 0xF6, 0xFF]);
        assert_eq!(stream[16..], 0x11E6_0398_u32.to_be_bytes());
        assert_eq!(stored(&[1].repeat(70_000)).len(), 2 + 5 + 65_535 + 5 + 4_465 + 4);
    }
}
