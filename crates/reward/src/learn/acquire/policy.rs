//! The policies, by name, with where each comes from and what it is for.

use serde::{Deserialize, Serialize};

/// Votes after which the default policy has something to go by.
const VOTES_TO_START: usize = 20;

/// What makes a pair worth asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// In the order of the pool.
    FileOrder,
    /// Uniformly, at most one per cluster. The baseline, and the start before there are votes.
    Random,
    /// The smallest expected difference. Fast; competitive where labels are clean.
    Uncertainty,
    /// The greatest mutual information (BALD, Houlsby et al. 2011), each pair for itself.
    Information,
    /// The same, with the head's variance lowered after each pick as if it had been asked: pairs of a batch do not
    /// teach the same thing twice. The default.
    GreedyInformation,
    /// `½ ln(1 + q v)`, lowered alike: D-optimal design (Shen et al. 2025, arXiv 2502.04354).
    DOptimal,
    /// The variance, lowered alike: a design that needs no vote (same source, XtX).
    Variance,
    /// How far the variance of other pairs would fall, `q xᵀΣAΣx / (1 + q v)`, over a sample of the open pool
    /// (V-optimality; EPIG, Bickford Smith et al. 2023, arXiv 2304.08151).
    VOptimal,
    /// `2 p̄ (1 − p̄) ‖x‖`, the expected length of the gradient (Settles 2012, section 3.3).
    GradientLength,
    /// `|σ(xᵀw₁) − σ(xᵀw₂)|` under two draws of the weights.
    ThompsonGap,
    /// The best of a random item under one draw against the best of the rest under another (double Thompson
    /// sampling, Dwaracherla et al. 2024, arXiv 2402.00396): finds the best candidate, not the best head.
    BestOfSet,
    /// The farthest from every pair that was asked (k-center coreset, Sener and Savarese 2018, arXiv 1708.00489).
    Coreset,
    /// `ln I` plus Gumbel noise (stochastic batch BALD, Kirsch et al. 2023, arXiv 2106.12059).
    NoisyInformation,
    /// Information plus the entropy of the prompts asked about (BAL-PM, Melo et al. 2024, arXiv 2406.10023).
    /// Without prompt features it is [`Policy::GreedyInformation`].
    PromptSpread,
    /// `|m| + √v`. Bad for a head's accuracy, good for collecting DPO pairs (ActiveUltraFeedback 2026, arXiv
    /// 2603.09692); to be offered under that name only.
    MaximalGap,
    /// The variance of `σ(Δ)` over several models (METHODS 2.5).
    ModelAgainstModel,
    /// Pairs that have one vote already and are open to whoever is asked, the most surprising first.
    SecondOpinion,
}

impl Policy {
    /// Every policy.
    pub const ALL: [Self; 17] = [
        Self::FileOrder,
        Self::Random,
        Self::Uncertainty,
        Self::Information,
        Self::GreedyInformation,
        Self::DOptimal,
        Self::Variance,
        Self::VOptimal,
        Self::GradientLength,
        Self::ThompsonGap,
        Self::BestOfSet,
        Self::Coreset,
        Self::NoisyInformation,
        Self::PromptSpread,
        Self::MaximalGap,
        Self::ModelAgainstModel,
        Self::SecondOpinion,
    ];

    /// What is used unless somebody chose: random until there are votes, then greedy information.
    pub fn default_after(votes: usize) -> Self {
        if votes < VOTES_TO_START { Self::Random } else { Self::GreedyInformation }
    }

    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::FileOrder => "file_order",
            Self::Random => "random",
            Self::Uncertainty => "uncertainty",
            Self::Information => "information",
            Self::GreedyInformation => "greedy_information",
            Self::DOptimal => "d_optimal",
            Self::Variance => "variance",
            Self::VOptimal => "v_optimal",
            Self::GradientLength => "gradient_length",
            Self::ThompsonGap => "thompson_gap",
            Self::BestOfSet => "best_of_set",
            Self::Coreset => "coreset",
            Self::NoisyInformation => "noisy_information",
            Self::PromptSpread => "prompt_spread",
            Self::MaximalGap => "maximal_gap",
            Self::ModelAgainstModel => "model_against_model",
            Self::SecondOpinion => "second_opinion",
        }
    }

    /// The policy of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_distinct_and_the_default_waits_for_votes() {
        for policy in Policy::ALL {
            assert_eq!(Policy::from_word(policy.word()), Some(policy));
            assert_eq!(serde_json::to_value(policy).unwrap(), policy.word(), "one word in every file");
        }
        assert_eq!(Policy::default_after(0), Policy::Random);
        assert_eq!(Policy::default_after(20), Policy::GreedyInformation);
    }
}
