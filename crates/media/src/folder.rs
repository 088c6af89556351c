//! The folder a source's media may come from, and nothing outside it: on this disk, in a bucket, or at a web server.
//!
//! The data is from strangers: a path in it must not show the annotator's own files. Both the folder and
//! the file are resolved, symbolic links included, before they are compared.

use std::path::{Path, PathBuf};

use crate::{
    address::{foreign_scheme, is_address},
    error::MediaError,
    problem::Problem,
};

/// Where a source's images may come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFolder {
    place: Place,
    fetches_addresses: bool,
    pictures_per_second: u16,
}

/// How many numbered pictures a second are shown where nothing is said.
const USUAL_PICTURES_PER_SECOND: u16 = 25;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Nowhere,
    Folder(PathBuf),
    /// An address that ends in `/`.
    Address(String),
}

/// Where an image is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Located {
    /// An existing file, resolved, below the folder.
    File(PathBuf),
    /// An address of a web server or a bucket that may be fetched.
    Address(String),
}

impl MediaFolder {
    /// A folder, if paths are allowed, and whether addresses are.
    pub fn new(folder: Option<PathBuf>, fetches_addresses: bool) -> Self {
        Self::of(folder.map_or(Place::Nowhere, Place::Folder), fetches_addresses)
    }

    /// A folder at an address (`s3://bucket/folder`, `https://host/folder`): relative paths are looked for below it.
    /// Who made it the folder of a source has allowed fetching from there.
    pub fn at_address(address: &str, fetches_addresses: bool) -> Self {
        let address = format!("{}/", address.trim_end_matches('/'));
        Self::of(Place::Address(address), fetches_addresses)
    }

    fn of(place: Place, fetches_addresses: bool) -> Self {
        Self { place, fetches_addresses, pictures_per_second: USUAL_PICTURES_PER_SECOND }
    }

    /// Numbered pictures in it are shown so many a second, at least one.
    pub fn at_rate(self, pictures_per_second: u16) -> Self {
        Self { pictures_per_second: pictures_per_second.max(1), ..self }
    }

    /// How many numbered pictures a second are shown.
    pub(crate) fn pictures_per_second(&self) -> u16 {
        self.pictures_per_second
    }

    /// Finds an image by what the data calls it: a path relative to the folder, an absolute path below it,
    /// or an http(s) address. Characters such as `%` and `,` stand for themselves.
    pub fn locate(&self, uri: &str) -> Result<Located, MediaError> {
        self.find(uri).map_err(|problem| MediaError::new(uri, problem))
    }

    /// Finds a folder below it, as [`MediaFolder::locate`] finds a file; `.` is the media folder itself.
    pub fn locate_folder(&self, uri: &str) -> Result<PathBuf, MediaError> {
        let found = self
            .find_path(uri)
            .and_then(|path| if path.is_dir() { Ok(path) } else { Err(Problem::NotFound) });
        found.map_err(|problem| MediaError::new(uri, problem))
    }

    fn find(&self, uri: &str) -> Result<Located, Problem> {
        if is_address(uri) {
            let located = Located::Address(uri.to_owned());
            let is_allowed = self.fetches_addresses || self.is_below(uri);
            return if is_allowed { Ok(located) } else { Err(Problem::AddressesOff) };
        }
        if let Place::Address(base) = &self.place {
            refuse_what_is_no_path(uri)?;
            if uri.starts_with(['/', '\\']) {
                return Err(Problem::Outside);
            }
            return Ok(Located::Address(format!("{base}{}", written_in_address(uri))));
        }
        let path = self.find_path(uri)?;
        if path.is_file() { Ok(Located::File(path)) } else { Err(Problem::NotAFile) }
    }

    /// Whether an address is below the folder's own. Dots lead nowhere: an address with some is not below.
    fn is_below(&self, uri: &str) -> bool {
        let Place::Address(base) = &self.place else { return false };
        uri.strip_prefix(base.as_str()).is_some_and(|below| {
            let plain =
                below.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
            !plain.split(['/', '\\']).any(|segment| segment == "..")
        })
    }

