"""The sample project's image scorer: three statistics of an image with fixed weights, nothing learned.

Contrast is the standard deviation of the luma, sharpness the mean absolute Laplacian of the luma, colourfulness that
of Hasler and Suesstrunk 2003 ("Measuring colourfulness in natural images"), on a scale of 0 to 1. The embedding is
the image at 4 x 4: luma, two opponent colours, and the Laplacian.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PIXELS = 64
CELLS = 4
LENGTH = 4 * CELLS * CELLS
# Chosen so that each statistic counts about alike on photographs; fitted to nothing.
WEIGHTS = {"contrast": 5.0, "sharpness": 5.0, "colourfulness": 2.5}
COLOURS = np.float32([[0.299, 0.587, 0.114], [1, -1, 0], [0.5, 0.5, -1]])
LAPLACIAN = np.float32([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
TINY = 1e-6


def graph() -> onnx.ModelProto:
    """The ONNX graph: `pixel_values` in, red, green and blue from 0 to 1; `score` and `embedding` out."""
    nodes, constants = [], []

    def node(kind: str, inputs: list[str], output: str, **attributes) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def conv(source: str, weights: str, output: str, size: int, pad: int = 0) -> str:
        # Every setting is written out: rten takes none of the defaults for granted.
        return node("Conv", [source, weights], output, kernel_shape=[size, size], strides=[1, 1], pads=[pad] * 4,
                    dilations=[1, 1], group=1)

    def mean(name: str, source: str) -> str:
        return node("ReduceMean", [source], name, axes=[2, 3], keepdims=0)

    tiny, axis_one = constant("tiny", np.float32([TINY])), constant("axis_one", np.int64([1]))
    colours = conv("pixel_values", constant("colours", COLOURS[:, :, None, None]), "luma_and_opponents", 1)
    parts = constant("parts", np.int64([1, 2]))
    nodes.append(helper.make_node("Split", [colours, parts], ["luma", "opponents"], name="split", axis=1))
    laplacian = constant("laplacian", LAPLACIAN[None, None])
    edges = node("Abs", [conv("luma", laplacian, "second_difference", 3)], "edges")

    average = mean("means", colours)
    square = mean("square_means", node("Mul", [colours, colours], "squares"))
    spread = node("Sub", [square, node("Mul", [average, average], "means_squared")], "variances_raw")
    spread = node("Relu", [spread], "variances")
    nodes.append(helper.make_node("Split", [spread, parts], ["luma_variance", "opponent_variances"],
                                  name="split_variances", axis=1))
    nodes.append(helper.make_node("Split", ["means_squared", parts], ["luma_mean_squared", "opponent_means_squared"],
                                  name="split_means", axis=1))

    def root(name: str, source: str, is_summed: bool) -> str:
        if is_summed:
            source = node("ReduceSum", [source, axis_one], f"{name}_sum", keepdims=1)
        return node("Sqrt", [node("Add", [source, tiny], f"{name}_safe")], name)

    contrast = root("contrast", "luma_variance", False)
    sharpness = mean("sharpness", edges)
    away = root("opponent_distance", "opponent_means_squared", True)
    away = node("Mul", [away, constant("distance_weight", np.float32([0.3]))], "opponent_distance_weighted")
    colourfulness = node("Add", [root("opponent_spread", "opponent_variances", True), away], "colourfulness")
    statistics = node("Concat", [contrast, sharpness, colourfulness], "statistics", axis=1)
    weights = np.float32([WEIGHTS[name] for name in ("contrast", "sharpness", "colourfulness")])
    node("MatMul", [statistics, constant("weights", weights[:, None])], "score")

    padded = conv("luma", laplacian, "second_difference_padded", 3, pad=1)
    padded = node("Abs", [padded], "edges_padded")
    cell = PIXELS // CELLS
    cells = node("Concat", [colours, padded], "cell_source", axis=1)
    cells = node("AveragePool", [cells], "cells", kernel_shape=[cell, cell], strides=[cell, cell], pads=[0] * 4)
    cells = node("Flatten", [cells], "cells_flat", axis=1)
    square = node("Mul", [cells, cells], "cells_square")
    norm = root("cells_norm", square, True)
    node("Div", [cells, norm], "embedding")

    pixels = helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["batch", 3, PIXELS, PIXELS])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", length]) for name, length in
               (("score", 1), ("embedding", LENGTH))]
    model = helper.make_model(
        helper.make_graph(nodes, "tiebreak-small-image", [pixels], outputs, constants),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="tiebreak",
    )
    onnx.checker.check_model(model, full_check=True)
    return model
