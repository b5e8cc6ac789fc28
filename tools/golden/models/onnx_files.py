"""Golden ONNX files of PyTorch's two exporters: python tools/golden/models/onnx_files.py writes test/golden/models/onnx/ and its entries.

dynamo: torch.onnx.export(dynamo=True), from torch.export's graph. trace: dynamo=False, the older one by TorchScript, which folds batch
normalisation into convolutions unless told to preserve the training mode ("kept").
"""

import logging
import sysconfig
import warnings

import onnx
import torch
from onnx_record import onnx_fields
from record import ROOT, folder_for, write_entries
from torch_nets import build
from torch_record import torch_entry

FOLDER = folder_for("onnx")
# Net, exporter, opset, options.
FILES = [
    ("mlp", "dynamo", 18, {}),
    ("mlp", "trace", 11, {}),
    ("convnet", "dynamo", 18, {}),
    ("convnet", "trace", 13, {}),
    ("convnet", "trace", 13, {"kept": True}),
    ("resnet", "dynamo", 20, {}),
    ("resnet", "trace", 17, {"kept": True}),
    ("convnet", "trace", 17, {"free": True}),
    ("encoder", "dynamo", 18, {}),
    ("encoder", "trace", 17, {}),
    ("stock-encoder", "dynamo", 21, {}),
    ("gpt", "dynamo", 20, {}),
    ("gpt", "dynamo", 23, {}),
    ("gpt", "trace", 17, {}),
    ("llama", "dynamo", 18, {}),
    ("llama", "dynamo", 23, {}),
    ("unet", "dynamo", 18, {"free": True}),
    ("unet", "trace", 16, {}),
    ("mobile", "dynamo", 18, {}),
    ("mobile", "trace", 15, {"kept": True}),
    ("convnext", "dynamo", 20, {}),
    ("convnext", "trace", 17, {}),
    ("vision-transformer", "dynamo", 18, {"free": True}),
    ("vision-transformer", "trace", 17, {}),
    ("lstm", "dynamo", 18, {}),
    ("lstm", "trace", 17, {}),
    ("gru", "trace", 17, {}),
    ("conv1d", "dynamo", 18, {}),
    ("conv3d", "trace", 17, {"kept": True}),
    ("two-inputs", "dynamo", 18, {}),
]


def export(net, exporter, opset, options):
    module, inputs = build(net)
    names = [net, *[key for key in options], exporter, str(opset)]
    path = FOLDER / ("-".join(names) + ".onnx")
    write = write_dynamo if exporter == "dynamo" else write_trace
    # The same net with other weights: what differs in the file is a weight, what stays is a constant of the graph.
    write(build(net, seed=1)[0], inputs, path, opset, options)
    other = onnx.load(path)
    write(module, inputs, path, opset, options)
    strip_paths(path)
    module, inputs = build(net)
    entry = torch_entry(module, inputs, f"onnx/{path.name}", "onnx")
    return {**entry, "exporter": exporter, **onnx_fields(path, other, inputs)}


def write_dynamo(module, inputs, path, opset, options):
    free = {key: {0: torch.export.Dim("batch", min=1, max=64)} for key in inputs} if options.get("free") else None
    samples = [value.repeat(2, *[1] * (value.dim() - 1)) if free else value for value in inputs.values()]
    torch.onnx.export(
        module,
        tuple(samples),
        path,
        dynamo=True,
        opset_version=opset,
        input_names=list(inputs),
        dynamic_shapes=tuple(free.values()) if free else None,
        external_data=False,
        verbose=False,
    )


def write_trace(module, inputs, path, opset, options):
    mode = torch.onnx.TrainingMode
    torch.onnx.export(
        module,
        tuple(inputs.values()),
        path,
        dynamo=False,
        opset_version=opset,
        input_names=list(inputs),
        dynamic_axes={key: {0: "batch"} for key in inputs} if options.get("free") else None,
        training=mode.TRAINING if options.get("kept") else mode.EVAL,
        do_constant_folding=not options.get("kept"),
    )


def strip_paths(path):
    """Stack traces name files of the machine: keep them from the package's folder on."""
    model = onnx.load(path)
    prefixes = [sysconfig.get_paths()["purelib"] + "/", str(ROOT.parents[2]) + "/"]
    owners = [*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer]
    for owner in [model, model.graph, *owners, *model.functions]:
        for entry in owner.metadata_props:
            for prefix in prefixes:
                entry.value = entry.value.replace(prefix, "")
    onnx.save(model, path)


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    entries = []
    for row in FILES:
        entries.append(export(*row))
        entry = entries[-1]
        print(entry["file"], entry["params"], entry["weights"], entry["statistics"], entry["initializers"], entry["macs"], flush=True)
    write_entries("onnx", entries)


if __name__ == "__main__":
    main()