    fn find_path(&self, uri: &str) -> Result<PathBuf, Problem> {
        refuse_what_is_no_path(uri)?;
        let folder = match &self.place {
            Place::Folder(folder) => folder.as_path(),
            Place::Nowhere => return Err(Problem::NoFolder),
            Place::Address(_) => return Err(Problem::NotFound),
        };
        let folder = folder
            .canonicalize()
            .map_err(|_| Problem::FolderMissing { folder: folder.display().to_string() })?;
        match resolve(&folder, uri) {
            // Data written on Windows names `images\1.png`.
            Err(Problem::NotFound) if uri.contains('\\') => resolve(&folder, &uri.replace('\\', "/")),
            other => other,
        }
    }
}

/// A path as it is written in an address, its characters standing for themselves.
fn written_in_address(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.trim_start_matches("./");
    let mut written = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~!$&'()*+,;=:@".contains(&byte) {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    written
}

fn resolve(folder: &Path, path: &str) -> Result<PathBuf, Problem> {
    // An absolute path is not found "missing" outside the folder: whether a stranger's guess exists is not
    // for the data to learn.
    if Path::new(path).is_absolute() && !below(folder, Path::new(path)) {
        return Err(Problem::Outside);
    }
    let path = folder.join(path).canonicalize().map_err(Problem::from_io)?;
    if path.starts_with(folder) { Ok(path) } else { Err(Problem::Outside) }
}

/// Whether an absolute path, which may be spelled through symbolic links, lies below a resolved folder.
fn below(folder: &Path, path: &Path) -> bool {
    path.ancestors().skip(1).any(|above| above == folder || above.canonicalize().is_ok_and(|it| it == folder))
}

fn refuse_what_is_no_path(uri: &str) -> Result<(), Problem> {
    let no_path = |why: &str| Err(Problem::NotAPath { why: why.to_owned() });
    if uri.trim().is_empty() {
        return no_path("an empty text");
    }
    if uri.contains('\0') {
        return no_path("a text with a zero byte");
    }
    if let Some(scheme) = foreign_scheme(uri) {
        return no_path(&format!("a \"{scheme}:\" address"));
    }
    if uri.starts_with("//") || uri.starts_with("\\\\") {
        return no_path("a network share");
    }
    let bytes = uri.as_bytes();
    if bytes.len() > 1 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && !allowed_here(uri) {
        return no_path("a path with a drive letter");
    }
    if uri.split(['/', '\\']).any(|segment| segment == "..") {
        return Err(Problem::Outside);
    }
    Ok(())
}

