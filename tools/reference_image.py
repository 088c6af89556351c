"""Writes the scores that Pillow and ONNX Runtime give for a synthetic image, fitted in every way of a manifest.

    python tools/reference_image.py crates/reward/tests/data

Needs `pillow<13`, `numpy` and `onnxruntime`, and image.onnx, which tools/make_tiny_models.py writes. The steps are
torchvision's `Resize` and `CenterCrop`, and Pillow's `ImageOps.pad`, written out. Pillow 13 resamples the columns of tall
images first, which rounds differently; models have been trained with the order of those before it.
"""

import json
import pathlib
import sys

import numpy
import onnxruntime
from PIL import Image, ImageOps

SIDE = 8
MEAN = numpy.array([0.48145466, 0.4578275, 0.40821073], numpy.float32)
SD = numpy.array([0.26862954, 0.26130258, 0.27577711], numpy.float32)
FILTERS = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "lanczos": Image.Resampling.LANCZOS,
}


def synthetic(width, height):
    """Curves and fine grain: what resampling gets wrong shows, and few sums fall on the half between two values."""
    x, y = numpy.meshgrid(numpy.arange(width), numpy.arange(height))
    channels = [(x * x * 3 + y * y * 7 + x * y) % 251, (x * 29 ^ y * 57) % 256, (x * y * 11 + x * 5) % 241]
    return Image.fromarray(numpy.stack(channels, axis=-1).astype(numpy.uint8))


def fitted(image, resize, resampling):
    if resize == "exact":
        return image.resize((SIDE, SIDE), resampling)
    if resize == "pad":
        return ImageOps.pad(image, (SIDE, SIDE), resampling, color=(124, 116, 104))
    width, height = image.size
    short = 11
    if width <= height:
        size = (short, int(short * height / width))
    else:
        size = (int(short * width / height), short)
    image = image.resize(size, resampling)
    left, top = int(round((size[0] - SIDE) / 2.0)), int(round((size[1] - SIDE) / 2.0))
    return image.crop((left, top, left + SIDE, top + SIDE))


def main(folder):
    session = onnxruntime.InferenceSession(str(folder / "image.onnx"))
    cases = []
    for width, height in [(97, 61), (40, 130), (5, 7), (8, 8)]:
        for resize in ["shortest_side", "exact", "pad"]:
            for name, resampling in FILTERS.items():
                pixels = numpy.asarray(fitted(synthetic(width, height), resize, resampling), numpy.float32)
                numbers = ((pixels / 255 - MEAN) / SD).transpose(2, 0, 1)[None]
                score = session.run(None, {"pixels": numbers.astype(numpy.float32)})[0]
                case = {"width": width, "height": height, "resize": resize, "filter": name}
                cases.append({**case, "score": round(float(score[0, 0]), 5)})
    lines = ",\n".join(json.dumps(case) for case in cases)
    (folder / "image_scores.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
