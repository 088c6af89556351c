"""The sample project's text scorer: static token vectors, a mean over each text, and one linear head.

Every word piece gets the vector that a sentence embedding model gives it alone; the vectors are projected by PCA,
weighted by how rare the piece is (Arora, Liang and Ma 2017, "SIF", with Zipf's law in place of counts) and stored as
8-bit integers with one factor per piece. The graph finds the response behind the first [SEP]. The head is a
Bradley-Terry model with an L2 penalty, fitted by Newton's method.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

LENGTH = 64
# Pieces are ordered by how often they occur, so the first ones are those worth their bytes.
FIRST_PIECES = 14_000
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SEPARATOR = SPECIAL.index("[SEP]")
MAX_TOKENS = 512
PROMPT_CHARACTERS = 800
RESPONSE_CHARACTERS = 4000
SIF = 1e-3
TINY = 1e-6


@dataclass(frozen=True)
class Vectors:
    """The word pieces that are kept: their vectors in 8 bits, and what each is multiplied by."""

    pieces: list[str]
    integers: np.ndarray
    factors: np.ndarray


def pruned_tokenizer(source: dict) -> tuple[dict, list[int]]:
    """A tokenizer with fewer pieces, and where each was before.

    Every single character stays, so that nothing becomes unknown that was known.
    """
    kept = [(piece, source["model"]["vocab"][piece]) for piece in SPECIAL]
    for piece, old in sorted(source["model"]["vocab"].items(), key=lambda entry: entry[1]):
        if piece in SPECIAL or piece.startswith("[unused"):
            continue
        if old < FIRST_PIECES or len(piece.removeprefix("##")) == 1:
            kept.append((piece, old))
    tokenizer = json.loads(json.dumps(source))
    tokenizer["model"]["vocab"] = {piece: new for new, (piece, _) in enumerate(kept)}
    tokenizer["truncation"] = tokenizer["padding"] = None
    for token in tokenizer["added_tokens"]:
        token["id"] = SPECIAL.index(token["content"])
    for name, special in tokenizer["post_processor"]["special_tokens"].items():
        special["ids"] = [SPECIAL.index(name)]
    return tokenizer, [old for _, old in kept]


def embed_pieces(model_path: Path, old_ids: list[int], begin: int, end: int) -> np.ndarray:
    """What the sentence embedding model gives for each piece alone."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model_path, options, providers=["CPUExecutionProvider"])
    rows = []
    for start in range(0, len(old_ids), 256):
        ids = np.array(old_ids[start : start + 256], dtype=np.int64)
        tokens = np.stack([np.full_like(ids, begin), ids, np.full_like(ids, end)], axis=1)
        inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        rows.append(session.run(None, inputs)[0])
    return np.concatenate(rows).astype(np.float64)


def static_vectors(embeddings: np.ndarray, pieces: list[str]) -> Vectors:
    """PCA without special tokens, rarity weights, and 8 bits."""
    ordinary = embeddings[len(SPECIAL) :]
    centred = embeddings - ordinary.mean(axis=0)
    _, axes = np.linalg.eigh(centred[len(SPECIAL) :].T @ centred[len(SPECIAL) :])
    axes = axes[:, ::-1][:, :LENGTH]
    # An axis may point either way; the largest part is made positive, so that every run gives the same.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(LENGTH)])
    vectors = centred @ axes
    rank = np.arange(len(pieces)) - len(SPECIAL) + 1
    share = 1 / (np.maximum(rank, 1) + 2.7) / np.log(len(pieces))
    vectors *= (SIF / (SIF + share))[:, None]
    vectors[: len(SPECIAL)] = 0
    factors = np.abs(vectors).max(axis=1) / 127
    integers = np.rint(vectors / np.maximum(factors, 1e-12)[:, None]).astype(np.int8)
    return Vectors(pieces, integers, factors.astype(np.float32))


def encoder(tokenizer: dict) -> Tokenizer:
    """The tokenizer with the truncation that the manifest states."""
    built = Tokenizer.from_str(json.dumps(tokenizer))
    built.enable_truncation(MAX_TOKENS, strategy="longest_first")
    return built


def token_ids(tokenizer: Tokenizer, prompt: str, response: str) -> list[int]:
    """The tokens of a pair, cut as the manifest states."""
    return tokenizer.encode(prompt[-PROMPT_CHARACTERS:], response[:RESPONSE_CHARACTERS]).ids


def features(vectors: Vectors, ids: list[int]) -> np.ndarray:
    """What the head sees: the response's vector, the log of its length, and that times the prompt's vector."""
    split = ids.index(SEPARATOR)
    parts = []
    for part in (ids[:split], ids[split:]):
        part = [piece for piece in part if piece >= len(SPECIAL)]
        mean = (vectors.integers[part] * vectors.factors[part][:, None]).sum(axis=0) / max(len(part), 1)
        parts.append((mean / np.sqrt((mean**2).sum() + TINY), np.log1p(len(part))))
    (prompt, _), (response, length) = parts
    return np.concatenate([response, [length], length * prompt])


