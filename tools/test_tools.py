#!/usr/bin/env python3
"""Everything in this folder that needs neither torch nor a runtime: manifests, statistics, and the small models' graphs.

    python -m unittest discover -s tools -p test_tools.py -v

Needs `numpy`, `onnx` and `blake3`. The exports themselves are tested by `test_exports.py`.
"""

from __future__ import annotations

import io
import tempfile
import tomllib
import types
import unittest
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import onnx

import make_tiny_models
import sample_image_model
import text_input
from agreement import held_against
from pair_statistics import fold_of, hits, kendall_tau, mean_over_prompts
from reward_folder import file_entry, hash_of, toml_value, write_manifest
from sample_sentences import sentences
from update_manifest import manifest

ROOT = Path(__file__).resolve().parent.parent


class Manifests(unittest.TestCase):
    def test_values_are_written_as_toml(self) -> None:
        value = {"text": 'say "hi"\n\u00e4', "list": [1, 2.5, 1e-7], "truth": True, "table": {"a": -3}}
        text = "\n".join(f"{key} = {toml_value(part)}" for key, part in value.items())
        self.assertEqual(tomllib.loads(text), value)
        for wrong in (float("nan"), float("inf")):
            with self.assertRaises(ValueError):
                toml_value(wrong)
        with self.assertRaises(TypeError):
            toml_value(None)

    def test_a_manifest_holds_the_hashes_of_the_files_beside_it(self) -> None:
        with tempfile.TemporaryDirectory() as home:
            folder = Path(home)
            (folder / "model.onnx").write_bytes(b"")
            entry = file_entry(folder, "model.onnx")
            # The hash of nothing, as the paper on BLAKE3 has it.
            self.assertEqual(entry["blake3"], "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")
            path = write_manifest(folder, {"files": {"model": entry, "tokenizer": None}, "name": "a", "score": {"n": 1}})
            written = path.read_text(encoding="utf-8")
            self.assertEqual(tomllib.loads(written), {"format": 1, "name": "a", "files": {"model": entry}, "score": {"n": 1}})
            self.assertLess(written.index("name ="), written.index("[files]"), "plain values belong to no section")

    def test_the_sample_models_are_what_their_manifests_say(self) -> None:
        for folder in (ROOT / "assets/models").iterdir():
            files = tomllib.loads((folder / "reward.toml").read_text(encoding="utf-8"))["files"]
            for entry in [files["model"], *([files["tokenizer"]] if "tokenizer" in files else [])]:
                self.assertEqual(hash_of(folder / entry["path"]), entry["blake3"], folder.name)


class Statistics(unittest.TestCase):
    def test_tau_and_intervals(self) -> None:
        self.assertEqual(kendall_tau(np.arange(9.0), np.arange(9.0) ** 3), 1.0)
        self.assertAlmostEqual(kendall_tau(np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4])), 2 / 3)
        share = mean_over_prompts(np.array([1.0, 1, 0, 0]), ["a", "a", "b", "b"])
        self.assertEqual((share.share, share.low, share.high), (0.5, 0.0, 1.0), "two prompts say little")

    def test_hits_and_folds(self) -> None:
        np.testing.assert_array_equal(hits(np.array([2.0, -1.0, 0.0])), [1.0, 0.0, 0.5])
        folds = [fold_of(f"prompt {at}", 5) for at in range(500)]
        self.assertEqual(folds, [fold_of(f"prompt {at}", 5) for at in range(500)])
        self.assertTrue(all(60 < folds.count(fold) < 140 for fold in range(5)), "about even")

    def test_made_texts_are_the_same_each_time(self) -> None:
        self.assertEqual(sentences(40), sentences(40))
        self.assertEqual(len(set(sentences(40))), 40)


