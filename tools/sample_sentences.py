"""Texts to compare models on: made, not collected, of many lengths, and the same in every run."""

from __future__ import annotations

import numpy as np

WORDS = (
    "the a of to and is in it you that he was for on are with as his they at be this have from or had by not but what "
    "some we can out other were all there when up use your how said an each she which do their time if will way about "
    "many then them write would like so these her long make thing see him two has look more day could go come did "
    "number sound no most people my over know water than call first who may down side been now find any new work part "
    "apple bread clever dance engine forest garden harbour island journey kitchen lantern mountain never ocean piano"
).split()


def sentences(count: int, most_words: int = 60) -> list[str]:
    """So many texts of 1 to so many words."""
    generator = np.random.default_rng(7)
    texts = []
    for _ in range(count):
        words = generator.choice(WORDS, size=generator.integers(1, most_words + 1))
        texts.append(" ".join(words).capitalize() + str(generator.choice([".", "?", "!"])))
    return texts
