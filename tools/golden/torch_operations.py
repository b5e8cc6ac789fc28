"""What other tools count of a PyTorch module, by programs that share nothing with isoflop.

- fvcore_flops: fvcore's rules (fvcore/nn/flop_count.py, jit_handles.py) over torch.jit's trace. Attention is traced unfused.
- deepspeed_flops: the rules of DeepSpeed's profiler (profiling/flops_profiler/profiler.py): wrapped functionals alone, so that
  neither a + b nor a method counts; and its hooks of recurrent modules.
- training_macs: FlopCounterMode over forward and backward, half of it; attention unfused.
- saved_bytes: bytes of unique storages that autograd keeps for the backward pass, parameters and buffers left out.
"""

import contextlib
import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


@contextlib.contextmanager
def unfused():
    """Attention and recurrent layers as the operators that they consist of."""
    onednn = torch._C._get_mkldnn_enabled()
    torch._C._set_mkldnn_enabled(False)
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch._C._set_mkldnn_enabled(onednn)
        torch.backends.mha.set_fastpath_enabled(True)


def plain_attention(q, k, v, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
    scores = torch.matmul(q, k.transpose(-2, -1)) * (scale or 1 / math.sqrt(q.shape[-1]))
    if attn_mask is not None:
        scores = scores + attn_mask
    return torch.matmul(F.dropout(torch.softmax(scores, dim=-1), dropout_p), v)


def shape_of(value):
    return value.type().sizes() if value.isCompleteTensor() else None


def fvcore_flops(module, inputs):
    fused, F.scaled_dot_product_attention = F.scaled_dot_product_attention, plain_attention
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        graph, _ = torch.jit._get_trace_graph(module.eval(), inputs)
    finally:
        F.scaled_dot_product_attention = fused
        torch.backends.mha.set_fastpath_enabled(True)
    return sum(fvcore_rule(node) for node in graph.nodes())


def fvcore_rule(node):
    kind = node.kind().removeprefix("aten::")
    inputs, outputs = list(node.inputs()), list(node.outputs())

    def size(value):
        return math.prod(shape_of(value))

    if kind == "addmm":
        return size(inputs[1]) * shape_of(inputs[2])[1]
    if kind == "linear":
        return size(inputs[0]) * shape_of(inputs[1])[0]
    if kind in ("bmm", "matmul"):
        return size(inputs[0]) * shape_of(inputs[1])[-1]
    if kind == "_convolution":
        places = shape_of(inputs[0] if inputs[6].toIValue() else outputs[0])[2:]
        return shape_of(inputs[0])[0] * size(inputs[1]) * math.prod(places)
    if kind == "batch_norm":
        return size(inputs[0]) * (2 if shape_of(inputs[1]) else 1)
    if kind in ("group_norm", "layer_norm"):
        return size(inputs[0]) * (5 if shape_of(inputs[2]) else 4)
    if kind == "instance_norm":
        return size(inputs[0]) * (5 if shape_of(inputs[1]) else 4)
    if kind == "upsample_nearest2d":
        return size(outputs[0])
    if kind == "upsample_bilinear2d":
        return 4 * size(outputs[0])
    if kind == "adaptive_avg_pool2d":
        return size(inputs[0])
    if kind == "einsum":
        raise NotImplementedError("einsum")
    return 0


class Wrapped:
    """Functionals that count themselves, while it is open."""

    def __init__(self):
        self.flops = 0
        self.kept = []

    def wrap(self, place, name, rule):
        inner = getattr(place, name)
        self.kept.append((place, name, inner))

        def counted(*args, **kwargs):
            self.flops += rule(*args, **kwargs)
            return inner(*args, **kwargs)

        setattr(place, name, counted)

    def __enter__(self):
        for names, rule in DEEPSPEED:
            for name in names.split():
                self.wrap(F, name, rule)
        for name in ("matmul", "mm", "bmm"):
            self.wrap(torch, name, matmul_rule)
            self.wrap(torch.Tensor, name, matmul_rule)
        self.wrap(torch.Tensor, "__matmul__", matmul_rule)
        self.wrap(torch, "addmm", lambda x, a, b, **_: 2 * a.numel() * b.shape[-1] + x.numel())
        self.wrap(torch, "baddbmm", lambda x, a, b, **_: 2 * a.numel() * b.shape[-1] + x.numel())
        for name in ("mul", "add"):
            self.wrap(torch, name, lambda a, b, **_: torch.broadcast_tensors(torch.as_tensor(a), torch.as_tensor(b))[0].numel())
        return self

    def __exit__(self, *_):
        for place, name, inner in reversed(self.kept):
            setattr(place, name, inner)


def linear_rule(x, weight, bias=None):
    return 2 * x.numel() * weight.shape[0]


def matmul_rule(a, b, **_):
    return 2 * a.numel() * b.shape[-1]


def conv_rule(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def each(value):
        return (value,) * (x.dim() - 2) if isinstance(value, int) else tuple(value)

    places = x.shape[0]
    for extent, kernel, s, p, d in zip(x.shape[2:], weight.shape[2:], each(stride), each(padding), each(dilation)):
        places *= (extent + 2 * p - d * (kernel - 1) - 1) // s + 1
    return 2 * weight.numel() * places + (weight.shape[0] * places if bias is not None else 0)


def transposed_rule(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """The bias counts the places of a convolution, not of a transposed one: so does DeepSpeed."""
    steps = [(value,) * (x.dim() - 2) if isinstance(value, int) else tuple(value) for value in (stride, padding, dilation)]
    places = x.shape[0]
    for extent, kernel, s, p, d in zip(x.shape[2:], weight.shape[2:], *steps):
        places *= (extent + 2 * p - d * (kernel - 1) - 1) // s + 1
    macs = math.prod(weight.shape[2:]) * x.numel() * (weight.shape[1] // groups)
    return 2 * macs + (weight.shape[1] * places if bias is not None else 0)


def per_element(x, *_, **__):
    return x.numel()


def norm_rule(weight_at, weight_name="weight"):
    def rule(x, *args, **kwargs):
        weight = kwargs.get(weight_name, args[weight_at] if len(args) > weight_at else None)
        return x.numel() * (5 if weight is not None else 4)

    return rule


def batch_norm_rule(x, mean, variance, weight=None, bias=None, training=False, *_, **__):
    return x.numel() * ((5 if weight is not None else 4) if training else (2 if weight is not None else 1))


def interpolate_rule(x, size=None, scale_factor=None, *_, **__):
    """The size of the image alone, without samples and channels, where a size is given: so does DeepSpeed."""
    if size is not None:
        return size if isinstance(size, int) else math.prod(size)
    if isinstance(scale_factor, (int, float)):
        return int(x.numel() * scale_factor ** (x.dim() - 2))
    return int(x.numel() * math.prod(scale_factor))


def attention_rule(q, k, v, *_, **__):
    return 2 * (q.numel() * k.shape[-2] + q.numel() // q.shape[-1] * k.shape[-2] * v.shape[-1])


POOLS = " ".join(f"{name}{d}d" for name in ("avg_pool", "max_pool", "adaptive_avg_pool", "adaptive_max_pool") for d in (1, 2, 3))
DEEPSPEED = [
    ("linear", linear_rule),
    ("conv1d conv2d conv3d", conv_rule),
    ("conv_transpose1d conv_transpose2d conv_transpose3d", transposed_rule),
    ("relu prelu elu leaky_relu relu6 silu gelu softmax", per_element),
    ("batch_norm", batch_norm_rule),
    ("layer_norm", norm_rule(1)),
    ("group_norm", norm_rule(1)),
    ("instance_norm", norm_rule(2)),
    (POOLS, per_element),
    ("interpolate", interpolate_rule),
    ("scaled_dot_product_attention", attention_rule),
]


def deepspeed_flops(module, inputs):
    with torch.no_grad(), Wrapped() as wrapped:
        hooks = [
            part.register_forward_hook(lambda part, args, _: recurrent_rule(wrapped, part, args[0]))
            for part in module.modules()
            if isinstance(part, (nn.RNN, nn.GRU, nn.LSTM))
        ]
        torch.backends.mha.set_fastpath_enabled(False)
        module.eval()(*inputs)
        torch.backends.mha.set_fastpath_enabled(True)
        for hook in hooks:
            hook.remove()
    return wrapped.flops


def recurrent_rule(wrapped, part, x):
    extra = {nn.RNN: 1, nn.GRU: 7, nn.LSTM: 10}[type(part)]
    flops = 0
    for layer in range(part.num_layers):
        for weight in (getattr(part, f"weight_ih_l{layer}"), getattr(part, f"weight_hh_l{layer}")):
            flops += 2 * weight.numel() - weight.shape[0]
        flops += extra * part.hidden_size + (2 * weight.shape[0] if part.bias else 0)
    wrapped.flops += flops * x.shape[0] * x.shape[1] * (2 if part.bidirectional else 1)


def loss_of(result):
    outputs = result if isinstance(result, (tuple, list)) else [result]
    return sum(one.float().sum() for one in outputs if isinstance(one, torch.Tensor))


@contextlib.contextmanager
def groups_apart():
    """Grouped convolutions as many small ones: FlopCounterMode counts the gradient of grouped filters as if nothing were grouped."""
    plain = [F.conv1d, F.conv2d, F.conv3d]

    def apart(conv):
        def run(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
            if groups == 1:
                return conv(x, weight, bias, stride, padding, dilation)
            parts = zip(x.chunk(groups, 1), weight.chunk(groups))
            y = torch.cat([conv(part, own, None, stride, padding, dilation) for part, own in parts], 1)
            return y if bias is None else y + bias.reshape(-1, *[1] * (y.dim() - 2))

        return run

    F.conv1d, F.conv2d, F.conv3d = map(apart, plain)
    try:
        yield
    finally:
        F.conv1d, F.conv2d, F.conv3d = plain


def training_macs(module, inputs):
    counter = FlopCounterMode(display=False)
    with unfused(), groups_apart(), counter:
        loss_of(module.train()(*inputs)).backward()
    assert counter.get_total_flops() % 2 == 0
    return counter.get_total_flops() // 2


@contextlib.contextmanager
def as_on_gpu():
    """Attention written out, and dropout with a mask of one byte an element; a CPU's dropout keeps float32 noise."""
    kept = F.scaled_dot_product_attention, F.dropout
    F.scaled_dot_product_attention = plain_attention
    F.dropout = lambda x, p=0.5, training=True, inplace=False: torch.native_dropout(x, p, True)[0] if training and p else x
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        F.scaled_dot_product_attention, F.dropout = kept
        torch.backends.mha.set_fastpath_enabled(True)


def saved_bytes(module, inputs):
    """Bytes that autograd keeps, by unique storage; inputs count, parameters and buffers do not. Modules run in training mode."""
    stays = {one.untyped_storage()._cdata for one in [*module.parameters(), *module.buffers()]}
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage._cdata not in stays:
            kept[storage._cdata] = (tensor, storage.nbytes())
        return tensor

    with as_on_gpu(), torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = module.train()(*inputs)
    del result
    return sum(size for _, size in kept.values())
