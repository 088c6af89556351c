"""Writes a model's folder: the manifest `reward.toml` with the hashes of the files beside it.

The keys are those that Tiebreak reads (see the README of crates/reward). Values keep the order in which they are
given, so that the same input writes the same bytes.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import blake3

MANIFEST_NAME = "reward.toml"


def hash_of(path: Path) -> str:
    """BLAKE3 of a file, in 64 hexadecimal digits, as `b3sum` prints it."""
    hasher = blake3.blake3()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            hasher.update(block)
    return hasher.hexdigest()


def file_entry(folder: Path, name: str) -> dict[str, str]:
    """A file of the folder, as `[files]` wants it."""
    return {"path": name, "blake3": hash_of(folder / name)}


def write_manifest(folder: Path, manifest: dict[str, Any]) -> Path:
    """Writes `reward.toml`: plain values first, then each dictionary as a section of its own."""
    lines = ["format = 1"]
    sections = []
    for key, value in manifest.items():
        if isinstance(value, dict):
            sections.append((key, value))
        else:
            lines.append(f"{key} = {toml_value(value)}")
    for key, section in sections:
        lines += ["", f"[{key}]"]
        lines += [f"{name} = {toml_value(value)}" for name, value in section.items() if value is not None]
    path = folder / MANIFEST_NAME
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


def toml_value(value: Any) -> str:
    """A value as TOML; texts are written as JSON writes them, which TOML reads alike."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            if not math.isfinite(value):
                raise ValueError(f"a manifest holds no such number: {value}")
            text = repr(value)
            return text if any(mark in text for mark in ".e") else f"{text}.0"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list() | tuple():
            return "[" + ", ".join(toml_value(part) for part in value) + "]"
        case dict():
            return "{ " + ", ".join(f"{key} = {toml_value(part)}" for key, part in value.items()) + " }"
        case _:
            raise TypeError(f"a manifest holds no {type(value).__name__}")
