"""What PyTorch says of a module: parameters by kind, buffers, each leaf's output shape, MACs."""

import torch
from macs import count_macs, unfused
from torch import nn


def torch_entry(module, inputs, file, form, version=torch.__version__):
    params = list(module.parameters())
    total = sum(p.numel() for p in params)
    trainable = sum(p.numel() for p in params if p.requires_grad)
    return {
        "file": file,
        "format": form,
        "framework": "torch",
        "version": version.split("+")[0],
        "input": {name: list(value.shape) for name, value in inputs.items()},
        "params": total,
        "trainable": trainable,
        "nonTrainable": total - trainable,
        "buffers": sum(b.numel() for b in module.buffers()),
        "macs": count_macs(lambda: module(*inputs.values())),
        "layers": leaf_rows(module, inputs),
    }


def leaf_rows(module, inputs):
    """One row a call of each leaf. nn.MultiheadAttention is a leaf: its output projection is called without its forward."""
    rows, hooks, seen, inside = [], [], set(), set()
    for name, part in module.named_modules():
        if isinstance(part, nn.MultiheadAttention):
            inside.update(part.children())
        if (not list(part.children()) or isinstance(part, nn.MultiheadAttention)) and part not in inside:
            hooks.append(part.register_forward_hook(row_hook(name, rows, seen)))
    # The fused encoder layer would pass the hooks by.
    with torch.no_grad(), unfused():
        module(*inputs.values())
    for hook in hooks:
        hook.remove()
    return rows


def row_hook(name, rows, seen):
    def hook(part, _inputs, output):
        own = [p for p in part.parameters() if p not in seen]
        seen.update(own)
        tensor = output[0] if isinstance(output, tuple) else output
        params = sum(p.numel() for p in own)
        rows.append({"name": name, "type": type(part).__name__, "params": params, "output": list(tensor.shape)})

    return hook
