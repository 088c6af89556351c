//! Lists the files of the sample project and of the models that come with the program, so that it carries them inside.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let assets = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("../../assets");
    embed(&assets.join("sample"), &["items.jsonl", "images"], "sample_files.rs")?;
    let mut models: Vec<String> = fs::read_dir(assets.join("models"))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    models.sort();
    embed(&assets.join("models"), &models.iter().map(String::as_str).collect::<Vec<_>>(), "model_files.rs")
}

/// Writes a list of what lies below a folder under some names.
fn embed(folder: &Path, names: &[&str], list_name: &str) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for below in names {
        list(&folder.join(below), below, &mut files)?;
    }
    files.sort();
    let mut code = String::from("&[\n");
    for (name, path) in files {
        println!("cargo::rerun-if-changed={}", path.display());
        let path =
            path.canonicalize()?.into_os_string().into_string().map_err(|_| io::Error::other("not UTF-8"))?;
        let _ = writeln!(code, "    ({name:?}, include_bytes!({path:?})),");
    }
    code.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join(list_name), code)
}

fn list(path: &Path, name: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if path.is_file() {
        files.push((name.to_owned(), path.to_owned()));
    } else if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            list(&entry.path(), &format!("{name}/{}", entry.file_name().to_string_lossy()), files)?;
        }
    }
    Ok(())
}
