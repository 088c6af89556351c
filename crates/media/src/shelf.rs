//! Where a pyramid's tiles lie: in memory, or in a file without a name.
//!
//! A file that has no name is gone with the program however it ends. It takes the memory of large pictures back; the
//! system keeps in memory what of it is looked at.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::{Arc, Mutex},
};

use crate::single_flight::locked;

/// Tiles by their index.
pub(crate) struct Shelf {
    place: Place,
    held_bytes: u64,
}

enum Place {
    /// In memory; those that are not kept are missing.
    Memory(Vec<Option<Arc<[u8]>>>),
    /// In a file, one after the other as they came; where each starts.
    Spilled { file: Mutex<File>, starts: Vec<Option<u64>> },
}

impl Shelf {
    pub(crate) fn in_memory(tile_count: usize) -> Self {
        Self { place: Place::Memory(vec![None; tile_count]), held_bytes: 0 }
    }

    /// In a file without a name in a folder, or where the system puts such things.
    pub(crate) fn spilled(tile_count: usize, folder: Option<&Path>) -> io::Result<Self> {
        let in_folder = folder.map(|folder| {
            std::fs::create_dir_all(folder)?;
            tempfile::tempfile_in(folder)
        });
        let file = match in_folder {
            Some(Ok(file)) => file,
            _ => tempfile::tempfile()?,
        };
        let place = Place::Spilled { file: Mutex::new(file), starts: vec![None; tile_count] };
        Ok(Self { place, held_bytes: 0 })
    }

    pub(crate) fn put(&mut self, index: usize, tile: Vec<u8>) -> io::Result<()> {
        let tile_bytes = tile.len() as u64;
        match &mut self.place {
            Place::Memory(tiles) => tiles[index] = Some(tile.into()),
            Place::Spilled { file, starts } => {
                locked(file).write_all(&tile)?;
                starts[index] = Some(self.held_bytes);
            }
        }
        self.held_bytes += tile_bytes;
        Ok(())
    }

    /// A tile of a number of bytes; none where it was not kept.
    pub(crate) fn get(&self, index: usize, tile_bytes: usize) -> io::Result<Option<Arc<[u8]>>> {
        match &self.place {
            Place::Memory(tiles) => Ok(tiles[index].clone()),
            Place::Spilled { file, starts } => {
                let Some(start) = starts[index] else { return Ok(None) };
                let mut tile = vec![0; tile_bytes];
                let mut file = locked(file);
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(&mut tile)?;
                Ok(Some(tile.into()))
            }
        }
    }

    pub(crate) fn is_spilled(&self) -> bool {
        matches!(self.place, Place::Spilled { .. })
    }

    /// What was put on it, in bytes.
    pub(crate) fn held_bytes(&self) -> u64 {
        self.held_bytes
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tiles_come_back_as_they_were_from_memory_and_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("deeper");
        for mut shelf in [Shelf::in_memory(3), Shelf::spilled(3, Some(&place)).unwrap()] {
            shelf.put(2, vec![7; 5]).unwrap();
            shelf.put(0, vec![9; 3]).unwrap();
            assert_eq!(shelf.get(0, 3).unwrap().as_deref(), Some(&[9; 3][..]));
            assert_eq!(shelf.get(2, 5).unwrap().as_deref(), Some(&[7; 5][..]));
            assert_eq!(shelf.get(1, 4).unwrap(), None);
        }
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0, "the file has no name");
    }
}
