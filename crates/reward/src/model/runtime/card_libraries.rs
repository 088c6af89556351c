//! The libraries of NVIDIA that the CUDA provider wants, where Python packages hold them.
//!
//! `pip install onnxruntime-gpu[cuda,cudnn]` puts them into folders that the system's loader does not look at. Loaded
//! beforehand by their paths, they are found by their names. Where they are installed for the whole system, there
//! is nothing to do here.

use std::path::{Path, PathBuf};

/// Beginnings of names, in the order in which one wants another.
const IN_ORDER: [&str; 9] = [
    "libcudart.so",
    "libnvJitLink.so",
    "libnvrtc.so",
    "libcublasLt.so",
    "libcublas.so",
    "libcufft.so",
    "libcurand.so",
    "libcudnn.so",
    "libnvinfer.so",
];

/// Loads what lies in the packages beside a library of ONNX Runtime. What cannot be loaded is left: the provider
/// then says itself what it lacks.
pub(super) fn load_beside(library: &Path) {
    for path in beside(library) {
        load(&path);
    }
}

/// The files to load, in order.
fn beside(library: &Path) -> Vec<PathBuf> {
    let Some(capi) = library.parent() else { return Vec::new() };
    if !capi.join("libonnxruntime_providers_cuda.so").is_file() {
        return Vec::new();
    }
    let Some(packages) = capi.parent().and_then(Path::parent) else { return Vec::new() };
    let folders =
        |root: PathBuf| std::fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    let nvidia: Vec<PathBuf> = folders(packages.join("nvidia")).map(|package| package.join("lib")).collect();
    let places = nvidia.into_iter().chain([packages.join("tensorrt_libs")]);
    let mut files: Vec<PathBuf> = places.flat_map(folders).collect();
    files.sort();
    let name =
        |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let of_library = |start: &&str| -> Vec<PathBuf> {
        files.iter().filter(|path| name(path).starts_with(*start)).cloned().collect()
    };
    IN_ORDER.iter().flat_map(of_library).collect()
}

#[expect(unsafe_code, reason = "NVIDIA's libraries are loaded ahead of the provider that wants them")]
fn load(path: &Path) {
    if super::library_file::fault(path).is_some() {
        return;
    }
    // SAFETY: the file is a whole library by its header, of a package that the provider names as its own need.
    match unsafe { libloading::Library::new(path) } {
        // It must stay for as long as the provider.
        Ok(library) => std::mem::forget(library),
        Err(error) => tracing::debug!(path = %path.display(), %error, "not loaded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_come_before_those_that_want_them_and_only_where_there_is_cuda() {
        let root = tempfile::tempdir().unwrap();
        let file = |path: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, b"").unwrap();
        };
        file("onnxruntime/capi/libonnxruntime.so.1.24.0");
        file("nvidia/cublas/lib/libcublas.so.12");
        file("nvidia/cublas/lib/libcublasLt.so.12");
        file("nvidia/cuda_runtime/lib/libcudart.so.12");
        file("nvidia/cudnn/lib/libcudnn.so.9");
        file("nvidia/nccl/lib/libnccl.so.2");
        let library = root.path().join("onnxruntime/capi/libonnxruntime.so.1.24.0");
        assert!(beside(&library).is_empty(), "a library for the processor wants none");
        file("onnxruntime/capi/libonnxruntime_providers_cuda.so");
        let names: Vec<_> =
            beside(&library).iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["libcudart.so.12", "libcublasLt.so.12", "libcublas.so.12", "libcudnn.so.9"]);
    }
}