/// On Windows an absolute path has a drive letter, and is then compared with the folder like any other.
fn allowed_here(uri: &str) -> bool {
    cfg!(windows) && Path::new(uri).is_absolute()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn made() -> (tempfile::TempDir, MediaFolder, PathBuf) {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("media");
        fs::create_dir_all(folder.join("sub")).unwrap();
        for name in ["media/a.png", "media/50%,20 it's.png", "media/sub/b.png", "secret.png"] {
            fs::write(outer.path().join(name), b"x").unwrap();
        }
        let media = MediaFolder::new(Some(folder.clone()), false);
        let resolved = folder.canonicalize().unwrap();
        (outer, media, resolved)
    }

    fn problem(media: &MediaFolder, uri: &str) -> Problem {
        media.locate(uri).unwrap_err().problem
    }

    #[test]
    fn paths_inside_are_found_as_written() {
        let (_outer, media, folder) = made();
        for (uri, file) in [
            ("a.png", "a.png"),
            ("./a.png", "a.png"),
            ("50%,20 it's.png", "50%,20 it's.png"),
            ("sub/b.png", "sub/b.png"),
            ("sub\\b.png", "sub/b.png"),
        ] {
            assert_eq!(media.locate(uri).unwrap(), Located::File(folder.join(file)), "{uri}");
        }
        let absolute = folder.join("sub/b.png");
        assert_eq!(media.locate(absolute.to_str().unwrap()).unwrap(), Located::File(absolute));
        assert!(matches!(problem(&media, "a%2Epng"), Problem::NotFound), "percent signs are not decoded");
    }

    #[test]
    fn nothing_outside_is_found() {
        let (outer, media, _folder) = made();
        let secret = outer.path().join("secret.png");
        for uri in [
            "../secret.png",
            "sub/../../secret.png",
            "sub/../a.png",
            "..\\secret.png",
            secret.to_str().unwrap(),
            "/etc/passwd",
            "/no/such/file",
        ] {
            assert!(matches!(problem(&media, uri), Problem::Outside), "{uri}: {}", problem(&media, uri));
        }
        for uri in [
            "file:///etc/passwd",
            "ftp://a/b",
            "data:image/png;base64,AA",
            "a\0.png",
            "",
            "C:\\a.png",
            "c:a",
            "\\\\h\\s\\a.png",
            "//h/s/a.png",
        ] {
            assert!(matches!(problem(&media, uri), Problem::NotAPath { .. }), "{uri}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_only_inside() {
        let (outer, media, folder) = made();
        let link = |to: PathBuf, name: &str| std::os::unix::fs::symlink(to, folder.join(name)).unwrap();
        link(outer.path().join("secret.png"), "out.png");
        link(outer.path().to_owned(), "up");
        link(folder.join("a.png"), "in.png");
        link(folder.join("gone.png"), "dangling.png");
        assert!(matches!(problem(&media, "out.png"), Problem::Outside));
        assert!(matches!(problem(&media, "up/secret.png"), Problem::Outside));
        assert!(matches!(problem(&media, "dangling.png"), Problem::NotFound));
        assert_eq!(media.locate("in.png").unwrap(), Located::File(folder.join("a.png")));
        let through_link = MediaFolder::new(Some(folder.join("up/media")), false);
        assert_eq!(through_link.locate("a.png").unwrap(), Located::File(folder.join("a.png")));
        let spelled = folder.join("up/media/a.png");
        assert_eq!(
            through_link.locate(spelled.to_str().unwrap()).unwrap(),
            Located::File(folder.join("a.png"))
        );
    }

    #[test]
    fn what_is_missing_is_told_apart() {
        let (outer, media, _folder) = made();
        assert!(matches!(problem(&media, "nope.png"), Problem::NotFound));
        assert!(matches!(problem(&media, "sub"), Problem::NotAFile));
        let gone = MediaFolder::new(Some(outer.path().join("gone")), true);
        assert!(matches!(problem(&gone, "a.png"), Problem::FolderMissing { .. }));
        assert!(matches!(problem(&MediaFolder::new(None, true), "a.png"), Problem::NoFolder));
    }

    /// What is not UTF-8 cannot be named by the data, and does no harm where it lies.
    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_no_text_are_missing_and_harm_nobody() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let (_outer, media, folder) = made();
        fs::write(folder.join(OsStr::from_bytes(b"caf\xE9.png")), b"x").unwrap();
        fs::write(folder.join("a,b;c=\"d\".png"), b"x").unwrap();
        assert!(matches!(problem(&media, "caf\u{FFFD}.png"), Problem::NotFound));
        assert!(matches!(problem(&media, "café.png"), Problem::NotFound));
        let named = media.locate("a,b;c=\"d\".png").unwrap();
        assert_eq!(named, Located::File(folder.join("a,b;c=\"d\".png")));
    }

    #[test]
    fn a_folder_may_be_at_an_address() {
        let media = MediaFolder::at_address("s3://bucket/set 1/", false);
        let found = |uri: &str| media.locate(uri).unwrap();
        let address = |address: &str| Located::Address(address.to_owned());
        assert_eq!(found("a/50% ?#é.png"), address("s3://bucket/set 1/a/50%25%20%3F%23%C3%A9.png"));
        assert_eq!(found("./a\\b.png"), address("s3://bucket/set 1/a/b.png"));
        assert_eq!(found("s3://bucket/set 1/a.png"), address("s3://bucket/set 1/a.png"));
        for elsewhere in
            ["s3://bucket/other/a.png", "s3://bucket/set 1/%2E./a.png", "https://example.org/a.png"]
        {
            assert!(matches!(problem(&media, elsewhere), Problem::AddressesOff), "{elsewhere}");
        }
        for outside in ["../a.png", "/a.png", "a/../../b.png"] {
            assert!(matches!(problem(&media, outside), Problem::Outside), "{outside}");
        }
        assert!(matches!(problem(&media, "ftp://host/a.png"), Problem::NotAPath { .. }));
        assert!(media.locate_folder("frames").is_err());
    }

    #[test]
    fn addresses_need_leave() {
        let (_outer, media, folder) = made();
        let uri = "HTTPS://example.org/a,b.png";
        assert!(matches!(problem(&media, uri), Problem::AddressesOff));
        let fetching = MediaFolder::new(Some(folder), true);
        assert_eq!(fetching.locate(uri).unwrap(), Located::Address(uri.to_owned()));
    }
}
