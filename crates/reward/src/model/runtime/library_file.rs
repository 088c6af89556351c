//! A look at a library's file before the system is asked to load it.
//!
//! Loading a file that was cut off can kill the process (the loader maps pages that are not there), so its header
//! is held against its length. This says nothing of what the library does; it only turns away what cannot be one.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Why a file cannot be a library of this system; none if it may be one.
pub(super) fn fault(path: &Path) -> Option<String> {
    let (mut head, length) = match head(path) {
        Ok(read) => read,
        Err(error) => return Some(format!("the file cannot be read: {error}")),
    };
    if head.len() < 64 {
        return Some(format!("the file has only {length} bytes"));
    }
    if cfg!(target_os = "windows") {
        return (!head.starts_with(b"MZ")).then(|| "the file is no Windows library".to_owned());
    }
    if cfg!(target_os = "macos") {
        let magic = u32::from_le_bytes(head[..4].try_into().expect("64 bytes were read"));
        let is_library = matches!(magic, 0xfeed_facf | 0xbeba_feca | 0xbfba_feca);
        return (!is_library).then(|| "the file is no library of macOS".to_owned());
    }
    if !head.starts_with(b"\x7fELF") {
        return Some("the file is no library of this system".to_owned());
    }
    if head[4] != 2 || head[5] != 1 {
        return Some("the library is for another kind of processor".to_owned());
    }
    elf_fault(&mut head, length)
}

/// The first bytes of a file, and its length.
fn head(path: &Path) -> std::io::Result<(Vec<u8>, u64)> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = Vec::new();
    file.take(64 * 1024).read_to_end(&mut head)?;
    Ok((head, length))
}

/// Every segment that is loaded must lie within the file.
fn elf_fault(head: &mut [u8], length: u64) -> Option<String> {
    let word =
        |at: usize| head.get(at..at + 8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("8 bytes")));
    let half =
        |at: usize| head.get(at..at + 2).map(|bytes| u16::from_le_bytes(bytes.try_into().expect("2 bytes")));
    let table = word(32).and_then(|at| usize::try_from(at).ok());
    let (Some(table), Some(size), Some(count)) = (table, half(54), half(56)) else {
        return Some("the library has no header".to_owned());
    };
    for segment in 0..usize::from(count) {
        let at = table.saturating_add(segment * usize::from(size));
        let (Some(offset), Some(held)) = (word(at.saturating_add(8)), word(at.saturating_add(32))) else {
            return Some("the library's header leads nowhere".to_owned());
        };
        if offset.saturating_add(held) > length {
            return Some(format!("the library is cut off after {length} bytes"));
        }
    }
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_was_cut_off_is_seen_and_a_whole_one_is_not_turned_away() {
        let folder = tempfile::tempdir().unwrap();
        let whole = std::env::current_exe().unwrap();
        assert_eq!(fault(&whole), None, "this test is a whole file of the same format");
        let cut = folder.path().join("libonnxruntime.so");
        let mut bytes = std::fs::read(&whole).unwrap();
        bytes.truncate(8192);
        std::fs::write(&cut, &bytes).unwrap();
        assert!(fault(&cut).unwrap().contains("cut off"), "{:?}", fault(&cut));
        std::fs::write(&cut, vec![b'#'; 200]).unwrap();
        assert!(fault(&cut).unwrap().contains("no library"), "{:?}", fault(&cut));
        std::fs::write(&cut, b"").unwrap();
        assert!(fault(&cut).is_some(), "an empty file");
    }
}
