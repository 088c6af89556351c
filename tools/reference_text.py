"""Writes what ONNX Runtime gives for the first pairs of minilm-hh-harmless-rm with its weights widened to float32.

    python tools/reference_text.py FOLDER_OF_THE_MODEL crates/reward/tests/data

Needs `numpy`, `onnx`, `onnxruntime` and `tokenizers`. The scores that the model's maker recorded are of weights
before they were halved, 0.0025 away from what any runtime gives for the file; a runtime that computes in float32
must equal these to four digits.
"""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime
import tokenizers
from onnx import TensorProto, numpy_helper

PAIRS = 40


def widen(tensor):
    if tensor.data_type == TensorProto.FLOAT16:
        array = numpy_helper.to_array(tensor).astype(numpy.float32)
        tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def main(folder, target):
    model = onnx.load(folder / "model_fp16.onnx")
    for tensor in model.graph.initializer:
        widen(tensor)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "value":
                widen(attribute.t)
            if node.op_type == "Cast" and attribute.i == TensorProto.FLOAT16:
                attribute.i = TensorProto.FLOAT
    for value in model.graph.value_info:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT16:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    session = onnxruntime.InferenceSession(model.SerializeToString())
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    scores = []
    for case in json.loads((folder / "golden_scores.json").read_text())[:PAIRS]:
        for response in ["response_a", "response_b"]:
            encoded = tokenizer.encode(case["prompt_tail"], case[response])
            inputs = {
                "input_ids": numpy.array([encoded.ids]),
                "attention_mask": numpy.array([encoded.attention_mask]),
                "token_type_ids": numpy.array([encoded.type_ids]),
            }
            scores.append(round(float(session.run(["logits"], inputs)[0][0, 0]), 6))
    (target / "minilm_float32_scores.json").write_text(json.dumps(scores) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
