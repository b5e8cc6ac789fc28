"""Runs the PyTorch texts of convolutional presets: python tools/golden/convnet_pytorch.py > test/golden/convnets/pytorch.json

Each row: the text's SHA-256; the SHA-256 of its weights' names and shapes, one `name 64x3x7x7` a line in alphabetical order; running
statistics; multiply-accumulates of a forward pass by PyTorch's FlopCounterMode. Needs node and torch; networks stand on the meta device.
"""

import hashlib
import json
import os
import subprocess

import torch
from torch.utils.flop_counter import FlopCounterMode

HERE = os.path.dirname(os.path.abspath(__file__))


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def ran(name, text):
    scope = {"__name__": "text"}
    exec(compile(text, f"{name}.py", "exec"), scope)
    with torch.device("meta"):
        network = scope["Network"]()
    image = torch.empty(2, 3, 224, 224, device="meta")
    network.train()(image)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        logits = network.eval()(image)
    assert list(logits.shape) == [2, 1000]
    names = sorted(f"{key} {'x'.join(map(str, p.shape))}" for key, p in network.named_parameters())
    return {
        "name": name,
        "text": sha(text),
        "weights": sha("\n".join(names)),
        "params": sum(p.numel() for p in network.parameters()),
        "statistics": sum("running" in key for key, _ in network.named_buffers()),
        "macsAt224": counter.get_total_flops() // 4,
    }


def main():
    out = subprocess.run(["node", os.path.join(HERE, "convnet-texts.ts")], check=True, capture_output=True, text=True)
    rows = [ran(name, text) for name, text in json.loads(out.stdout).items()]
    print(json.dumps({"torch": torch.__version__, "rows": rows}, indent=1))


main()
