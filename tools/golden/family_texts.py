"""Runs PyTorch texts of families: node tools/golden/family-texts.ts | python tools/golden/family_texts.py

Writes test/golden/family-pytorch.json: the hash of each text, the parameters that torch counts in it, tied ones once, and the shapes that
it gives for two samples (of 6 tokens). Models above RUN parameters run on the meta device: shapes without numbers. The others must give
finite numbers, and where they are causal, a later token may change no earlier output.
"""

import hashlib
import json
import pathlib
import sys

import torch

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "family-pytorch.json"
RUN = 3e7
TOKENS = 6


def row(name, text, input, isTokens, isCausal):
    scope = {}
    exec(compile(text, name, "exec"), scope)
    modules = [v for v in scope.values() if isinstance(v, type) and issubclass(v, torch.nn.Module)]
    network = modules[-1]
    with torch.device("meta"):
        params = sum(p.numel() for p in network().parameters())
    with torch.device("cpu" if params < RUN else "meta"), torch.no_grad():
        torch.manual_seed(0)
        model = network()
        shape = [2, *(size or TOKENS for size in input)] if not isTokens else [2, TOKENS]
        x = torch.zeros(shape, dtype=torch.int64) if isTokens else torch.rand(shape)
        outputs = model(x)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        if params < RUN:
            assert all(y.isfinite().all() and y.std() > 0 for y in outputs), name
            if isCausal:
                check_causal(name, model)
    return {
        "name": name,
        "text": hashlib.sha256(text.encode()).hexdigest(),
        "params": params,
        "outputs": [list(y.shape) for y in outputs],
        "ran": params < RUN,
    }


def check_causal(name, model):
    def first(tokens):
        y = model(torch.tensor([tokens]))
        return y[0] if isinstance(y, tuple) else y

    before, after = first([0, 1, 2, 3, 4, 5]), first([0, 1, 2, 3, 4, 9])
    assert torch.allclose(before[:, :5], after[:, :5], atol=1e-5), f"{name}: a later token is seen"
    assert not torch.allclose(before[:, 5], after[:, 5], atol=1e-5), f"{name}: the last token is not seen"


def main():
    rows = [row(**entry) for entry in json.load(sys.stdin)]
    lines = ",\n".join(json.dumps(one) for one in rows)
    TARGET.write_text(f'{{"torch": "{torch.__version__}", "rows": [\n{lines}\n]}}\n')
    print(len(rows), sum(one["ran"] for one in rows))


if __name__ == "__main__":
    main()
