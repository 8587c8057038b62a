"""Golden tensors of the networks: forward, and training steps, by PyTorch and torchvision.

    python reference/golden_networks.py crates/koniscope/tests/data/golden

Computed in f64 and stored as f32, so that the file holds the truth rather than one
implementation's rounding. What PyTorch itself loses in f32 is printed at the end, by the
measure the tests use: max|a - b| / max|b| of a tensor.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torchvision.models import resnet18, resnet34

from formula import fill, uniform
from unet import UNet

LR, WEIGHT_DECAY = 1e-3, 1.0
SAMPLES = 24  # values kept of each tensor of ResNet-34, evenly spaced


def film(name: str, shape: tuple[int, ...], dtype) -> torch.Tensor:
    return torch.from_numpy(uniform(name, int(np.prod(shape))).reshape(shape)).to(dtype)


# --- U-Net -----------------------------------------------------------------------------------


def unet(dtype) -> torch.nn.Module:
    return fill(UNet(width=4, depth=3, classes=3)).to(dtype)


def unet_batch(dtype):
    """Films, the class of each pixel, and which pixels count (nine in ten)."""
    shape = (2, 1, 64, 48)
    target = ((uniform("target", 2 * 64 * 48).reshape(shape) + 1) * 1.5).astype(np.int64)
    counts = torch.from_numpy((uniform("counts", 2 * 64 * 48) < 0.8).reshape(shape)).to(dtype)
    return film("film", shape, dtype), torch.from_numpy(target), counts


def unet_loss(net, batch):
    """0.75 soft Dice of the classes but the background, over the batch, + 1.25 cross-entropy."""
    films, target, counts = batch
    logits = net(films)
    ce = torch.nn.functional.cross_entropy(logits, target[:, 0], reduction="none")
    ce = (ce * counts[:, 0]).sum() / counts.sum()
    p = logits.softmax(1) * counts
    t = torch.nn.functional.one_hot(target[:, 0], 3).movedim(-1, 1) * counts
    both, total = (p * t).sum((0, 2, 3)), (p + t).sum((0, 2, 3))
    dice = ((2 * both + 1) / (total + 1))[1:].mean()
    return 0.75 * (1 - dice) + 1.25 * ce


# --- ResNet ----------------------------------------------------------------------------------


def resnet(build, dtype, decided=False) -> torch.nn.Module:
    return fill(build(weights=None, num_classes=4), decided).to(dtype)


def resnet_batch(dtype):
    return film("picture", (4, 3, 64, 96), dtype), torch.tensor([2, 0, 3, 1])


def resnet_loss(net, batch):
    """Cross-entropy, the classes weighted 2, 1, 0.5, 1."""
    weights = torch.tensor([2, 1, 0.5, 1], dtype=batch[0].dtype)
    return torch.nn.functional.cross_entropy(net(batch[0]), batch[1], weight=weights)


def resnet_forward(net, picture) -> dict:
    maps = {}
    net.layer4.register_forward_hook(lambda _module, _input, out: maps.update(features=out))
    logits = net(picture)
    # The head on every cell: what the heat map and the peaks rest on.
    class_maps = torch.nn.functional.conv2d(maps["features"], net.fc.weight[:, :, None, None], net.fc.bias)
    return {"logits": logits, "features": maps["features"], "class_maps": class_maps}


# --- Both ------------------------------------------------------------------------------------


def train(net, loss_of, batch, steps: int) -> dict:
    """AdamW: losses of all steps; gradients, parameters and statistics of the first."""
    net.train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=LR, weight_decay=WEIGHT_DECAY, eps=1e-8)
    out, losses = {}, []
    for step in range(steps):
        optimizer.zero_grad()
        loss = loss_of(net, batch)
        loss.backward()
        losses.append(loss.detach())
        optimizer.step()
        if step == 0:
            for name, p in net.named_parameters():
                out[f"grad.{name}"] = p.grad.clone()
            for name, t in net.state_dict().items():
                if t.is_floating_point():
                    out[f"after.{name}"] = t.clone()
    return out | {"losses": torch.stack(losses)}


def thin(tensors: dict) -> dict:
    """Of each gradient and parameter: evenly spaced values, largest magnitude, and L2 norm."""
    out = {}
    for name, t in tensors.items():
        if name == "losses" or "running_" in name:
            out[name] = t
            continue
        flat = t.flatten().double()
        at = torch.arange(SAMPLES) * flat.numel() // SAMPLES
        out[name] = torch.cat([flat[at], flat.abs().max()[None], flat.norm()[None]])
    return out


def cases(dtype) -> dict:
    films = unet_batch(dtype)
    pictures = resnet_batch(dtype)
    with torch.no_grad():
        forward = {
            "unet": {"logits": unet(dtype).eval()(films[0])},
            "resnet18": resnet_forward(resnet(resnet18, dtype).eval(), pictures[0][:2]),
            "resnet34": resnet_forward(resnet(resnet34, dtype).eval(), pictures[0][:2]),
        }
    return forward | {
        "unet_step": train(unet(dtype), unet_loss, films, 5),
        "resnet34_step": thin(
            train(resnet(resnet34, dtype, decided=True), resnet_loss, pictures, 1)
        ),
    }


def main() -> None:
    folder = Path(sys.argv[1])
    truth, single = cases(torch.float64), cases(torch.float32)
    for case, tensors in truth.items():
        arrays = {k: np.ascontiguousarray(v.numpy(), np.float32) for k, v in tensors.items()}
        save_file(arrays, folder / f"{case}.safetensors")
        worst: dict[str, tuple[float, str]] = {}
        for name, b in tensors.items():
            a = single[case][name].double()
            error = ((a - b).abs().max() / b.abs().max()).item()
            kind = name.split(".")[0]
            worst[kind] = max(worst.get(kind, (0.0, "")), (error, name))
        print(case, "; ".join(f"{n}: {e:.1e}" for e, n in worst.values()))


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
