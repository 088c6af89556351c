#!/usr/bin/env python3
"""Makes a model's folder of a CLIP model: its image tower with a head, or image and text and how well they agree.

    python tools/export_clip_scorer.py MODEL OUT --head HEAD --licence MIT --description "Aesthetic quality"
    python tools/export_clip_scorer.py MODEL OUT --with-text --licence MIT --description "Fit of image to prompt"

HEAD is an ONNX file that is a chain of Gemm, Relu and Identity over the image's embedding of length 1, as published
aesthetic heads are. With `--with-text` the score is the model's own logit of image and prompt, as CLIPScore and
preference models of its kind (PickScore, HPS) use it. Both give the image's embedding too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import AutoImageProcessor, AutoTokenizer, CLIPModel

import text_input
from onnx_export import arguments, compare, export, header
from reward_folder import file_entry, write_manifest
from sample_sentences import sentences

# The second is not "embedding", which is a name inside CLIP already.
OUTPUTS = ["score", "image_embedding"]
FILTERS = {1: "lanczos", 2: "bilinear", 3: "bicubic"}


class ImageScore(torch.nn.Module):
    """An image's score by a head over its embedding."""

    def __init__(self, model: CLIPModel, head: torch.nn.Module) -> None:
        super().__init__()
        self.vision, self.projection, self.head = model.vision_model, model.visual_projection, head

    def forward(self, pixel_values):
        embedding = unit(self.projection(self.vision(pixel_values=pixel_values).pooler_output))
        return self.head(embedding), embedding


class ImageTextScore(torch.nn.Module):
    """How well an image and a text agree."""

    def __init__(self, model: CLIPModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixel_values, input_ids, attention_mask):
        model = self.model
        image = unit(model.visual_projection(model.vision_model(pixel_values=pixel_values).pooler_output))
        text = model.text_model(input_ids=input_ids, attention_mask=attention_mask).pooler_output
        text = unit(model.text_projection(text))
        return (image * text).sum(dim=-1, keepdim=True) * model.logit_scale.exp(), image


def unit(vector: torch.Tensor) -> torch.Tensor:
    return vector / vector.norm(dim=-1, keepdim=True)


def read_head(path: Path, length: int) -> torch.nn.Module:
    """The layers of a head; anything but a plain chain is refused."""
    graph = onnx.load(path).graph
    weights = {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}
    layers: list[torch.nn.Module] = []
    at = graph.input[0].name
    for node in graph.node:
        settings = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
        is_plain = settings.get("alpha", 1) == 1 and settings.get("beta", 1) == 1 and not settings.get("transA")
        if node.input[0] != at or node.op_type not in ("Gemm", "Relu", "Identity") or not is_plain:
            raise SystemExit(f"the head is no chain of Gemm, Relu and Identity: it holds {node.op_type}")
        if node.op_type == "Gemm":
            weight = np.array(weights[node.input[1]], dtype=np.float32)
            weight = weight if settings.get("transB") else weight.T
            layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=len(node.input) > 2)
            layer.weight.data = torch.from_numpy(weight.copy())
            if len(node.input) > 2:
                layer.bias.data = torch.from_numpy(np.array(weights[node.input[2]], dtype=np.float32).reshape(-1))
            layers.append(layer)
        elif node.op_type == "Relu":
            layers.append(torch.nn.ReLU())
        at = node.output[0]
    first = next((layer for layer in layers if isinstance(layer, torch.nn.Linear)), None)
    if first is None or first.in_features != length:
        raise SystemExit(f"the head does not take the model's embedding of {length} numbers")
    if at != graph.output[0].name:
        raise SystemExit("the head's last node is not its output")
    return torch.nn.Sequential(*layers)


def image_section(processor, size: int) -> dict:
    """The `[image]` section of a CLIP image processor."""
    shortest = processor.size.get("shortest_edge") or processor.size.get("height")
    is_cut = bool(getattr(processor, "do_center_crop", False)) and "shortest_edge" in processor.size
    section = {
        "name": "pixel_values",
        "size": [size, size],
        "resize": "shortest_side" if is_cut else "exact",
        "shortest_side": int(shortest) if is_cut else None,
        "filter": FILTERS.get(int(processor.resample)),
        "mean": [float(value) for value in processor.image_mean],
        "sd": [float(value) for value in processor.image_std],
    }
    if section["filter"] is None:
        raise SystemExit(f"the image processor resizes in a way that Tiebreak has not: {processor.resample}")
    return section


def main(given: list[str] | None = None) -> None:
    parser = arguments(__doc__.splitlines()[0])
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--head", type=Path, help="an ONNX file with a head over the image's embedding")
    kind.add_argument("--with-text", action="store_true", help="score how well image and prompt agree")
    parser.add_argument("--dimensions", nargs="+", default=["overall"], help="what each number of the head is about")
    options = parser.parse_args(given)
    model = CLIPModel.from_pretrained(options.model, revision=options.revision, attn_implementation="eager")
    model = model.float().eval()
    processor = AutoImageProcessor.from_pretrained(options.model, revision=options.revision)
    size, length = model.config.vision_config.image_size, model.config.projection_dim
    generator = torch.Generator().manual_seed(7)
    images = [torch.randn((4, 3, size, size), generator=generator) for _ in range(16)]
    tokenizer_entry, text, axes = {}, {}, {"pixel_values": {0: "batch"}}
    if options.with_text:
        module = ImageTextScore(model)
        tokenizer = AutoTokenizer.from_pretrained(options.model, revision=options.revision)
        most = model.config.text_config.max_position_embeddings
        texts = sentences(64, most_words=20)
        batches = []
        for at, pixels in enumerate(images):
            encoded = tokenizer(texts[4 * at : 4 * at + 4], padding=True, truncation=True, max_length=most,
                                return_tensors="pt")
            batches.append({"pixel_values": pixels, "input_ids": encoded["input_ids"],
                            "attention_mask": encoded["attention_mask"]})
        axes |= text_input.axes(["input_ids", "attention_mask"])
        pad_id = tokenizer.pad_token_id or 0
        text = {"text": text_input.text_section("{prompt}", None, most, pad_id, False, "right")}
    else:
        module = ImageScore(model, read_head(options.head, length)).eval()
        batches = [{"pixel_values": pixels} for pixels in images]
    width = module(**batches[0])[0].shape[-1]
    if width != len(options.dimensions):
        raise SystemExit(f"the head gives {width} numbers, and {len(options.dimensions)} dimensions are named")
    files = export(module, batches[0], axes, OUTPUTS, options.out, options.precision)
    if options.with_text:
        tokenizer_entry = {"tokenizer": file_entry(options.out, text_input.save_tokenizer(tokenizer, options.out))}
    compare(module, options.out, batches, options.precision)
    task = "score" if width == 1 else "scores"
    write_manifest(options.out, {
        **header(options, task, "image_text" if options.with_text else "image"),
        "files": {
            "model": file_entry(options.out, files[0]),
            **tokenizer_entry,
            "data": [file_entry(options.out, name) for name in files[1:]] or None,
        },
        "image": image_section(processor, size),
        **text,
        "score": {"name": "score", "dimensions": options.dimensions},
        "embedding": {"name": OUTPUTS[1], "length": length, "pooling": "none", "normalise": False},
    })
    print(f"made {options.out}")


if __name__ == "__main__":
    main()
