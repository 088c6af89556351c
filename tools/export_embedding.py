#!/usr/bin/env python3
"""Makes a model's folder of a sentence embedding model, from which Tiebreak learns heads of a project's own.

    python tools/export_embedding.py MODEL OUT --licence Apache-2.0 --description "Sentence embeddings"

The graph gives a vector per token; Tiebreak pools them as `--pooling` says. Look into the model's card for which.
"""

from __future__ import annotations

import torch
from transformers import AutoModel, AutoTokenizer

import text_input
from onnx_export import arguments, compare, export, header
from reward_folder import file_entry, write_manifest


class TokenVectors(torch.nn.Module):
    """A model that gives the last layer's vectors and nothing else."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        return self.model(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state


def main(given: list[str] | None = None) -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--pooling", choices=["mean", "cls"], default="mean", help="how token vectors become one")
    parser.add_argument("--keep-length", action="store_true", help="do not bring embeddings to length 1")
    parser.add_argument("--first", default="{response}", help="the text, with {prompt} and {response}")
    parser.add_argument("--second", default="", help="a second sequence, if the model reads two")
    parser.add_argument("--max-tokens", type=int, help="fewer than the model takes")
    options = parser.parse_args(given)
    model = AutoModel.from_pretrained(options.model, revision=options.revision).float().eval()
    tokenizer = AutoTokenizer.from_pretrained(options.model, revision=options.revision)
    has_types = text_input.takes_types(tokenizer, model)
    most = text_input.most_tokens(tokenizer, model, options.max_tokens)
    batches = text_input.batches(tokenizer, bool(options.second), most, has_types)
    module = TokenVectors(model)
    names = text_input.axes(list(batches[0]))
    files = export(module, batches[0], names, ["last_hidden_state"], options.out, options.precision)
    tokenizer_name = text_input.save_tokenizer(tokenizer, options.out)
    compare(module, options.out, batches, options.precision)
    pad_id = tokenizer.pad_token_id or 0
    side = getattr(tokenizer, "truncation_side", "right")
    write_manifest(options.out, {
        **header(options, "embedding", "text"),
        "files": {
            "model": file_entry(options.out, files[0]),
            "tokenizer": file_entry(options.out, tokenizer_name),
            "data": [file_entry(options.out, name) for name in files[1:]] or None,
        },
        "text": text_input.text_section(options.first, options.second or None, most, pad_id, has_types, side),
        "embedding": {
            "name": "last_hidden_state",
            "length": model.config.hidden_size,
            "pooling": options.pooling,
            "normalise": not options.keep_length,
        },
    })
    print(f"made {options.out}")


if __name__ == "__main__":
    main()
