"""What transformers says of the model that a config.json describes: parameters, tied once, and the operations of one forward pass.

The model is built on PyTorch's meta device: shapes without memory. MACs are FlopCounterMode / 2: attention in its eager form (full, not
causal), experts as batched products of the chosen ones only. The rotary table, that transformers computes by a matrix product, stands apart.
"""

import re

import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode

TOKENS = 128


def build(path, device="meta"):
    """The model that the file's `architectures` names."""
    config = transformers.AutoConfig.from_pretrained(path)
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config._attn_implementation = "eager"
    config._experts_implementation = "batched_mm"
    with torch.device(device):
        return getattr(transformers, config.architectures[0])(config).eval()


def entry_of(path):
    model = build(path)
    total = model.num_parameters()
    trainable = model.num_parameters(only_trainable=True)
    inputs = sample_inputs(model)
    macs, rotary = forward_macs(model, inputs)
    return {
        "file": f"huggingface/{path.name}",
        "format": "huggingface-config",
        "framework": "transformers",
        "version": transformers.__version__,
        "class": type(model).__name__,
        "input": {name: list(value.shape) for name, value in inputs.items()},
        "params": total,
        "trainable": trainable,
        "nonTrainable": total - trainable,
        "nonEmbedding": model.num_parameters(exclude_embeddings=True),
        "buffers": sum(b.numel() for b in model.buffers()),
        "macs": macs,
        "rotaryMacs": rotary,
        "layers": tensor_rows(model),
    }


def sample_inputs(model):
    config = model.config
    if model.main_input_name == "pixel_values":
        size = getattr(config, "image_size", 224)
        return {"pixel_values": torch.zeros(1, config.num_channels, size, size, device="meta")}
    return {"input_ids": torch.zeros(1, TOKENS, dtype=torch.long, device="meta")}


def forward_macs(model, inputs):
    counter = FlopCounterMode(model, display=False)
    # A mask of four axes is taken as it is; any other is looked into, which the meta device cannot do.
    mask = torch.zeros(1, 1, TOKENS, TOKENS, device="meta")
    positions = torch.zeros(1, TOKENS, dtype=torch.long, device="meta")
    more = {} if "pixel_values" in inputs else {"attention_mask": mask, "position_ids": positions}
    with torch.no_grad(), counter:
        model(**inputs, **more)
    by_module = counter.get_flop_counts()
    rotary = sum(sum(ops.values()) for name, ops in by_module.items() if name.endswith("rotary_emb"))
    return (counter.get_total_flops() - rotary) // 2, rotary // 2


def tensor_rows(model):
    """One row for all parameters of one place in a block and one shape: numbers of blocks and experts become a star."""
    rows = {}
    for name, tensor in model.named_parameters():
        key = (re.sub(r"\.\d+(?=\.)", ".*", name), tuple(tensor.shape))
        rows[key] = rows.get(key, 0) + 1
    return [
        {"name": name, "shape": list(shape), "count": count, "params": count * torch.Size(shape).numel()}
        for (name, shape), count in rows.items()
    ]