# Brings the blocks of the features to like sizes, so that one penalty suits all.
FEATURE_SCALE = np.concatenate([np.full(LENGTH, LENGTH**0.5), [1.0], np.full(LENGTH, LENGTH**0.5)])


def fit_head(differences: np.ndarray, weights: np.ndarray, penalty: float) -> np.ndarray:
    """Bradley-Terry with an L2 penalty: each row is preferred less other."""
    scaled = differences * FEATURE_SCALE
    head = np.zeros(scaled.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(scaled @ head)))
        gradient = scaled.T @ (weights * (1 - chance)) - penalty * head
        curvature = (scaled * (weights * chance * (1 - chance))[:, None]).T @ scaled
        step = np.linalg.solve(curvature + penalty * np.eye(len(head)), gradient)
        head += step
        if np.abs(step).max() < 1e-10:
            break
    return head * FEATURE_SCALE


def graph(vectors: Vectors, head: np.ndarray) -> onnx.ModelProto:
    """The ONNX graph: `input_ids` and `attention_mask` in, `score` and `embedding` out."""
    nodes, constants = [], []

    def node(kind: str, inputs: list[str], output: str, **attributes) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    one, tiny = constant("one", np.float32([1])), constant("tiny", np.float32([TINY]))
    axis_one, axis_two = constant("axis_one", np.int64([1])), constant("axis_two", np.int64([2]))
    pieces = node("Gather", [constant("vectors", vectors.integers), "input_ids"], "pieces_int8")
    pieces = node("Cast", [pieces], "pieces", to=TensorProto.FLOAT)
    factors = node("Gather", [constant("factors", vectors.factors), "input_ids"], "piece_factors")
    factors = node("Unsqueeze", [factors, axis_two], "piece_factors_wide")
    weighted = node("Mul", [pieces, factors], "weighted")

    ordinary = node("Greater", ["input_ids", constant("last_special", np.int64(len(SPECIAL) - 1))], "is_ordinary")
    ordinary = node("Cast", [ordinary], "ordinary", to=TensorProto.FLOAT)
    mask = node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    content = node("Mul", [ordinary, mask], "content")
    separator = node("Equal", ["input_ids", constant("separator", np.int64(SEPARATOR))], "is_separator")
    separator = node("Cast", [separator], "separator_float", to=TensorProto.FLOAT)
    passed = node("CumSum", [separator, constant("cumsum_axis", np.int64(1))], "separators_passed")
    behind = node("Min", [passed, one], "behind_separator")
    response_mask = node("Mul", [content, behind], "response_mask")
    prompt_mask = node("Sub", [content, response_mask], "prompt_mask")

    def mean(text: str, text_mask: str) -> tuple[str, str]:
        count = node("ReduceSum", [text_mask, axis_one], f"{text}_count", keepdims=1)
        row = node("Unsqueeze", [text_mask, axis_one], f"{text}_row")
        total = node("MatMul", [row, weighted], f"{text}_total_wide")
        total = node("Squeeze", [total, axis_one], f"{text}_total")
        mean = node("Div", [total, node("Max", [count, one], f"{text}_divisor")], f"{text}_mean")
        return unit(text, mean), count

    def unit(name: str, vector: str) -> str:
        square = node("Mul", [vector, vector], f"{name}_square")
        square = node("ReduceSum", [square, axis_one], f"{name}_square_sum", keepdims=1)
        norm = node("Sqrt", [node("Add", [square, tiny], f"{name}_square_safe")], f"{name}_norm")
        return node("Div", [vector, norm], f"{name}_unit")

    prompt, _ = mean("prompt", prompt_mask)
    response, count = mean("response", response_mask)
    length = node("Log", [node("Add", [count, one], "count_and_one")], "log_length")
    prompt_length = node("Mul", [prompt, length], "prompt_length")
    seen = node("Concat", [response, length, prompt_length], "seen", axis=1)
    node("MatMul", [seen, constant("head", head.astype(np.float32)[:, None])], "score")
    together = node("Mul", [prompt, response], "prompt_and_response")
    unit("embedding", node("Concat", [response, together], "embedding_raw", axis=1))
    nodes[-1].output[0] = nodes[-1].name = "embedding"

    integers = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in
                ("input_ids", "attention_mask")]
    floats = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", length]) for name, length in
              (("score", 1), ("embedding", 2 * LENGTH))]
    model = helper.make_model(
        helper.make_graph(nodes, "tiebreak-small", integers, floats, constants),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="tiebreak",
    )
    onnx.checker.check_model(model, full_check=True)
    return model
