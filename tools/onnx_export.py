"""What the export tools share: PyTorch to ONNX, half precision, and the check that both give the same numbers."""

from __future__ import annotations

import argparse
import copy
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch

from agreement import Agreement, held_against

OPSET = 18
# One file holds no more than this; larger weights go beside it (protobuf's limit is 2 GiB).
LARGEST_FILE_BYTES = 1_900_000_000
DATA_NAME = "model.onnx.data"
# As many nodes at the end of a graph pass for its head.
HEAD_NODES = 8


def arguments(description: str) -> argparse.ArgumentParser:
    """The options that every export has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model", help="a folder with a Hugging Face model, or its name on the hub")
    parser.add_argument("out", type=Path, help="the folder to be made")
    parser.add_argument("--name", help="the name on the screen; the model's if left out")
    parser.add_argument("--version", default="1", help="as you count")
    parser.add_argument("--licence", required=True, help="of the weights, as an SPDX expression or in words")
    parser.add_argument("--description", required=True, help="what it judges and how far to trust it")
    parser.add_argument("--precision", choices=["fp32", "fp16"], default="fp32")
    parser.add_argument("--revision", help="the commit on the hub; pin it, so that the same model is made again")
    return parser


def header(options: argparse.Namespace, task: str, input_kind: str) -> dict[str, Any]:
    """The manifest's first lines."""
    return {
        "name": options.name or Path(str(options.model)).name,
        "version": options.version,
        "licence": options.licence,
        "description": options.description,
        "task": task,
        "precision": options.precision,
        "input": input_kind,
    }


def export(
    module: torch.nn.Module,
    inputs: dict[str, torch.Tensor],
    axes: dict[str, dict[int, str]],
    outputs: list[str],
    folder: Path,
    precision: str,
) -> list[str]:
    """Writes `model.onnx`, with its weights beside it if they are large; gives the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    module = copy.deepcopy(module).float().eval()
    batch = torch.export.Dim("batch", min=1, max=4096)
    dims = {"batch": batch, "sequence": torch.export.Dim("sequence", min=2, max=131_072)}
    shapes = {name: {axis: dims[label] for axis, label in axes[name].items()} for name in inputs}
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "model.onnx"
        with torch.no_grad():
            torch.onnx.export(
                module, (), path, kwargs=inputs, input_names=list(inputs), output_names=outputs,
                dynamic_shapes=shapes, opset_version=OPSET, dynamo=True, external_data=False, verbose=False,
            )
        model = onnx.load(path)
    if precision == "fp16":
        model = in_half_precision(model)
    model.doc_string = ""
    # Notes on the source of each node hold paths of this machine.
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        value.doc_string = ""
        del value.metadata_props[:]
    is_large = model.ByteSize() > LARGEST_FILE_BYTES
    onnx.save_model(
        model, folder / "model.onnx", save_as_external_data=is_large, all_tensors_to_one_file=True, location=DATA_NAME
    )
    onnx.checker.check_model(str(folder / "model.onnx"))
    return ["model.onnx", DATA_NAME] if is_large else ["model.onnx"]


def in_half_precision(model: onnx.ModelProto) -> onnx.ModelProto:
    """16-bit weights; what normalises, and the nodes that make the outputs, stay in 32 bits, where rounding shows."""
    from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16
    from onnxruntime.transformers.onnx_model import OnnxModel

    for at, node in enumerate(model.graph.node):
        node.name = node.name or f"node_{at}"
    model = convert_float_to_float16(
        model,
        keep_io_types=True,
        op_block_list=[*DEFAULT_OP_BLOCK_LIST, "LayerNormalization"],
        node_block_list=[node.name for node in model.graph.node[-HEAD_NODES:]],
    )
    # The conversion puts its casts at the end of the list.
    sorted_model = OnnxModel(model)
    sorted_model.topological_sort()
    return sorted_model.model


def compare(
    module: torch.nn.Module, folder: Path, batches: list[dict[str, torch.Tensor]], precision: str
) -> list[Agreement]:
    """Holds every output of the exported model against the original's, on batches of inputs.

    Ends the program where they differ, since a folder that scores otherwise than its model is of no use.
    """
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    originals, exported = ([[] for _ in names] for _ in range(2))
    with torch.no_grad():
        for batch in batches:
            given = module(**batch)
            given = given if isinstance(given, tuple) else (given,)
            found = session.run(names, {name: value.numpy() for name, value in batch.items()})
            for at, (one, other) in enumerate(zip(given, found, strict=True)):
                if one.shape != other.shape:
                    raise SystemExit(f"{names[at]} has the shape {other.shape} and should have {tuple(one.shape)}")
                originals[at].append(one.numpy().reshape(-1, one.shape[-1]))
                exported[at].append(other.reshape(-1, other.shape[-1]))
    return [
        held_against(name, np.concatenate(original), np.concatenate(other), precision)
        for name, original, other in zip(names, originals, exported, strict=True)
    ]
