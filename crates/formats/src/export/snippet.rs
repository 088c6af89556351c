//! What stands beside a file so that a trainer or a tool reads it: an entry, a part of a configuration.

use tiebreak_domain::ExportFormat;

use super::axolotl;
use super::judged::Names;
use super::label_studio::config::{self, Shown};
use super::llama_factory::{DatasetColumns, dataset_info};

/// The snippet of a file while the file is being written.
#[derive(Clone, Debug)]
pub struct Snippet {
    kind: Kind,
    lines: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    /// `dataset_info.json` of LLaMA-Factory.
    LlamaFactory(DatasetColumns),
    /// A labeling configuration of Label Studio.
    LabelStudio(Shown),
    /// A part of axolotl's configuration.
    Axolotl(tiebreak_domain::export::AxolotlType),
}

impl Snippet {
    /// The snippet that a format has; none if it has none.
    pub fn of(format: ExportFormat) -> Option<Self> {
        let kind = match format {
            ExportFormat::LlamaFactory => Kind::LlamaFactory(DatasetColumns::default()),
            ExportFormat::LabelStudio => Kind::LabelStudio(Shown::default()),
            ExportFormat::Axolotl(kind) => Kind::Axolotl(kind),
            _ => return None,
        };
        Some(Self { kind, lines: 0 })
    }

    /// What its name ends in.
    pub fn ending(&self) -> &'static str {
        match self.kind {
            Kind::LlamaFactory(_) => "dataset_info.json",
            Kind::LabelStudio(_) => "labeling.xml",
            Kind::Axolotl(_) => "axolotl.yaml",
        }
    }

    /// Takes note of one more line of the file.
    pub fn see(&mut self, line: &str) {
        self.lines += 1;
        match &mut self.kind {
            Kind::LlamaFactory(columns) => columns.see(line),
            Kind::LabelStudio(shown) => shown.see(line),
            Kind::Axolotl(_) => {}
        }
    }

    /// Its text, for a file of this name.
    pub fn text(&self, file_name: &str, names: &Names) -> String {
        let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
        match &self.kind {
            Kind::LlamaFactory(columns) => dataset_info(stem, file_name, *columns),
            Kind::LabelStudio(shown) => config::labeling_config(names, shown),
            Kind::Axolotl(kind) => axolotl::configuration(*kind, file_name),
        }
    }

    /// Why a file of so many bytes cannot be read at once by whom it is for, in a sentence; none if it can.
    pub fn too_large(&self, bytes: u64) -> Option<String> {
        match self.kind {
            Kind::LabelStudio(_) => config::too_large(self.lines, bytes),
            _ => None,
        }
    }
}
