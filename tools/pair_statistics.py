"""What a card says of a scorer: how often it agrees with people, and how sure one can be of that.

Pairs that share a prompt are not independent, so intervals come from resampling prompts, not pairs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

RESAMPLES = 10_000


def fold_of(prompt: str, folds: int) -> int:
    """Which fold a prompt is in; the same prompt is always in the same one."""
    return int(hashlib.sha256(prompt.encode("utf-8")).hexdigest(), 16) % folds


@dataclass(frozen=True)
class Share:
    """A share of pairs, or a difference of shares, with its 95 % interval."""

    share: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.share:.3f} ({self.low:.3f} to {self.high:.3f})"

    def signed(self) -> str:
        """As a difference is written."""
        return f"{self.share:+.3f} ({self.low:+.3f} to {self.high:+.3f})"


def hits(margins: np.ndarray) -> np.ndarray:
    """1 where the preferred one has the higher score, 0 where the other has, half where they are equal."""
    return np.where(margins > 0, 1.0, np.where(margins < 0, 0.0, 0.5))


def mean_over_prompts(values: np.ndarray, prompts: list[str]) -> Share:
    """The mean of one value per pair, with the percentile bootstrap over prompts."""
    names = sorted(set(prompts))
    place = {name: index for index, name in enumerate(names)}
    sums, counts = np.zeros(len(names)), np.zeros(len(names))
    for value, prompt in zip(values, prompts, strict=True):
        sums[place[prompt]] += value
        counts[place[prompt]] += 1
    generator = np.random.default_rng(0)
    drawn = generator.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES)
    low, high = np.quantile((drawn @ sums) / (drawn @ counts), [0.025, 0.975])
    return Share(float(np.mean(values)), float(low), float(high))


def kendall_tau(first: np.ndarray, second: np.ndarray) -> float:
    """Kendall's tau-b of two lists of scores, computed pair by pair; 1 where the order is the same."""
    first_order = np.sign(first[:, None] - first[None, :])
    second_order = np.sign(second[:, None] - second[None, :])
    above = np.triu_indices(len(first), 1)
    first_order, second_order = first_order[above], second_order[above]
    both = np.sqrt((first_order**2).sum() * (second_order**2).sum())
    return float((first_order * second_order).sum() / both) if both > 0 else 1.0
