"""Parameters and inputs that Rust and Python both compute, so that no file has to hold them.

Value i of the tensor called `name` is the top 24 bits of splitmix64(fnv1a64(name) + i * GOLDEN),
scaled to [-1, 1): exact in f32 on both sides. crates/koniscope/tests/golden/formula.rs is its other half.
"""

import numpy as np
import torch

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def fnv1a64(name: str) -> np.uint64:
    """Fowler, Noll, Vo: 64-bit FNV-1a."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return np.uint64(h)


def uniform(name: str, count: int) -> np.ndarray:
    """`count` values in [-1, 1), f32."""
    with np.errstate(over="ignore"):
        z = fnv1a64(name) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.float64) / 2.0**23 - 1.0).astype(np.float32)


def parameter(name: str, shape: tuple[int, ...], decided: bool = False) -> np.ndarray:
    """A parameter or buffer, f32, by what its name and rank say it is.

    `decided` puts batch normalization's outputs about four deviations to either side of zero. A
    deep network has a million ReLUs; where a few lie within rounding of their kink, f32 and f64
    take different sides and gradients differ by up to a tenth, in PyTorch alone.
    """
    u = uniform(name, int(np.prod(shape, dtype=np.int64))).reshape(shape)
    if name.endswith("running_var"):
        return np.float32(1.0) + np.float32(0.5) * u
    if len(shape) > 1:  # He, uniform, fan in of a convolution
        fan_in = int(np.prod(shape[1:], dtype=np.int64))
        return np.float32(np.sqrt(6.0 / fan_in)) * u
    if name.endswith("weight"):  # of batch normalization
        weight = np.float32(0.75) + np.float32(0.25) * u
        return np.float32(0.5) * weight if decided else weight
    value = np.float32(0.125) * u  # biases, running means
    if decided and name.endswith("bias"):
        return value + np.where(value < 0, np.float32(-1.5), np.float32(1.5))
    return value


def fill(net: torch.nn.Module, decided: bool = False) -> torch.nn.Module:
    """Sets every parameter and buffer but the batch counters."""
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(torch.from_numpy(parameter(name, tuple(tensor.shape), decided)))
    return net
