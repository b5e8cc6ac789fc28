"""Multiply-accumulates as PyTorch counts them: FlopCounterMode / 2, that is matrix products and convolutions only.

FlopCounterMode counts fused attention and fused recurrent layers on a CPU as nothing (pytorch #195460), so both are taken apart first: the
math form of attention, the encoder layer without its fast path, and the recurrent layers without oneDNN.
"""

import contextlib

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode


def count_macs(run):
    """MACs of all that run() computes."""
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), unfused(), counter:
        run()
    flops = counter.get_total_flops()
    assert flops % 2 == 0, flops
    return flops // 2


@contextlib.contextmanager
def unfused():
    """Neither nn.MultiheadAttention's and nn.TransformerEncoderLayer's fused operators nor oneDNN's."""
    onednn = torch._C._get_mkldnn_enabled()
    torch._C._set_mkldnn_enabled(False)
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch._C._set_mkldnn_enabled(onednn)
        torch.backends.mha.set_fastpath_enabled(True)
