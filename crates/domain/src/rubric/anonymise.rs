//! Words that give a model away, and that a study hides from its annotators.
//!
//! Nothing stored or exported changes by it: the words are hidden where texts are shown. Answers keep the
//! version of the rubric they were given under, and with it what was hidden from whoever gave them.

use serde::{Deserialize, Serialize};

use super::RubricFault;

/// What is hidden, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Anonymise {
    /// Words and phrases, hidden as whole words in any case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Whether the known names of models and of those who make them are hidden too ([`KNOWN_NAMES`]).
    #[serde(default)]
    pub known_names: bool,
    /// Whether they are hidden in the prompt and in references as well as in candidates.
    #[serde(default)]
    pub in_prompt: bool,
}

/// More words, or longer ones, are no list that anybody wrote.
const MOST_WORDS: usize = 1_000;
const MOST_CHARACTERS: usize = 200;

/// Names of models and of those who make them. Left out are names that are common words as well, such as
/// "Command", "Nova" and "Meta": a study that wants them hidden names them itself.
pub const KNOWN_NAMES: &[&str] = &[
    "Alibaba Cloud",
    "Allen Institute for AI",
    "Alpaca",
    "Amazon Titan",
    "Anthropic",
    "Baichuan",
    "Baidu",
    "Bard",
    "BigScience",
    "BLOOMZ",
    "ByteDance",
    "ChatGLM",
    "ChatGPT",
    "Claude",
    "CodeLlama",
    "Code Llama",
    "Codestral",
    "Cohere",
    "Copilot",
    "DALL-E",
    "DALL·E",
    "Databricks",
    "DBRX",
    "DeepMind",
    "DeepSeek",
    "Dolly",
    "Doubao",
    "ERNIE",
    "ERNIE Bot",
    "Falcon-7B",
    "Falcon-40B",
    "Falcon-180B",
    "FLAN-T5",
    "Gemini",
    "Gemma",
    "GLM-4",
    "Google AI",
    "Google Bard",
    "Google DeepMind",
    "Google Gemini",
    "GPT",
    "GPT-2",
    "GPT-3",
    "GPT-3.5",
    "GPT-4",
    "GPT-4o",
    "GPT-4.1",
    "GPT-5",
    "GPT-J",
    "GPT-NeoX",
    "GPT3",
    "GPT4",
    "Granite-13B",
    "Grok",
    "Guanaco",
    "Hunyuan",
    "InternLM",
    "Jurassic-2",
    "Kimi",
    "Koala-13B",
    "LaMDA",
    "LLaMA",
    "Llama 2",
    "Llama 3",
    "Llama 4",
    "Llama2",
    "Llama3",
    "Megatron",
    "Meta AI",
    "Meta Llama",
    "Microsoft Copilot",
    "Midjourney",
    "MiniMax",
    "Mistral",
    "Mistral AI",
    "Mixtral",
    "Moonshot AI",
    "MosaicML",
    "MPT-7B",
    "MPT-30B",
    "Nemotron",
    "OLMo",
    "OpenAI",
    "OpenAssistant",
    "Open Assistant",
    "OpenChat",
    "PaLM 2",
    "Perplexity AI",
    "Phi-2",
    "Phi-3",
    "Phi-4",
    "Pi AI",
    "Pythia",
    "Qwen",
    "Qwen2",
    "Qwen2.5",
    "Qwen3",
    "QwQ",
    "Sora",
    "SOLAR-10.7B",
    "Stability AI",
    "Stable Diffusion",
    "StableLM",
    "StarCoder",
    "Tongyi Qianwen",
    "Tülu",
    "Vicuna",
    "WizardLM",
    "xAI",
    "Yi-34B",
    "Zephyr-7B",
    "Zhipu AI",
    "EXAONE",
    "GigaChat",
    "HyperCLOVA",
    "Tencent",
    "YandexGPT",
    "ГигаЧат",
    "Яндекс",
    "チャットGPT",
    "クロード",
    "零一万物",
    "月之暗面",
    "混元",
    "深度求索",
    "百川大模型",
    "百川智能",
    "百度",
    "智谱",
    "智谱清言",
    "書生浦語",
    "书生·浦语",
    "书生浦语",
    "腾讯",
    "豆包",
    "讯飞星火",
    "通义",
    "通义千问",
    "千问",
    "文心一言",
    "文心大模型",
    "阿里云",
    "阶跃星辰",
    "字节跳动",
    "盘古大模型",
    "챗GPT",
    "챗지피티",
    "클로드",
    "클로바",
    "하이퍼클로바",
];

impl Anonymise {
    /// What is wrong with it: at most one fault for the list.
    pub(super) fn fault(&self) -> Option<RubricFault> {
        let fault = |what: String, hint: &str| {
            Some(RubricFault { question: None, field: "anonymise", what, hint: hint.to_owned() })
        };
        if self.words.len() > MOST_WORDS {
            let what = format!("{} words are to be hidden, and {MOST_WORDS} can be", self.words.len());
            return fault(what, "leave out what no text says");
        }
        if let Some(at) = self.words.iter().position(|word| word.trim().is_empty()) {
            return fault(format!("word {} to be hidden is empty", at + 1), "leave it out");
        }
        if let Some(long) = self.words.iter().find(|word| word.chars().count() > MOST_CHARACTERS) {
            let begins: String = long.chars().take(40).collect();
            let what =
                format!("a word to be hidden is longer than {MOST_CHARACTERS} characters: \"{begins}…\"");
            return fault(what, "write the words that give a model away, and not the passage around them");
        }
        if self.words.is_empty() && !self.known_names {
            return fault(
                "nothing is to be hidden".to_owned(),
                "write words = [\"…\"] or known_names = true, or leave [anonymise] out",
            );
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_known_name_is_there_once() {
        let names: HashSet<String> = KNOWN_NAMES.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(names.len(), KNOWN_NAMES.len());
        assert!(KNOWN_NAMES.iter().all(|name| name.trim() == *name && !name.is_empty()));
    }

    #[test]
    fn a_list_that_hides_nothing_or_too_much_is_a_fault() {
        let of = |words: Vec<String>| Anonymise { words, ..Anonymise::default() };
        assert!(of(vec!["GPT".into()]).fault().is_none());
        assert!(of(Vec::new()).fault().is_some());
        assert!(Anonymise { known_names: true, ..Anonymise::default() }.fault().is_none());
        let fault = of(vec!["a".into(), " ".into()]).fault().expect("an empty word");
        assert_eq!(fault.what, "word 2 to be hidden is empty");
        assert!(of(vec!["x".repeat(201)]).fault().is_some());
        assert!(of(vec!["x".into(); 1_001]).fault().is_some());
    }
}
