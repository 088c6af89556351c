"""Writes the tiny ONNX models of crates/reward/tests/data, a few nodes each, for tests that run everywhere.

    python tools/make_tiny_models.py crates/reward/tests/data

Needs the package `onnx`. What each model computes is said beside it; weights follow a formula, so that a test can
compute the same.
"""

import pathlib
import sys

import numpy
from onnx import TensorProto, checker, helper, numpy_helper


def weights(count, scale=1.0):
    """Numbers between -scale and scale, all different in sign and size from their neighbours."""
    return numpy.array([((i * 37) % 19 - 9) / 9 * scale for i in range(count)], numpy.float32)


def value(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, list(shape))


def constant(name, array):
    return numpy_helper.from_array(numpy.asarray(array), name)


def save(folder, name, nodes, inputs, outputs, constants, domains=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 17)] + [helper.make_opsetid(domain, 1) for domain in domains]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="tiebreak")
    if not domains:
        checker.check_model(model)
    path = folder / f"{name}.onnx"
    path.write_bytes(model.SerializeToString())
    assert path.stat().st_size < 2048, f"{path} is too large"


def main(folder):
    node, whole, real = helper.make_node, TensorProto.INT64, TensorProto.FLOAT
    table = constant("table", weights(64).reshape(16, 4))

    # tokens: each id's row of the table; logits: the sum of the rows where the mask is 1, times 1, 2, 3, 4.
    save(
        folder,
        "text",
        [
            node("Gather", ["table", "ids"], ["tokens"]),
            node("Cast", ["mask"], ["mask_real"], to=real),
            node("Unsqueeze", ["mask_real", "last"], ["mask_column"]),
            node("Mul", ["tokens", "mask_column"], ["masked"]),
            node("ReduceSum", ["masked", "middle"], ["summed"], keepdims=0),
            node("MatMul", ["summed", "weight"], ["logits"]),
        ],
        [value("ids", whole, "batch", "length"), value("mask", whole, "batch", "length")],
        [value("logits", real, "batch", 1), value("tokens", real, "batch", "length", 4)],
        [
            table,
            constant("last", numpy.array([2], numpy.int64)),
            constant("middle", numpy.array([1], numpy.int64)),
            constant("weight", numpy.array([[1], [2], [3], [4]], numpy.float32)),
        ],
    )

    # better: (first - second) times 1, -2, 3.
    save(
        folder,
        "pair",
        [node("Sub", ["first", "second"], ["less"]), node("MatMul", ["less", "weight"], ["better"])],
        [value("first", real, "batch", 3), value("second", real, "batch", 3)],
        [value("better", real, "batch", 1)],
        [constant("weight", numpy.array([[1], [-2], [3]], numpy.float32))],
    )

    # scores: x times a matrix of two columns.
    save(
        folder,
        "scores",
        [node("MatMul", ["x", "weight"], ["scores"])],
        [value("x", real, "batch", 3)],
        [value("scores", real, "batch", 2)],
        [constant("weight", numpy.array([[1, 0], [0, 10], [2, 5]], numpy.float32))],
    )

    # score: the logarithm of the first number less 10, which is NaN for most.
    save(
        folder,
        "nan",
        [
            node("Sub", ["x", "ten"], ["less"]),
            node("Log", ["less"], ["logs"]),
            node("ReduceMean", ["logs"], ["score"], axes=[1], keepdims=1),
        ],
        [value("x", real, "batch", 3)],
        [value("score", real, "batch", 1)],
        [constant("ten", numpy.array([10], numpy.float32))],
    )

    # An operator that no runtime has.
    save(
        folder,
        "unknown",
        [node("Frobnicate", ["x"], ["score"], domain="made.up")],
        [value("x", real, "batch", 3)],
        [value("score", real, "batch", 1)],
        [],
        domains=["made.up"],
    )

    # score: every number of an image of 8 by 8 pixels times a weight.
    save(
        folder,
        "image",
        [node("Flatten", ["pixels"], ["flat"], axis=1), node("MatMul", ["flat", "weight"], ["score"])],
        [value("pixels", real, "batch", 3, 8, 8)],
        [value("score", real, "batch", 1)],
        [constant("weight", weights(192, 0.25).reshape(192, 1))],
    )

    # score: the mean of the pixels, and the sum of the tokens' rows.
    save(
        folder,
        "image_text",
        [
            node("Flatten", ["pixels"], ["flat"], axis=1),
            node("ReduceMean", ["flat"], ["brightness"], axes=[1], keepdims=1),
            node("Gather", ["table", "ids"], ["tokens"]),
            node("ReduceSum", ["tokens", "axes"], ["words"], keepdims=0),
            node("Unsqueeze", ["words", "one"], ["column"]),
            node("Add", ["brightness", "column"], ["score"]),
        ],
        [value("pixels", real, "batch", 3, 8, 8), value("ids", whole, "batch", "length")],
        [value("score", real, "batch", 1)],
        [
            table,
            constant("axes", numpy.array([1, 2], numpy.int64)),
            constant("one", numpy.array([1], numpy.int64)),
        ],
    )

    # score: the mean of each channel of each of 4 frames times a weight of its own; the weights are the same numbers in
    # both orders of the axes, so that the scores are.
    by_channel = weights(12).reshape(3, 4)
    for name, shape, matrix in (
        ("clip_ntchw", (4, 3, 8, 8), by_channel.T),
        ("clip_ncthw", (3, 4, 8, 8), by_channel),
    ):
        save(
            folder,
            name,
            [
                node("ReduceMean", ["clip"], ["means"], axes=[3, 4], keepdims=0),
                node("Flatten", ["means"], ["flat"], axis=1),
                node("MatMul", ["flat", "weight"], ["score"]),
            ],
            [value("clip", real, "batch", *shape)],
            [value("score", real, "batch", 1)],
            [constant("weight", numpy.ascontiguousarray(matrix).reshape(12, 1))],
        )

    # score: the mean of the clip's numbers, and the sum of the tokens' rows.
    save(
        folder,
        "clip_text",
        [
            node("Flatten", ["clip"], ["flat"], axis=1),
            node("ReduceMean", ["flat"], ["brightness"], axes=[1], keepdims=1),
            node("Gather", ["table", "ids"], ["tokens"]),
            node("ReduceSum", ["tokens", "axes"], ["words"], keepdims=0),
            node("Unsqueeze", ["words", "one"], ["column"]),
            node("Add", ["brightness", "column"], ["score"]),
        ],
        [value("clip", real, "batch", 3, 4, 8, 8), value("ids", whole, "batch", "length")],
        [value("score", real, "batch", 1)],
        [
            table,
            constant("axes", numpy.array([1, 2], numpy.int64)),
            constant("one", numpy.array([1], numpy.int64)),
        ],
    )


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
