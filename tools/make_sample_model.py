#!/usr/bin/env python3
"""Makes the two models of the sample project, `assets/models/tiebreak-small` and `tiebreak-small-image`.

    python tools/make_sample_model.py --embedding-model FOLDER --pandalm FILE --hh-harmless FILE

FOLDER holds all-MiniLM-L6-v2 as `model_fp16.onnx` (output `sentence_embedding`) and `tokenizer.json`; the two files
are `pandalm_pairs.jsonl` (prompt, response_a, response_b, label) and `hh_harmless_base_test.jsonl.gz` (chosen,
rejected). The same input gives the same bytes. A fifth of the prompts, chosen by their hash, is kept out of all
fitting, the choice of the penalty included, and is what the card reports.
"""

from __future__ import annotations

import os

# More threads would add in another order, and the last digits would differ from run to run.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image

import sample_image_model as image_model
import sample_text_model as text_model
from pair_statistics import fold_of, hits, mean_over_prompts
from reward_folder import file_entry, write_manifest

FOLDS = 5
HELD_OUT = 0
PENALTIES = (10.0, 30.0, 100.0, 300.0, 1000.0)
# PandaLM asks what the sample project asks, and is the smaller set.
SET_WEIGHTS = {"PandaLM": 2.0, "hh harmless": 1.0}
REPLY = "\n\nAssistant:"
LICENCE = "MIT OR Apache-2.0"


@dataclass(frozen=True)
class Pair:
    """Two responses to a prompt of which people preferred one."""

    set_name: str
    prompt: str
    preferred: str
    other: str


def read_pandalm(path: Path) -> list[Pair]:
    """The pairs with a winner; ties teach nothing here."""
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        first, second = row["response_a"], row["response_b"]
        if row["label"] in ("a", "b"):
            preferred, other = (first, second) if row["label"] == "a" else (second, first)
            pairs.append(Pair("PandaLM", row["prompt"], preferred, other))
    return pairs


def read_hh(path: Path) -> list[Pair]:
    """The transcripts whose two versions differ in the last reply only."""
    pairs = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            (prompt, _, preferred), (other_prompt, _, other) = (
                row[key].rpartition(REPLY) for key in ("chosen", "rejected")
            )
            if prompt == other_prompt:
                pairs.append(Pair("hh harmless", prompt.strip(), preferred.strip(), other.strip()))
    return pairs


def choose_penalty(differences: np.ndarray, weights: np.ndarray, prompts: list[str]) -> float:
    """The penalty with the highest likelihood on prompts left out, among the training prompts."""
    folds = np.array([fold_of(f"penalty {prompt}", FOLDS) for prompt in prompts])
    likelihoods = []
    for penalty in PENALTIES:
        likelihood = 0.0
        for fold in range(FOLDS):
            head = text_model.fit_head(differences[folds != fold], weights[folds != fold], penalty)
            margins = differences[folds == fold] @ head
            likelihood -= float((weights[folds == fold] * np.logaddexp(0, -margins)).sum())
        likelihoods.append(likelihood)
    return PENALTIES[int(np.argmax(likelihoods))]


def session_of(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run_padded(session: onnxruntime.InferenceSession, ids: list[list[int]]) -> np.ndarray:
    """The scores, in batches that are filled up as the application fills them."""
    scores = []
    for start in range(0, len(ids), 32):
        batch = ids[start : start + 32]
        longest = max(map(len, batch))
        tokens = np.array([row + [0] * (longest - len(row)) for row in batch], dtype=np.int64)
        mask = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in batch], dtype=np.int64)
        scores.append(session.run(["score"], {"input_ids": tokens, "attention_mask": mask})[0][:, 0])
    return np.concatenate(scores)


