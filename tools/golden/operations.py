"""Golden counts of other tools: python tools/golden/operations.py writes test/golden/operations.json.

The nets of the golden torch.export files, and networks of torchvision that presets of the same name describe (pip install torch
torchvision). Dropouts are switched off, since files are exported for evaluation.
"""

import json
import sys
import warnings
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parent / "models"))
from torch_nets import NETS, build  # noqa: E402
from torch_operations import deepspeed_flops, fvcore_flops, saved_bytes, training_macs  # noqa: E402

OUT = Path(__file__).parents[2] / "test" / "golden" / "operations.json"
# Preset and torchvision's name; image of 224 pixels.
PRESETS = [
    ("resnet18", "resnet18"),
    ("resnet50", "resnet50"),
    ("resnext50-32x4d", "resnext50_32x4d"),
    ("wide-resnet50-2", "wide_resnet50_2"),
    ("mobilenet-v2-100", "mobilenet_v2"),
    ("mobilenet-v3-small-100", "mobilenet_v3_small"),
    ("mobilenet-v3-large-100", "mobilenet_v3_large"),
    ("efficientnet-b0", "efficientnet_b0"),
    ("efficientnetv2-s", "efficientnet_v2_s"),
    ("convnext-tiny", "convnext_tiny"),
    ("regnety-400mf", "regnet_y_400mf"),
    ("regnetx-3.2gf", "regnet_x_3_2gf"),
    ("vit_base_patch16_224", "vit_b_16"),
]


def without_dropout(module):
    for part in module.modules():
        if isinstance(part, nn.Dropout) or type(part).__name__ == "StochasticDepth":
            part.p = 0.0
        if isinstance(part, nn.MultiheadAttention):
            part.dropout = 0.0
    return module


def file_row(name):
    module, inputs = build(name)
    module, inputs = without_dropout(module), tuple(inputs.values())
    return {
        "file": f"torch-export/{name}.pt2",
        "fvcore": fvcore_flops(module, inputs),
        "deepspeed": deepspeed_flops(module, inputs),
        "trainingMacs": training_macs(module, inputs),
        "savedBytes": saved_bytes(module, inputs),
    }


def preset_row(preset, name):
    from torchvision import models

    module = without_dropout(models.get_model(name, weights=None))
    inputs = (torch.zeros(1, 3, 224, 224),)
    return {
        "preset": preset,
        "params": sum(one.numel() for one in module.parameters()),
        "fvcore": fvcore_flops(module, inputs),
        "deepspeed": deepspeed_flops(module, inputs),
        "savedBytes": saved_bytes(module, inputs),
    }


def main():
    warnings.simplefilter("ignore")
    torch._C._set_mkldnn_enabled(False)
    rows = [file_row(name) for name in NETS]
    rows += [preset_row(*names) for names in PRESETS]
    made = {"generator": "tools/golden/operations.py", "torch": torch.__version__}
    lines = ",\n".join("    " + json.dumps(row) for row in rows)
    OUT.write_text("{\n" + json.dumps(made, indent=2)[2:-2] + ',\n  "rows": [\n' + lines + "\n  ]\n}\n")


if __name__ == "__main__":
    main()
