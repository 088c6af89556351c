#!/usr/bin/env python3
"""Whether active learning pays, on real data: how many labels it takes, and how many slips the second look finds.

    python tools/label_efficiency.py --pandalm FILE --minilm FOLDER --scorer FOLDER --out FOLDER [--program tiebreak]

FILE is PandaLM's test set; --minilm is a folder with `model_fp16.onnx` (one output, `sentence_embedding` of 384 numbers)
and `tokenizer.json`; --scorer is one with a model of the same inputs and one output, `logits`. Needs `blake3` and some ten
minutes. What is written: for each grid below the folder that `tiebreak simulate` leaves (curves.csv, simulation.json,
curves.svg), and a summary on the terminal. The grids were written before their outcome was known.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from reward_folder import file_entry, write_manifest

EMBEDDING = "MiniLM L6"
#: What is tried. Every grid has random order without a prior beside it, over 20 splits by prompt.
GRIDS = {
    # People's labels, lengths as the scorer from which heads start.
    "pandalm": """
        policies = ["greedy_information", "uncertainty"]
        seeds = 20
        batch_sizes = [10]
        priors = [false, true]
        scorer = "length"
        features = "embedding:MiniLM L6"
        budget = 300
    """,
    # Real features, and hidden teachers whose best possible accuracy is known.
    "teachers": """
        policies = ["greedy_information"]
        seeds = 20
        batch_sizes = [10]
        priors = [false]
        features = "embedding:MiniLM L6"
        budget = 600
        teachers = [0.75, 0.85, 0.95]
    """,
    # People's labels, one in five turned around: what the second look finds of them.
    "slips": """
        policies = ["greedy_information"]
        seeds = 20
        batch_sizes = [10]
        priors = [true]
        scorer = "length"
        features = "embedding:MiniLM L6"
        budget = 600
        flips = [0.2]
    """,
}
TEXT = {
    "max_tokens": 128,
    "pad_id": 0,
    "ids": "input_ids",
    "mask": "attention_mask",
    "types": "token_type_ids",
}


def model_folder(source: Path, folder: Path, manifest: dict) -> Path:
    folder.mkdir()
    for name in ("model_fp16.onnx", "tokenizer.json"):
        shutil.copy(source / name, folder / name)
    files = {"model": file_entry(folder, "model_fp16.onnx"), "tokenizer": file_entry(folder, "tokenizer.json")}
    usual = {"version": "1", "precision": "fp16", "input": "text", "files": files}
    write_manifest(folder, usual | manifest)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("pandalm", "minilm", "scorer", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--program", default="tiebreak")
    parser.add_argument("--only", choices=sorted(GRIDS), action="append")
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        environment = os.environ | {"TIEBREAK_HOME": str(work / "home")}

        def run(*arguments: str, codes: tuple[int, ...] = (0,)) -> str:
            done = subprocess.run([told.program, *arguments], env=environment, capture_output=True, text=True)
            if done.returncode not in codes:
                raise SystemExit(f"tiebreak {' '.join(arguments)}: {done.stderr}")
            return done.stdout

        embedding = {
            "name": EMBEDDING,
            "licence": "Apache-2.0",
            "description": "Sentence embeddings",
            "task": "embedding",
            "text": {"first": "{response:first 2000}", **TEXT},
            "embedding": {"name": "sentence_embedding", "length": 384, "pooling": "none", "normalise": True},
        }
        scorer = {
            "name": "MiniLM harmless",
            "licence": "Apache-2.0",
            "description": "A weak scorer of harmlessness",
            "task": "score",
            "text": {"first": "{prompt:last 200}", "second": "{response:first 500}", **TEXT},
            "score": {"name": "logits", "dimensions": ["harmlessness"]},
        }
        for name, source, manifest in (("minilm", told.minilm, embedding), ("harmless", told.scorer, scorer)):
            run("models", "add", str(model_folder(source, work / name, manifest)))
        project = str(work / "pandalm.tiebreak")
        # Rows that cannot be read are told and left out.
        run("import", project, str(told.pandalm.resolve()), "--create", "--labels", "people", codes=(0, 3))
        print("scoring …", flush=True)
        run("score", project)
        for name in told.only or GRIDS:
            print(f"\n{name}", flush=True)
            grid = work / f"{name}.toml"
            grid.write_text("\n".join(line.strip() for line in GRIDS[name].splitlines()))
            out = told.out / name
            print(run("simulate", project, "--grid", str(grid), "--out", str(out), "--force"), flush=True)
            shutil.copy(grid, out / "grid.toml")
            json.loads((out / "simulation.json").read_text())


if __name__ == "__main__":
    main()