def make_text_model(arguments: argparse.Namespace, folder: Path) -> None:
    source = json.loads((arguments.embedding_model / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer, old_ids = text_model.pruned_tokenizer(source)
    print(f"embedding {len(old_ids)} word pieces, which takes a minute or two")
    vocabulary = source["model"]["vocab"]
    embeddings = text_model.embed_pieces(
        arguments.embedding_model / "model_fp16.onnx", old_ids, vocabulary["[CLS]"], vocabulary["[SEP]"]
    )
    vectors = text_model.static_vectors(embeddings, list(tokenizer["model"]["vocab"]))
    pairs = read_pandalm(arguments.pandalm) + read_hh(arguments.hh_harmless)
    encoder = text_model.encoder(tokenizer)
    ids = {
        kind: [text_model.token_ids(encoder, pair.prompt, getattr(pair, kind)) for pair in pairs]
        for kind in ("preferred", "other")
    }
    seen = {kind: np.array([text_model.features(vectors, row) for row in rows]) for kind, rows in ids.items()}
    differences = seen["preferred"] - seen["other"]
    weights = np.array([SET_WEIGHTS[pair.set_name] for pair in pairs])
    is_training = np.array([fold_of(pair.prompt, FOLDS) != HELD_OUT for pair in pairs])
    training_prompts = [pair.prompt for pair, wanted in zip(pairs, is_training, strict=True) if wanted]
    penalty = choose_penalty(differences[is_training], weights[is_training], training_prompts)
    head = text_model.fit_head(differences[is_training], weights[is_training], penalty)

    model = text_model.graph(vectors, head)
    session = session_of(model)
    scores = {kind: run_padded(session, rows) for kind, rows in ids.items()}
    off = max(np.abs(scores[kind] - seen[kind] @ head).max() for kind in scores)
    if off > 1e-3:
        raise SystemExit(f"the graph and the formula differ by {off:.2g}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    training_scores = np.concatenate([scores[kind][is_training] for kind in scores])
    write_manifest(folder, {
        "name": "Tiebreak small",
        "version": "1",
        "licence": "Apache-2.0",
        "description": "A weak scorer of texts for the sample project; see CARD.md for how weak",
        "task": "score",
        "precision": "int8",
        "input": "text",
        "files": {name: file_entry(folder, file) for name, file in
                  (("model", "model.onnx"), ("tokenizer", "tokenizer.json"))},
        "text": {
            "first": f"{{prompt:last {text_model.PROMPT_CHARACTERS}}}",
            "second": f"{{response:first {text_model.RESPONSE_CHARACTERS}}}",
            "max_tokens": text_model.MAX_TOKENS,
            "truncation": "longest_first",
            "pad_id": 0,
            "ids": "input_ids",
            "mask": "attention_mask",
        },
        "score": {"name": "score", "dimensions": ["overall"]},
        "embedding": {"name": "embedding", "length": 2 * text_model.LENGTH, "pooling": "none", "normalise": False},
        "reference": {"mean": [round(float(training_scores.mean()), 4)], "sd": [round(float(training_scores.std()), 4)]},
    })
    margins = {
        "held out": scores["preferred"] - scores["other"],
        "five folds": cross_fitted(differences, weights, [pair.prompt for pair in pairs]),
    }
    write_text_card(folder, pairs, margins, is_training, penalty, len(old_ids))


def cross_fitted(differences: np.ndarray, weights: np.ndarray, prompts: list[str]) -> np.ndarray:
    """The margin of every pair, each by a head of the same recipe that never saw its prompt."""
    folds = np.array([fold_of(prompt, FOLDS) for prompt in prompts])
    margins = np.zeros(len(prompts))
    for fold in range(FOLDS):
        inside = folds != fold
        training_prompts = [prompt for prompt, wanted in zip(prompts, inside, strict=True) if wanted]
        penalty = choose_penalty(differences[inside], weights[inside], training_prompts)
        head = text_model.fit_head(differences[inside], weights[inside], penalty)
        margins[~inside] = differences[~inside] @ head
    return margins


def card_row(label: str, pairs: list[Pair], margins: np.ndarray) -> str:
    """A line of the card's table."""
    prompts = [pair.prompt for pair in pairs]
    longer = hits(np.array([len(pair.preferred) - len(pair.other) for pair in pairs]))
    model, better = hits(margins), max(longer, 1 - longer, key=np.mean)
    shares = [str(mean_over_prompts(values, prompts)) for values in (model, longer, 1 - longer)]
    gain = mean_over_prompts(model - better, prompts).signed()
    row = " | ".join([label, f"{len(pairs)} / {len(set(prompts))}", *shares, "0.500", gain])
    print(f"  {row}")
    return f"| {row} |"


def write_text_card(
    folder: Path,
    pairs: list[Pair],
    margins: dict[str, np.ndarray],
    is_training: np.ndarray,
    penalty: float,
    piece_count: int,
) -> None:
    rows = []
    for set_name in SET_WEIGHTS:
        in_set = np.array([pair.set_name == set_name for pair in pairs])
        for label, chosen in (("held out", in_set & ~is_training), ("five folds", in_set)):
            places = np.flatnonzero(chosen)
            rows.append(card_row(f"{set_name}, {label}", [pairs[at] for at in places], margins[label][places]))
    counts = {name: sum(pair.set_name == name and bool(is_training[at]) for at, pair in enumerate(pairs))
              for name in SET_WEIGHTS}
    (folder / "CARD.md").write_text(TEXT_CARD.format(
        table="\n".join(rows), pieces=piece_count, length=text_model.LENGTH, penalty=f"{penalty:g}",
        pandalm=counts["PandaLM"], hh=counts["hh harmless"],
    ), encoding="utf-8", newline="\n")


def make_image_model(arguments: argparse.Namespace, folder: Path) -> None:
    model = image_model.graph()
    session = session_of(model)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))

    def score(path: Path) -> float:
        size = (image_model.PIXELS, image_model.PIXELS)
        pixels = np.asarray(Image.open(path).convert("RGB").resize(size, Image.Resampling.BICUBIC), np.float32) / 255
        return float(session.run(["score"], {"pixel_values": pixels.transpose(2, 0, 1)[None]})[0][0, 0])

    faithful = sorted((arguments.sample / "images").glob("*-a.*"))
    scores = []
    for path in faithful:
        (spoiled,) = (arguments.sample / "images").glob(path.stem[:-1] + "b.*")
        scores.append((score(path), score(spoiled)))
    scores = np.array(scores)
    write_manifest(folder, {
        "name": "Tiebreak small, images",
        "version": "1",
        "licence": LICENCE,
        "description": "Contrast, sharpness and colourfulness of an image; it measures statistics, not quality",
        "task": "score",
        "precision": "fp32",
        "input": "image",
        "files": {"model": file_entry(folder, "model.onnx")},
        "image": {
            "name": "pixel_values",
            "size": [image_model.PIXELS, image_model.PIXELS],
            "resize": "exact",
            "filter": "bicubic",
            "mean": [0.0, 0.0, 0.0],
            "sd": [1.0, 1.0, 1.0],
        },
        "score": {"name": "score", "dimensions": ["overall"]},
        "embedding": {"name": "embedding", "length": image_model.LENGTH, "pooling": "none", "normalise": False},
        "reference": {"mean": [round(float(scores.mean()), 4)], "sd": [round(float(scores.std()), 4)]},
    })
    agrees = int((scores[:, 0] > scores[:, 1]).sum())
    print(f"  sample pictures: the faithful one scores higher in {agrees} of {len(scores)}")
    (folder / "CARD.md").write_text(IMAGE_CARD.format(
        agrees=agrees, pairs=len(scores), length=image_model.LENGTH,
        **{name: f"{weight:g}" for name, weight in image_model.WEIGHTS.items()},
    ), encoding="utf-8", newline="\n")


TEXT_CARD = """\
# Tiebreak small

A reward model for texts that is small enough to come with Tiebreak, so that scores, flags and the queue of the \
sample project are alive before anybody brings a model of their own. **It is weak, and no measure of quality or \
safety.** Use it to see what Tiebreak does with a model, never to decide anything.

## How good it is
Agreement with people. "Held out" is this model on pairs whose prompts it never saw: a fifth of all prompts, by the \
hash of the prompt. Those are few, so "five folds" gives all pairs, each scored by a head of the same recipe that \
never saw the prompt; that says more of the recipe, and nothing of this very file. Intervals are 95 %, from resampling \
prompts. Equal scores and equal lengths count as half.

| set | pairs / prompts | this model | longer wins | shorter wins | coin | model less the better of the two |
|---|---|---|---|---|---|---|
{table}

Where the interval of the last column reaches across 0 or lies below it, the model has not been shown to be better than \
counting letters. The sample project's own texts have no votes, so nothing is said about them; some are not English, \
and the model knows little but English.

## What it is
{pieces} English word pieces, each with a fixed vector of {length} numbers in 8 bits: what all-MiniLM-L6-v2 gives for \
the piece alone, projected by PCA and weighted by rarity. The mean over the response, the mean over the prompt and \
the log of the response's length go into one linear Bradley-Terry head (penalty {penalty}, chosen by five-fold \
cross-validation among the training prompts), trained on {pandalm} pairs of PandaLM, counted twice, and {hh} pairs of \
hh harmless. Words have no order in it.

- Inputs: `input_ids`, `attention_mask`, int64, [batch, sequence]: prompt and response as a pair of sequences. \
The prompt's last 800 and the response's first 4000 characters, cut to 512 tokens.
- `score`: float32 [batch, 1]; the difference of two scores is a log-odds as trained, to be calibrated before it is \
believed.
- `embedding`: float32 [batch, 2 x {length}], of length 1: the response, and prompt times response.

## Where it comes from
all-MiniLM-L6-v2 (Apache-2.0), PandaLM's test set (Apache-2.0), hh-rlhf harmless-base, test (MIT). The weights are \
under Apache-2.0. `tools/make_sample_model.py` makes this folder, card and figures included; the same input gives the \
same bytes.
"""

IMAGE_CARD = """\
# Tiebreak small, images

**This measures statistics of an image, not its quality, and looks at no prompt.** It comes with Tiebreak so that \
the sample project's pictures have scores, and nothing is to be decided by it.

## What it is
The image at 64 x 64 pixels, whatever its shape. Nothing is learned: the score is

    {contrast} x contrast + {sharpness} x sharpness + {colourfulness} x colourfulness

with values from 0 to 1, where contrast is the standard deviation of the luma (0.299 R + 0.587 G + 0.114 B), sharpness \
the mean absolute Laplacian of the luma, and colourfulness the measure of Hasler and Suesstrunk (2003): the root of \
the summed variances of R - G and (R + G) / 2 - B, and 0.3 times the root of their summed squared means. The weights \
were chosen so that each counts about alike, and fitted to nothing. At this size sharpness is that of large shapes.

`embedding` is the image at 4 x 4 in luma, both opponent colours and absolute Laplacian: {length} numbers, of length 1.

## How good it is
In {agrees} of the sample project's {pairs} pairs of pictures the faithful one scores higher than the spoiled one. That \
is too few to say more than: do not rely on it. No other pictures were tried.

## Where it comes from
`tools/make_sample_model.py` makes this folder without any data but the sample's own pictures, from which the figures \
above and the reference come. The licence is the project's: MIT or Apache-2.0, at your choice.
"""


def main() -> None:
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--embedding-model", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--pandalm", type=Path, required=True, help="pandalm_pairs.jsonl")
    parser.add_argument("--hh-harmless", type=Path, required=True, help="hh_harmless_base_test.jsonl.gz")
    parser.add_argument("--sample", type=Path, default=root / "assets" / "sample", help="the sample project's folder")
    parser.add_argument("--out", type=Path, default=root / "assets" / "models", help="where the two folders go")
    arguments = parser.parse_args()
    make_text_model(arguments, arguments.out / "tiebreak-small")
    make_image_model(arguments, arguments.out / "tiebreak-small-image")


if __name__ == "__main__":
    main()
