//! Embeds the browser interface where it was built, from `assets/web`.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
    let folder = assets.join("web");
    // Watching what is not there would run this at every build; the folder above is always there.
    println!("cargo:rerun-if-changed={}", if folder.is_dir() { folder.display() } else { assets.display() });
    let mut files = Vec::new();
    if env::var_os("CARGO_FEATURE_EMBEDDED").is_some() {
        collect(&folder, &mut files);
    }
    // Whoever reads no Brotli gets the files as they are.
    files.retain(|file| file.extension().is_none_or(|extension| extension != "gz"));
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let name =
            file.strip_prefix(&folder).expect("it was found below").to_string_lossy().replace('\\', "/");
        let path = fs::canonicalize(&file).expect("it was found a moment ago");
        table.push_str(&format!("    ({name:?}, include_bytes!({:?})),\n", path.to_string_lossy()));
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("embedded.rs");
    fs::write(out, table).expect("the build's own folder can be written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
