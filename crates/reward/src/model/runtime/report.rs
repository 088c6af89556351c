//! The machine report: what runs models here, on what, and what is missing for more.
//!
//! Everything is read when it is asked for; nothing is kept. [`RuntimeReport::lines`] is the text for a terminal
//! or a panel.

use std::path::Path;
use std::process::Command;

use super::{FoundLibrary, Provider, RefusedLibrary, Runtime, RuntimeKind, onnx};

/// A graphics card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What its driver calls it.
    pub name: String,
    /// Its own memory, where its driver says.
    pub memory_bytes: Option<u64>,
}

/// Something that would make models run faster, and how to get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is missing.
    pub what: String,
    /// A command, or what to do.
    pub remedy: String,
}

/// What runs models on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeReport {
    /// Which runtime is used.
    pub runtime: RuntimeKind,
    /// The library, if ONNX Runtime is used.
    pub library: Option<FoundLibrary>,
    /// Libraries that were found and are not used.
    pub refused: Vec<RefusedLibrary>,
    /// What the runtime can use, the best first.
    pub providers: Vec<Provider>,
    /// What a model was found to run on; none where that failed everywhere.
    pub used: Option<Provider>,
    /// What a model was tried on before and did not run on, with what it said.
    pub failed: Vec<(Provider, String)>,
    /// What the library sees, each as "provider: vendor kind".
    pub library_devices: Vec<String>,
    /// NVIDIA cards, by their driver.
    pub nvidia_devices: Vec<Device>,
    /// Processor cores for the program.
    pub cores: usize,
    /// The machine's memory, where the system says.
    pub memory_bytes: Option<u64>,
    /// What is missing.
    pub missing: Vec<Missing>,
}

impl RuntimeReport {
    /// Looks at the machine.
    pub fn of(runtime: &Runtime) -> Self {
        let nvidia_devices = nvidia_devices();
        let providers = runtime.providers();
        let trials = runtime.trials();
        let missing = missing(runtime.library(), runtime.refused(), &providers, &nvidia_devices);
        Self {
            runtime: runtime.kind(),
            library: runtime.library().cloned(),
            refused: runtime.refused().to_vec(),
            library_devices: if runtime.library().is_some() { onnx::devices() } else { Vec::new() },
            used: trials.used,
            failed: trials.failed,
            providers,
            nvidia_devices,
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_bytes: memory_bytes(),
            missing,
        }
    }

    /// The report in lines.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match &self.library {
            Some(library) => {
                lines.push(format!(
                    "Runtime: ONNX Runtime {} at {}",
                    library.version,
                    library.path.display()
                ));
            }
            None => lines.push("Runtime: rten, which is part of the program".to_owned()),
        }
        for refused in &self.refused {
            lines.push(format!("Not used: {}: {}; {}", refused.path.display(), refused.reason, refused.hint));
        }
        let providers: Vec<String> = self.providers.iter().map(ToString::to_string).collect();
        lines.push(format!("Offers: {}", providers.join(", ")));
        lines.push(format!("Runs on: {}", self.used.map_or("nothing".to_owned(), |used| used.to_string())));
        lines.extend(self.failed.iter().map(|(provider, reason)| format!("Not on {provider}: {reason}")));
        lines.extend(self.library_devices.iter().map(|device| format!("Device: {device}")));
        for device in &self.nvidia_devices {
            let memory =
                device.memory_bytes.map_or_else(String::new, |bytes| format!(", {} MiB", bytes >> 20));
            lines.push(format!("NVIDIA card: {}{memory}", device.name));
        }
        let memory =
            self.memory_bytes.map_or_else(String::new, |bytes| format!(", {} MiB of memory", bytes >> 20));
        lines.push(format!("Processor: {} cores{memory}", self.cores));
        lines.extend(
            self.missing.iter().map(|missing| format!("Missing: {}; {}", missing.what, missing.remedy)),
        );
        lines
    }
}

