"""Whether an exported model gives the original's numbers: how far they may be off, and that they rank alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pair_statistics import kendall_tau

# The most that a number may be off, relative to the spread of the original's numbers.
TOLERANCE = {"fp32": 1e-4, "fp16": 2e-2}
LEAST_TAU = 0.999


@dataclass(frozen=True)
class Agreement:
    """How far the exported model is from the original."""

    largest_difference: float
    tau: float
    count: int

    def __str__(self) -> str:
        return f"max |difference| {self.largest_difference:.3g}, Kendall tau {self.tau:.5f}, on {self.count} inputs"


def held_against(name: str, original: np.ndarray, other: np.ndarray, precision: str) -> Agreement:
    """Holds the numbers of one output, a row an input, against the original's.

    Ends the program where they differ, since a folder that scores otherwise than its model is of no use.
    """
    if original.shape != other.shape:
        raise SystemExit(f"{name} has the shape {other.shape} and should have {original.shape}")
    spread = max(float(original.std()), 1e-6)
    difference = float(np.abs(original - other).max())
    # Orders are compared column by column; a few hundred rows are enough and quick.
    taus = [kendall_tau(original[:400, column], other[:400, column]) for column in range(min(original.shape[1], 16))]
    result = Agreement(difference, min(taus), len(original))
    print(f"{name}: {result}")
    if not difference <= TOLERANCE[precision] * max(spread, 1.0):
        raise SystemExit(f"{name} differs from the original by {difference:.3g}, which is too much")
    if result.tau < LEAST_TAU:
        raise SystemExit(f"{name} ranks otherwise than the original: Kendall tau {result.tau:.5f}")
    return result
