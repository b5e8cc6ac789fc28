"""Runs the PyTorch texts of transformers: node tools/golden/transformer-pytorch.ts | python tools/golden/transformer_pytorch.py

Writes test/golden/transformer-pytorch.json: the hash of each text, and the parameters that torch counts in it on the meta device, tied ones
once. Models below RUN parameters also run: the outputs must be finite, and a later token may change no earlier output.
"""

import hashlib
import json
import pathlib
import sys

import torch

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "transformer-pytorch.json"
RUN = 5e6


def row(name, text):
    scope = {}
    exec(compile(text, name, "exec"), scope)
    with torch.device("meta"):
        params = sum(p.numel() for p in scope["Transformer"]().parameters())
    if params < RUN:
        check(name, scope["Transformer"]())
    return {"name": name, "text": hashlib.sha256(text.encode()).hexdigest(), "params": params, "ran": params < RUN}


def check(name, model):
    torch.manual_seed(0)
    first, second = (model(torch.tensor([[0, 1, 2, 3, 4, 5, last]])) for last in (6, 9))
    assert torch.isfinite(first).all(), name
    assert torch.allclose(first[:, :6], second[:, :6], atol=1e-4), f"{name}: a later token is seen"


def main():
    rows = [row(**entry) for entry in json.load(sys.stdin)]
    lines = ",\n".join(json.dumps(one) for one in rows)
    TARGET.write_text(f'{{"torch": "{torch.__version__}", "rows": [\n{lines}\n]}}\n')
    print(len(rows), sum(one["ran"] for one in rows))


if __name__ == "__main__":
    main()
