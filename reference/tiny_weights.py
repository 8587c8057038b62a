"""A tiny U-Net's parameters, saved by torch in the layouts that weights come in, and the names
and shapes of torchvision's ResNet-18.

    python reference/tiny_weights.py crates/koniscope/tests/data/weights
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torchvision.models import resnet18

from formula import fill
from unet import UNet


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    state = fill(UNet(width=2, depth=1, classes=3)).state_dict()
    prefixed = {f"module.{name}": t for name, t in state.items()}
    half = {name: t.half() if t.is_floating_point() else t for name, t in state.items()}
    # A training program's checkpoint: parameters beside other things, some of them tensors.
    checkpoint = {"epoch": 3, "optimizer": {"momentum": torch.zeros(3)}, "state_dict": prefixed}

    torch.save(state, folder / "plain.pth")
    torch.save(prefixed, folder / "module.pth")
    torch.save(checkpoint, folder / "checkpoint.pth")
    torch.save(half, folder / "half.pth")
    # Its storages are named by their addresses: this file differs from run to run.
    torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    save_file(prefixed, folder / "module.safetensors")
    save_file(half, folder / "half.safetensors")

    shapes = {n: list(t.shape) for n, t in resnet18().state_dict().items()}
    shapes = {n: shape for n, shape in shapes.items() if not n.endswith("num_batches_tracked")}
    (folder / "resnet18_names.json").write_text(json.dumps(shapes, indent=0) + "\n")


if __name__ == "__main__":
    main()
