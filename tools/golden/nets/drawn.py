"""The numbers that golden nets start from and are measured by; the same as in test/support/hashed.ts and test/support/golden-numbers.ts."""

import math

import numpy as np

PROJECTIONS = 8
M = 0xFFFFFFFF


def stream_of(name):
    """FNV-1a of the name's UTF-8 bytes."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & M
    return value


def hashed(name, count):
    """Whole numbers of 32 bits: (name, index) through two rounds of multiply and shift."""
    start = (stream_of(name) * 40503 + 12345) & M
    z = (np.arange(count, dtype=np.uint64) * 2654435761 + start) & M
    z = ((z ^ (z >> 16)) * 0x45D9F3B) & M
    z = ((z ^ (z >> 16)) * 0x45D9F3B) & M
    return z ^ (z >> 16)


def uniform(name, shape):
    """Single-precision numbers in [-0.5, 0.5)."""
    values = hashed(name, math.prod(shape)).astype(np.float64) / 2**32 - 0.5
    return values.astype(np.float32).reshape(shape)


def weight(name, shape, role, fan_in):
    """Matrices of variance 2 / fan_in (He et al. 2015), gains about 1, biases and tables about 0; in single precision."""
    values = uniform(name, shape)
    if role in ("matrix", "head"):
        return values * np.float32(math.sqrt(24 / fan_in))
    return values + np.float32(1) if role == "gain" else values


def fed(step, name, shape, dtype, loss, limit):
    """One input of a step: floats of about unit variance, of binary targets 0 or 1; whole numbers below the limit."""
    stream = f"{name} of step {step}"
    if dtype == "int32":
        return (hashed(stream, math.prod(shape)) % limit).astype(np.int64).reshape(shape)
    values = uniform(stream, shape) * np.float32(3)
    return (values > 0).astype(np.float32) if name == "targets" and loss == "binary-cross-entropy" else values


def projections(name, values):
    """Sums of the values with signs drawn by name: bits 8 to 15 of the hash. Their mean square is the squared norm, in expectation."""
    bits = hashed(name, values.size)
    flat = values.reshape(-1).astype(np.float64)
    total = flat.sum()
    return [2 * flat[(bits >> (8 + k)) & 1 == 1].sum() - total for k in range(PROJECTIONS)]


def digits(value):
    return float(f"{value:.9g}")
