#!/usr/bin/env python3
"""Runs each export tool on a tiny model with random weights, made here of a configuration; nothing is downloaded.

    python -m unittest discover -s tools -p test_exports.py -v

Where there is no torch, transformers, onnxruntime or tokenizers, they are skipped, saying which is missing.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
import unittest
import unittest.mock
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

try:
    import onnxruntime  # noqa: F401
    import torch
    import transformers
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
except ImportError as error:
    raise unittest.SkipTest(f"the exports are not tested: {error}") from error

import agreement
import export_clip_scorer
import export_embedding
import export_sequence_classifier
import onnx_export
from reward_folder import hash_of
from sample_sentences import WORDS

LICENCE = ["--licence", "MIT", "--description", "a test"]


def tokenizer(special: dict[str, str], has_types: bool = False) -> transformers.PreTrainedTokenizerFast:
    """A word tokenizer that puts its special tokens around one text or two."""
    begin, end, pad, unknown = (special[key] for key in ("cls_token", "sep_token", "pad_token", "unk_token"))
    vocabulary = {piece: at for at, piece in enumerate([pad, unknown, begin, end, *WORDS, ".", "?", "!"])}
    built = Tokenizer(models.WordLevel(vocabulary, unknown))
    built.normalizer = normalizers.Lowercase()
    built.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    built.post_processor = processors.TemplateProcessing(
        f"{begin} $A {end}", f"{begin} $A {end} $B:1 {end}:1", [(begin, 2), (end, 3)]
    )
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if has_types else [])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=built, model_max_length=64, model_input_names=names, **special
    )


SPECIAL = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"}
TINY = {
    "vocab_size": len(WORDS) + 7, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 32, "max_position_embeddings": 64,
    # Weights as small as a real model begins with would give the same score to every text.
    "initializer_range": 0.2,
}


class Exports(unittest.TestCase):
    def setUp(self) -> None:
        torch.manual_seed(3)
        self.home = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.model, self.out = self.home / "model", self.home / "out"

    def manifest(self) -> dict:
        """The manifest, whose hashes are those of the files."""
        manifest = tomllib.loads((self.out / "reward.toml").read_text(encoding="utf-8"))
        files = manifest["files"]
        for entry in [files["model"], *([files["tokenizer"]] if "tokenizer" in files else []), *files.get("data", [])]:
            self.assertEqual(hash_of(self.out / entry["path"]), entry["blake3"])
        self.assertLess((self.out / "model.onnx").stat().st_size, 2_000_000)
        self.assertNotIn(str(Path(__file__).parent).encode(), (self.out / "model.onnx").read_bytes())
        return manifest

    def bert(self, **settings) -> None:
        config = transformers.BertConfig(**TINY, **settings)
        transformers.BertForSequenceClassification(config).save_pretrained(self.model)
        tokenizer(SPECIAL, has_types=True).save_pretrained(self.model)

    def test_a_classifier_with_one_label(self) -> None:
        self.bert(num_labels=1)
        export_sequence_classifier.main([str(self.model), str(self.out), *LICENCE])
        manifest = self.manifest()
        self.assertEqual((manifest["task"], manifest["score"]["dimensions"]), ("score", ["overall"]))
        self.assertEqual(manifest["text"]["max_tokens"], 64)
        self.assertEqual(manifest["text"]["types"], "token_type_ids")
        made = json.loads((self.out / "tokenizer.json").read_text(encoding="utf-8"))
        self.assertIsNone(made["truncation"], "the manifest states it")

    def test_a_classifier_in_half_precision_with_labels(self) -> None:
        self.bert(num_labels=3, id2label={0: "clear", 1: "kind", 2: "true"}, label2id={"clear": 0, "kind": 1, "true": 2})
        # Scores of random weights lie closer together than those of a trained model, so that rounding to 16 bits
        # turns more of them around.
        with unittest.mock.patch.object(agreement, "LEAST_TAU", 0.99):
            export_sequence_classifier.main([
                str(self.model), str(self.out), *LICENCE, "--precision", "fp16", "--second", "",
                "--first", "{prompt} {response}", "--max-tokens", "32",
            ])
        manifest = self.manifest()
        self.assertEqual((manifest["task"], manifest["precision"]), ("scores", "fp16"))
        self.assertEqual(manifest["score"]["dimensions"], ["clear", "kind", "true"])
        self.assertNotIn("second", manifest["text"])
        self.assertEqual(manifest["text"]["max_tokens"], 32)
        kinds = {constant.data_type for constant in onnx.load(self.out / "model.onnx").graph.initializer}
        self.assertIn(onnx.TensorProto.FLOAT16, kinds)

    def test_a_classifier_that_counts_positions_from_its_padding(self) -> None:
        config = transformers.RobertaConfig(**{**TINY, "max_position_embeddings": 40}, num_labels=1, pad_token_id=0)
        transformers.RobertaForSequenceClassification(config).save_pretrained(self.model)
        tokenizer(SPECIAL).save_pretrained(self.model)
        export_sequence_classifier.main([str(self.model), str(self.out), *LICENCE])
        self.assertEqual(self.manifest()["text"]["max_tokens"], 39)

    def test_an_embedding(self) -> None:
        transformers.BertModel(transformers.BertConfig(**TINY)).save_pretrained(self.model)
        tokenizer(SPECIAL).save_pretrained(self.model)
        export_embedding.main([str(self.model), str(self.out), *LICENCE, "--pooling", "cls"])
        embedding = self.manifest()["embedding"]
        self.assertEqual((embedding["length"], embedding["pooling"], embedding["normalise"]), (16, "cls", True))

    def clip(self) -> None:
        text = {**TINY, "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0, "max_position_embeddings": 24}
        vision = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
                  "image_size": 32, "patch_size": 8}
        config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=12)
        transformers.CLIPModel(config).save_pretrained(self.model)
        tokenizer(SPECIAL).save_pretrained(self.model)
        settings = {"size": {"shortest_edge": 36}, "crop_size": {"height": 32, "width": 32}}
        transformers.CLIPImageProcessor(**settings).save_pretrained(self.model)

    def head(self, nodes: list, length: int = 12) -> Path:
        generator = np.random.default_rng(5)
        constants = [
            numpy_helper.from_array(generator.normal(size=shape).astype(np.float32), name)
            for name, shape in (("w", (8, length)), ("b", (8,)), ("v", (1, 8)), ("c", (1,)))
        ]
        image = helper.make_tensor_value_info("e", onnx.TensorProto.FLOAT, [None, length])
        score = helper.make_tensor_value_info("s", onnx.TensorProto.FLOAT, [None, 1])
        path = self.home / "head.onnx"
        onnx.save(helper.make_model(helper.make_graph(nodes, "head", [image], [score], constants)), path)
        return path

    def chain(self) -> list:
        return [
            helper.make_node("Gemm", ["e", "w", "b"], ["h"], transB=1),
            helper.make_node("Relu", ["h"], ["r"]),
            helper.make_node("Gemm", ["r", "v", "c"], ["s"], transB=1),
        ]

    def test_an_image_tower_with_a_head(self) -> None:
        self.clip()
        export_clip_scorer.main([str(self.model), str(self.out), *LICENCE, "--head", str(self.head(self.chain()))])
        manifest = self.manifest()
        self.assertEqual(manifest["input"], "image")
        image = manifest["image"]
        self.assertEqual((image["size"], image["shortest_side"], image["filter"]), ([32, 32], 36, "bicubic"))
        self.assertEqual(manifest["embedding"]["length"], 12)

    def test_a_head_that_is_no_chain_is_refused(self) -> None:
        self.clip()
        head = str(self.head([*self.chain()[:1], helper.make_node("Sigmoid", ["h"], ["r"]), *self.chain()[2:]]))
        with self.assertRaisesRegex(SystemExit, "Sigmoid"):
            export_clip_scorer.main([str(self.model), str(self.out), *LICENCE, "--head", head])
        with self.assertRaisesRegex(SystemExit, "embedding of 12"):
            other = str(self.head(self.chain(), length=13))
            export_clip_scorer.main([str(self.model), str(self.out), *LICENCE, "--head", other])
        self.assertFalse((self.out / "reward.toml").exists())

    def test_an_image_and_a_text(self) -> None:
        self.clip()
        export_clip_scorer.main([str(self.model), str(self.out), *LICENCE, "--with-text"])
        manifest = self.manifest()
        self.assertEqual((manifest["input"], manifest["text"]["max_tokens"]), ("image_text", 24))

    def test_an_export_that_differs_is_refused(self) -> None:
        self.bert(num_labels=1)
        export_sequence_classifier.main([str(self.model), str(self.out), *LICENCE])
        module = export_sequence_classifier.Scores(
            transformers.AutoModelForSequenceClassification.from_pretrained(self.model).eval()
        )
        with torch.no_grad():
            module.model.classifier.bias += 1
        batch = {"input_ids": torch.ones((2, 4), dtype=torch.int64)}
        batch |= {"attention_mask": batch["input_ids"], "token_type_ids": batch["input_ids"] * 0}
        with self.assertRaisesRegex(SystemExit, "too much"):
            onnx_export.compare(module, self.out, [batch], "fp32")

    def test_an_export_that_ranks_otherwise_is_refused(self) -> None:
        self.assertEqual(agreement.LEAST_TAU, 0.999)
        with unittest.mock.patch.object(agreement, "kendall_tau", lambda one, other: 0.998):
            self.bert(num_labels=1)
            with self.assertRaisesRegex(SystemExit, "ranks otherwise"):
                export_sequence_classifier.main([str(self.model), str(self.out), *LICENCE])
        self.assertFalse((self.out / "reward.toml").exists(), "there is no manifest of a model that was refused")


if __name__ == "__main__":
    unittest.main(verbosity=2)
