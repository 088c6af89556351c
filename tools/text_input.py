"""Tokenizers for the export tools: the file, the `[text]` section, and batches to compare models on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sample_sentences import sentences

if TYPE_CHECKING:
    import torch

LONGEST = 131_072


def save_tokenizer(tokenizer: Any, folder: Path) -> str:
    """Writes `tokenizer.json` without padding and truncation, which the manifest states instead."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise SystemExit("the model has no fast tokenizer, and Tiebreak reads no other; convert it first")
    backend.no_padding()
    backend.no_truncation()
    backend.save(str(folder / "tokenizer.json"))
    return "tokenizer.json"


def most_tokens(tokenizer: Any, model: Any, wanted: int | None) -> int:
    """As many as the model takes, or fewer if that is wanted."""
    positions = getattr(model.config, "max_position_embeddings", None) or LONGEST
    # RoBERTa counts positions from behind its padding token.
    if model.config.model_type in ("roberta", "xlm-roberta", "camembert", "longformer"):
        positions -= (model.config.pad_token_id or 0) + 1
    most = min(positions, tokenizer.model_max_length, LONGEST)
    return min(most, wanted) if wanted else most


def takes_types(tokenizer: Any, model: Any) -> bool:
    """Whether the model tells two sequences apart by token types."""
    return "token_type_ids" in tokenizer.model_input_names and getattr(model.config, "type_vocab_size", 0) > 1


def text_section(first: str, second: str | None, most: int, pad_id: int, has_types: bool, side: str) -> dict[str, Any]:
    return {
        "first": first,
        "second": second,
        "max_tokens": most,
        "truncation": "longest_first",
        "truncation_side": side,
        "pad_id": pad_id,
        "ids": "input_ids",
        "mask": "attention_mask",
        "types": "token_type_ids" if has_types else None,
    }


def batches(tokenizer: Any, is_pair: bool, most: int, has_types: bool, count: int = 128) -> list[dict[str, torch.Tensor]]:
    """Batches of made texts, filled up to the longest of each."""
    first, second = sentences(2 * count)[:count], sentences(2 * count)[count:]
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if has_types else [])
    made = []
    for start in range(0, count, 8):
        texts = (first[start : start + 8], second[start : start + 8]) if is_pair else (first[start : start + 8],)
        encoded = tokenizer(*texts, padding=True, truncation="longest_first", max_length=most, return_tensors="pt")
        made.append({name: encoded[name] for name in names})
    return made


def axes(names: list[str]) -> dict[str, dict[int, str]]:
    return {name: {0: "batch", 1: "sequence"} for name in names}