/// What stands between the machine and its fastest way of running models.
fn missing(
    library: Option<&FoundLibrary>,
    refused: &[RefusedLibrary],
    providers: &[Provider],
    nvidia: &[Device],
) -> Vec<Missing> {
    let mut missing = Vec::new();
    let has_gpu_provider = providers.iter().any(|provider| provider.is_gpu());
    let package = if nvidia.is_empty() { "onnxruntime" } else { "onnxruntime-gpu[cuda,cudnn]" };
    match library {
        None if refused.is_empty() => missing.push(Missing {
            what: "no ONNX Runtime library was found, and it is faster than rten".to_owned(),
            remedy: format!("pip install {package}, or set ORT_DYLIB_PATH to its library"),
        }),
        None => missing.push(Missing {
            what: "no ONNX Runtime library that was found can be used".to_owned(),
            remedy: format!("pip install --upgrade {package}"),
        }),
        Some(library) if !nvidia.is_empty() && !providers.contains(&Provider::Cuda) => {
            let names: Vec<&str> = nvidia.iter().map(|device| device.name.as_str()).collect();
            missing.push(Missing {
                what: format!(
                    "there is an NVIDIA card ({}), and the library at {} has no CUDA",
                    names.join(", "),
                    library.path.display()
                ),
                remedy: "pip uninstall onnxruntime, then pip install onnxruntime-gpu[cuda,cudnn]".to_owned(),
            });
        }
        Some(_) => {}
    }
    if library.is_some() && cfg!(target_os = "windows") && nvidia.is_empty() && !has_gpu_provider {
        missing.push(Missing {
            what: "the library has no DirectML, which uses any graphics card".to_owned(),
            remedy: "pip uninstall onnxruntime, then pip install onnxruntime-directml".to_owned(),
        });
    }
    if providers.contains(&Provider::Cuda) && nvidia.is_empty() {
        missing.push(Missing {
            what: "the library has CUDA, and no NVIDIA card or driver was found".to_owned(),
            remedy: "install the driver of the card; without a card, all is well".to_owned(),
        });
    }
    missing
}

/// The NVIDIA cards, by the driver's own tool, or by its files where that is missing.
fn nvidia_devices() -> Vec<Device> {
    let query = ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits"];
    if let Ok(output) = Command::new("nvidia-smi").args(query).output()
        && output.status.success()
    {
        return devices_of_query(&String::from_utf8_lossy(&output.stdout));
    }
    let folders = std::fs::read_dir("/proc/driver/nvidia/gpus").into_iter().flatten().flatten();
    let name = |text: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix("Model:"));
        line.map(|name| Device { name: name.trim().to_owned(), memory_bytes: None })
    };
    folders
        .filter_map(|folder| std::fs::read_to_string(folder.path().join("information")).ok())
        .filter_map(|text| name(&text))
        .collect()
}

/// What is free on the NVIDIA card that has the most room; none where the driver does not say.
pub(super) fn free_card_bytes() -> Option<u64> {
    let query = ["--query-gpu=memory.free", "--format=csv,noheader,nounits"];
    let output =
        Command::new("nvidia-smi").args(query).output().ok().filter(|output| output.status.success())?;
    most_free_bytes(&String::from_utf8_lossy(&output.stdout))
}

/// The largest of lines such as "23034", in MiB.
fn most_free_bytes(text: &str) -> Option<u64> {
    text.lines().filter_map(|line| line.trim().parse::<u64>().ok()).max().map(|mebibytes| mebibytes << 20)
}

/// Lines such as "NVIDIA L4, 23034", with the memory in MiB.
fn devices_of_query(text: &str) -> Vec<Device> {
    let device = |line: &str| {
        let (name, memory) = line.rsplit_once(',')?;
        let memory_bytes = memory.trim().parse::<u64>().ok().map(|mebibytes| mebibytes << 20);
        Some(Device { name: name.trim().to_owned(), memory_bytes })
    };
    text.lines().filter_map(device).collect()
}

/// The machine's memory, where the system says; the usual limit for a model is half of it.
pub fn memory_bytes() -> Option<u64> {
    if Path::new("/proc/meminfo").exists() {
        let text = std::fs::read_to_string("/proc/meminfo").ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        return Some(kibibytes * 1024);
    }
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "windows") {
        (
            "powershell",
            &["-NoProfile", "-Command", "(Get-CimInstance Win32_ComputerSystem).TotalPhysicalMemory"],
        )
    } else {
        ("sysctl", &["-n", "hw.memsize"])
    };
    let output = Command::new(program).args(arguments).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn library() -> FoundLibrary {
        FoundLibrary { path: PathBuf::from("/lib/libonnxruntime.so"), version: "1.24.0".to_owned() }
    }

    #[test]
    fn what_is_missing_for_a_card_is_told_with_the_command() {
        let card = devices_of_query("NVIDIA GeForce RTX 3060, 12288\n");
        assert_eq!(card[0].memory_bytes, Some(12_288 << 20));
        assert_eq!(most_free_bytes("2034\n 11034 \n[N/A]\n"), Some(11_034 << 20));
        assert_eq!(most_free_bytes("[Not Supported]\n"), None);
        let told = missing(Some(&library()), &[], &[Provider::Cpu], &card);
        assert!(told[0].what.contains("RTX 3060") && told[0].remedy.contains("onnxruntime-gpu"), "{told:?}");
        let told = missing(Some(&library()), &[], &[Provider::Cuda, Provider::Cpu], &card);
        assert!(told.is_empty(), "a card that is used lacks nothing: {told:?}");
        let told = missing(None, &[], &[Provider::Cpu], &[]);
        assert!(told[0].remedy.starts_with("pip install onnxruntime,"), "{told:?}");
        let told = missing(Some(&library()), &[], &[Provider::Cuda, Provider::Cpu], &[]);
        assert!(told[0].what.contains("no NVIDIA card"), "{told:?}");
    }
}
