"""Counts of convolutional networks as timm, torchvision and Keras build them: python tools/golden/convnets.py > test/golden/convnets/counts.json

Each row: our name, who built it, trainable parameters, running statistics, and multiply-accumulates of a forward pass (half of
PyTorch's FlopCounterMode; Keras rows have none). Weights are never downloaded: networks stand on the meta device, RegNets (whose
construction computes) on the CPU first. The last rows are no presets: members that the test writes as specs of its own.
"""

import json
import os
import warnings

os.environ["KERAS_BACKEND"] = "torch"
warnings.filterwarnings("ignore")

import keras
import timm
import torch
import torchvision
from torch.utils.flop_counter import FlopCounterMode

REGNET_SIZES = {
    "200mf": "002", "400mf": "004", "600mf": "006", "800mf": "008", "1.6gf": "016", "3.2gf": "032",
    "4.0gf": "040", "6.4gf": "064", "8.0gf": "080", "12gf": "120", "16gf": "160", "32gf": "320",
}  # fmt: skip

TIMM = {
    **{f"efficientnet-{size}": (f"tf_efficientnet_{size}", pixels) for size, pixels in {
        "b0": 224, "b1": 240, "b2": 260, "b3": 300, "b4": 380, "b5": 456, "b6": 528, "b7": 600, "b8": 672, "l2": 800}.items()},
    **{f"efficientnetv2-{size}": (f"tf_efficientnetv2_{size}", pixels) for size, pixels in {
        "b0": 224, "b1": 240, "b2": 260, "b3": 300, "s": 384, "m": 480, "l": 480, "xl": 512}.items()},
    "mobilenet-v1-1.0": ("mobilenetv1_100", 224),
    **{f"mobilenet-v2-{w}": (f"mobilenetv2_{w}", 224) for w in ("035", "050", "075", "100", "140")},
    **{f"mobilenet-v3-{w.replace('_', '-')}": (f"mobilenetv3_{w}", 224) for w in (
        "large_075", "large_100", "small_050", "small_075", "small_100")},
    **{f"mobilenet-v3-{size}-minimal-100": (f"tf_mobilenetv3_{size}_minimal_100", 224) for size in ("large", "small")},
    **{f"resnet-rs-{n}": (f"resnetrs{n}", pixels) for n, pixels in {
        50: 160, 101: 192, 152: 256, 200: 256, 270: 256, 350: 320, 420: 320}.items()},
    "resnext101-32x4d": ("resnext101_32x4d", 224),
    **{f"convnext-{size}": (f"convnext_{size}", 224) for size in ("tiny", "small", "base", "large", "xlarge")},
    **{f"regnet{kind}-{size}": (f"regnet{kind}_{number}", 224) for kind in "xy" for size, number in REGNET_SIZES.items()},
    "resnet50d": ("resnet50d", 224),
    "seresnext50-32x4d": ("seresnext50_32x4d", 224),
    "mnasnet-100": ("mnasnet_100", 224),
    "efficientnet-lite4": ("tf_efficientnet_lite4", 380),
    "regnety-64gf": ("regnety_640", 224),
    "convnext-nano": ("convnext_nano", 224),
}  # fmt: skip

TORCHVISION = {
    **{name: (name, {}) for name in ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")},
    "resnext50-32x4d": ("resnext50_32x4d", {}),
    "resnext101-32x8d": ("resnext101_32x8d", {}),
    "resnext101-64x4d": ("resnext101_64x4d", {}),
    "wide-resnet50-2": ("wide_resnet50_2", {}),
    "wide-resnet101-2": ("wide_resnet101_2", {}),
    "mobilenet-v2-130": ("mobilenet_v2", {"width_mult": 1.3}),
    "regnetx-400mf-torchvision": ("regnet_x_400mf", {}),
    "regnety-800mf-torchvision": ("regnet_y_800mf", {}),
    "regnety-8.0gf-torchvision": ("regnet_y_8gf", {}),
    "resnet34-cifar10-at-64": ("resnet34", {"num_classes": 10}),
}
PIXELS = {"resnet34-cifar10-at-64": 64}

KERAS = {
    **{f"mobilenet-v1-{a}": ("MobileNet", {"alpha": a}) for a in (0.25, 0.5, 0.75, 1.0)},
    "resnet50-keras": ("ResNet50", {}),
    "resnet152-keras": ("ResNet152", {}),
}


def counted(network, pixels):
    network = network.to("meta").eval()
    buffers = sum(b.numel() for name, b in network.named_buffers() if name.endswith(("running_mean", "running_var")))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.empty(1, 3, pixels, pixels, device="meta"))
    return {
        "params": sum(p.numel() for p in network.parameters()),
        "buffers": buffers,
        "resolution": pixels,
        "macs": counter.get_total_flops() // 2,
    }


def on(name):
    return torch.device("cpu" if "regnet" in name else "meta")


def main():
    rows = []
    for name, (theirs, pixels) in TIMM.items():
        with on(theirs):
            rows.append({"name": name, "builder": f"timm {theirs}", **counted(timm.create_model(theirs), pixels)})
    for name, (theirs, options) in TORCHVISION.items():
        with on(theirs):
            network = torchvision.models.get_model(theirs, weights=None, **options)
        rows.append({"name": name, "builder": f"torchvision {theirs}", **counted(network, PIXELS.get(name, 224))})
    for name, (theirs, options) in KERAS.items():
        network = getattr(keras.applications, theirs)(weights=None, **options)
        trainable = sum(int(w.numpy().size) for w in network.trainable_weights)
        rows.append({"name": name, "builder": f"Keras {theirs}", "params": trainable, "buffers": network.count_params() - trainable})
    versions = {m.__name__: m.__version__ for m in (torch, torchvision, timm, keras)}
    print(json.dumps({"versions": versions, "rows": rows}, indent=1))


main()