class Agreements(unittest.TestCase):
    def setUp(self) -> None:
        self.original = np.random.default_rng(1).normal(size=(50, 2)).astype(np.float32)

    def refused(self, other: np.ndarray, precision: str = "fp32") -> str:
        with redirect_stdout(io.StringIO()), self.assertRaises(SystemExit) as ended:
            held_against("score", self.original, other, precision)
        return str(ended.exception)

    def test_equal_numbers_agree_and_others_are_refused(self) -> None:
        with redirect_stdout(io.StringIO()):
            result = held_against("score", self.original, self.original.copy(), "fp32")
            rounded = held_against("score", self.original, self.original + 1e-3, "fp16")
        self.assertEqual((result.largest_difference, result.tau, result.count), (0.0, 1.0, 50))
        self.assertAlmostEqual(rounded.largest_difference, 1e-3, places=5)
        self.assertIn("too much", self.refused(self.original + 1e-3), "what is well for 16 bits is not for 32")
        self.assertIn("should have", self.refused(self.original[:, :1]))
        self.assertIn("too much", self.refused(np.full_like(self.original, np.nan)), "NaN agrees with nothing")

    def test_numbers_that_are_near_and_rank_otherwise_are_refused(self) -> None:
        self.original = np.linspace(0.0, 1e-3, 50, dtype=np.float32)[:, None]
        self.assertIn("ranks otherwise", self.refused(self.original[::-1].copy(), "fp16"))


class Texts(unittest.TestCase):
    def test_positions_of_models_that_count_from_their_padding(self) -> None:
        tokenizer = types.SimpleNamespace(model_max_length=10**30, model_input_names=["input_ids", "token_type_ids"])
        def model(kind: str) -> types.SimpleNamespace:
            config = types.SimpleNamespace(model_type=kind, max_position_embeddings=514, pad_token_id=1, type_vocab_size=2)
            return types.SimpleNamespace(config=config)
        self.assertEqual(text_input.most_tokens(tokenizer, model("bert"), None), 514)
        self.assertEqual(text_input.most_tokens(tokenizer, model("roberta"), None), 512)
        self.assertEqual(text_input.most_tokens(tokenizer, model("roberta"), 128), 128)
        self.assertTrue(text_input.takes_types(tokenizer, model("bert")))
        section = text_input.text_section("{prompt}", None, 512, 0, False, "right")
        self.assertEqual((section["max_tokens"], section["types"]), (512, None))


class SmallModels(unittest.TestCase):
    def test_the_image_model_is_the_same_each_time(self) -> None:
        one, other = (sample_image_model.graph().SerializeToString(deterministic=True) for _ in range(2))
        self.assertEqual(one, other)
        onnx.checker.check_model(sample_image_model.graph(), full_check=True)

    def test_the_tiny_models_of_the_tests_are_those_that_the_script_makes(self) -> None:
        kept = ROOT / "crates/reward/tests/data"
        with tempfile.TemporaryDirectory() as home:
            make_tiny_models.main(Path(home))
            made = sorted(Path(home).iterdir())
            self.assertEqual([path.name for path in made], sorted(path.name for path in kept.glob("*.onnx")))
            for path in made:
                self.assertEqual(onnx.load(path).graph, onnx.load(kept / path.name).graph, path.name)



class Updates(unittest.TestCase):
    def test_each_kind_of_installation_is_offered_what_it_can_take(self):
        with tempfile.TemporaryDirectory() as folder:
            files = ("Tiebreak_0.10.0_amd64.deb", "Tiebreak_0.9.0_amd64.deb", "Tiebreak.app.tar.gz")
            for name in files:
                (Path(folder) / name).write_text("")
                (Path(folder) / f"{name}.sig").write_text(f"of {name}\n")
            # Nobody vouches for this one.
            (Path(folder) / "Tiebreak_0.10.0_amd64.AppImage").write_text("")
            platforms = manifest("0.10.0", Path(folder))["platforms"]
        self.assertEqual(set(platforms), {"linux-x86_64-deb", "darwin-aarch64-app"})
        self.assertEqual(platforms["linux-x86_64-deb"]["signature"], "of Tiebreak_0.10.0_amd64.deb")
        self.assertTrue(platforms["linux-x86_64-deb"]["url"].endswith("/v0.10.0/Tiebreak_0.10.0_amd64.deb"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
