#!/usr/bin/env python3
"""Makes a model's folder of a Hugging Face sequence classifier, such as a reward model with one label.

    python tools/export_sequence_classifier.py MODEL OUT --licence Apache-2.0 --description "What it judges"

One label makes a model with one score, several make one with a dimension each. `--first` and `--second` say how the
prompt and the response become the text, or the pair of texts, that the model was trained on: read its card.
"""

from __future__ import annotations

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

import text_input
from onnx_export import arguments, compare, export, header
from reward_folder import file_entry, write_manifest


class Scores(torch.nn.Module):
    """A classifier that gives its logits and nothing else."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        return self.model(input_ids=input_ids, attention_mask=attention_mask, **types).logits


def main(given: list[str] | None = None) -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--first", default="{prompt}", help="the first sequence, with {prompt} and {response}")
    parser.add_argument("--second", default="{response}", help="the second sequence; empty for models that read one")
    parser.add_argument("--max-tokens", type=int, help="fewer than the model takes")
    parser.add_argument("--dimensions", nargs="+", help="what each label is about; the model's own names if left out")
    options = parser.parse_args(given)
    model = AutoModelForSequenceClassification.from_pretrained(options.model, revision=options.revision).float().eval()
    tokenizer = AutoTokenizer.from_pretrained(options.model, revision=options.revision)
    labels = [model.config.id2label[at] for at in range(model.config.num_labels)]
    dimensions = options.dimensions or (["overall"] if len(labels) == 1 else labels)
    if len(dimensions) != len(labels):
        raise SystemExit(f"the model has {len(labels)} labels, and {len(dimensions)} dimensions are named")
    has_types = text_input.takes_types(tokenizer, model)
    most = text_input.most_tokens(tokenizer, model, options.max_tokens)
    batches = text_input.batches(tokenizer, bool(options.second), most, has_types)
    module = Scores(model)
    files = export(module, batches[0], text_input.axes(list(batches[0])), ["logits"], options.out, options.precision)
    tokenizer_name = text_input.save_tokenizer(tokenizer, options.out)
    compare(module, options.out, batches, options.precision)
    pad_id = tokenizer.pad_token_id or 0
    side = getattr(tokenizer, "truncation_side", "right")
    write_manifest(options.out, {
        **header(options, "score" if len(labels) == 1 else "scores", "text"),
        "files": {
            "model": file_entry(options.out, files[0]),
            "tokenizer": file_entry(options.out, tokenizer_name),
            "data": [file_entry(options.out, name) for name in files[1:]] or None,
        },
        "text": text_input.text_section(options.first, options.second or None, most, pad_id, has_types, side),
        "score": {"name": "logits", "dimensions": dimensions},
    })
    print(f"made {options.out}")


if __name__ == "__main__":
    main()
