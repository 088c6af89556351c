#!/usr/bin/env python3
"""Whether active learning pays, on real data: how many labels it takes, and how many slips the second look finds.

    python tools/label_efficiency.py --pandalm FILE --minilm FOLDER --scorer FOLDER --out FOLDER [--program tiebreak]
    python tools/label_efficiency.py --hh FILE --minilm FOLDER --rm FOLDER --out FOLDER [--program tiebreak]

--pandalm is PandaLM's test set, --hh Anthropic's harmless-base test set (`.jsonl` or `.jsonl.gz`); either or both. --minilm is a
folder with `model_fp16.onnx` (one output, `sentence_embedding` of 384 numbers) and `tokenizer.json`; --scorer and --rm are
one with a model of the same inputs and one output, `logits`: either name will do. Needs `blake3` and some ten minutes a
set, of which the hh set takes the first rows alone. What is written: for each grid below the folder that `tiebreak
simulate` leaves (curves.csv, simulation.json, curves.svg), and a summary on the terminal. The grids were written before
their outcome was known.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from reward_folder import file_entry, write_manifest

EMBEDDING = "MiniLM L6"
SCORER = "MiniLM harmless"
#: Rows of the hh set that are taken: two models read two answers of each, which is most of the time.
HH_ROWS = 1_200
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
    # People's labels of what is less harmful, lengths as the scorer from which heads start.
    "hh_length": """
        policies = ["greedy_information", "uncertainty"]
        seeds = 10
        batch_sizes = [10]
        priors = [false, true]
        scorer = "length"
        features = "embedding:MiniLM L6"
        budget = 300
    """,
    # The same with a reward model that learned of other conversations of that kind.
    "hh_model": """
        policies = ["greedy_information", "uncertainty"]
        seeds = 10
        batch_sizes = [10]
        priors = [true]
        scorer = "MiniLM harmless"
        features = "embedding:MiniLM L6"
        budget = 300
    """,
}
#: The grids of the hh set; the others are of PandaLM's.
HH = ("hh_length", "hh_model")
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


def first_rows(source: Path, target: Path) -> Path:
    """The first rows of the hh set, as a file that can be imported."""
    read = gzip.open if source.suffix == ".gz" else open
    with read(source, "rt", encoding="utf-8") as rows, target.open("w", encoding="utf-8") as taken:
        taken.writelines(itertools.islice(rows, HH_ROWS))
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("minilm", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("pandalm", "hh"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--scorer", "--rm", type=Path, required=True, dest="scorer")
    parser.add_argument("--program", default="tiebreak")
    parser.add_argument("--only", choices=sorted(GRIDS), action="append")
    told = parser.parse_args()
    if not told.pandalm and not told.hh:
        parser.error("name a set: --pandalm FILE, --hh FILE or both")
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
            "name": SCORER,
            "licence": "Apache-2.0",
            "description": "A weak scorer of harmlessness",
            "task": "score",
            "text": {"first": "{prompt:last 200}", "second": "{response:first 500}", **TEXT},
            "score": {"name": "logits", "dimensions": ["harmlessness"]},
        }
        for name, source, manifest in (("minilm", told.minilm, embedding), ("harmless", told.scorer, scorer)):
            run("models", "add", str(model_folder(source, work / name, manifest)))
        sets = {"pandalm": told.pandalm, "hh": told.hh and first_rows(told.hh, work / "hh.jsonl")}
        for of_set, rows in sets.items():
            grids = [name for name in told.only or GRIDS if (name in HH) == (of_set == "hh")]
            if not rows or not grids:
                continue
            project = str(work / f"{of_set}.tiebreak")
            # Rows that cannot be read are told and left out.
            run("import", project, str(rows.resolve()), "--create", "--labels", "people", codes=(0, 3))
            print(f"scoring {of_set} …", flush=True)
            run("score", project)
            for name in grids:
                print(f"\n{name}", flush=True)
                grid = work / f"{name}.toml"
                grid.write_text("\n".join(line.strip() for line in GRIDS[name].splitlines()))
                out = told.out / name
                print(run("simulate", project, "--grid", str(grid), "--out", str(out), "--force"), flush=True)
                shutil.copy(grid, out / "grid.toml")
                json.loads((out / "simulation.json").read_text())


if __name__ == "__main__":
    main()
