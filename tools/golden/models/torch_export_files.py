"""Golden torch.export files: python tools/golden/models/torch_export_files.py writes test/golden/models/torch-export/ and its entries."""

import sysconfig
import warnings

import torch
from record import ROOT, folder_for, write_entries
from torch_nets import build
from torch_record import torch_entry

FOLDER = folder_for("torch-export")
BATCH = torch.export.Dim("batch", min=1, max=64)
# Net, file, axes left free.
FILES = [
    ("mlp", "mlp", None),
    ("mlp", "mlp-dynamic", {"input": {0: BATCH}}),
    ("convnet", "convnet", None),
    ("resnet", "resnet", None),
    ("unet", "unet-dynamic", {"x": {0: BATCH}}),
    ("frozen-resnet", "frozen-resnet", None),
    ("encoder", "encoder", None),
    ("stock-encoder", "stock-encoder", None),
    ("gpt", "gpt", None),
    ("llama", "llama", None),
    ("unet", "unet", None),
    ("mobile", "mobile", None),
    ("convnext", "convnext", None),
    ("vision-transformer", "vision-transformer", None),
    ("lstm", "lstm", None),
    ("gru", "gru", None),
    ("conv1d", "conv1d", None),
    ("conv3d", "conv3d", None),
    ("two-inputs", "two-inputs", None),
]


def export(net, file, free):
    module, inputs = build(net)
    # Two samples where the batch is free: torch.export takes an axis of size 1 for a constant.
    samples = {key: value.repeat(2, *[1] * (value.dim() - 1)) for key, value in inputs.items()} if free else inputs
    axes = tuple(free[key] for key in inputs) if free else None
    program = torch.export.export(module, tuple(samples.values()), dynamic_shapes=axes)
    strip_paths(program)
    path = FOLDER / f"{file}.pt2"
    torch.export.save(program, path)
    entry = torch_entry(module, inputs, f"torch-export/{path.name}", "torch-export")
    loaded = torch.export.load(path).module()
    assert sum({p.data_ptr(): p.numel() for p in loaded.parameters()}.values()) == entry["params"]
    if free:
        entry["input"] = {key: [None, *shape[1:]] if key in free else shape for key, shape in entry["input"].items()}
    return entry


def strip_paths(program):
    """Stack traces name files of the machine: keep them from the package's folder on."""
    prefixes = [sysconfig.get_paths()["purelib"] + "/", str(ROOT.parents[2]) + "/"]
    for module in program.graph_module.modules():
        for node in module.graph.nodes if isinstance(module, torch.fx.GraphModule) else []:
            for prefix in prefixes:
                if node.meta.get("stack_trace"):
                    node.meta["stack_trace"] = node.meta["stack_trace"].replace(prefix, "")


def main():
    warnings.simplefilter("ignore")
    entries = []
    for row in FILES:
        entries.append(export(*row))
        print(entries[-1]["file"], entries[-1]["params"], entries[-1]["macs"], flush=True)
    write_entries("torch-export", entries)


if __name__ == "__main__":
    main()
