"""A ResNet-34 grown from a ResNet-18 that was trained on photographs.

    python reference/grow_resnet.py resnet18.safetensors RADIOGRAPHS... --out grown34.safetensors

For measuring what such a start gives: `koniscope train classifier RECIPE --init grown34.safetensors`.
Each stage begins with the blocks of the ResNet-18; the 1, 2, 4 and 1 further ones are drawn anew and the scale
and shift of their last batch normalization are 0, so that the function is unchanged. The head is left out.

Where batch normalization was folded away in the file (running mean 0, variance 1), training with
live statistics would start from another function: so the mean and variance that each layer has over the
radiographs become its statistics, and scale and shift undo them. The outputs before and after are compared.
Weights made so keep the licence of the file they came from. Needs torch, torchvision, safetensors, pillow.
"""

import argparse

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torchvision.models import resnet18, resnet34

SIDE = 224
# As the recipes of the second stage scale their input.
MEAN, STD = 0.35, 0.3


def pictures(files):
    """`[n, 3, SIDE, SIDE]`: middle of each film, gray in all three channels."""
    out = []
    for file in files:
        image = Image.open(file).convert("L")
        w, h = image.size
        image = image.crop((w // 8, h // 8, w * 7 // 8, h * 7 // 8)).resize((SIDE, SIDE))
        out.append((np.asarray(image, dtype=np.float32) / 255.0 - MEAN) / STD)
    return torch.from_numpy(np.stack(out))[:, None].expand(-1, 3, -1, -1).contiguous()


def grown(small):
    """A ResNet-34 whose function is that of `small`."""
    large = resnet34(num_classes=small.fc.out_features)
    large.conv1, large.bn1, large.fc = small.conv1, small.bn1, small.fc
    for name in ["layer1", "layer2", "layer3", "layer4"]:
        blocks = getattr(large, name)
        for i, block in enumerate(getattr(small, name)):
            blocks[i] = block
        for block in blocks[len(getattr(small, name)) :]:
            torch.nn.init.zeros_(block.bn2.weight)
            torch.nn.init.zeros_(block.bn2.bias)
    return large


def unfold(network, films):
    """Gives every batch normalization the statistics of its input, the function unchanged."""
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    seen = {}

    def note(norm, inputs):
        x = inputs[0]
        seen[norm] = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=True)

    hooks = [norm.register_forward_pre_hook(note) for norm in norms]
    network(films)
    for hook in hooks:
        hook.remove()
    for norm in norms:
        mean, variance = seen[norm]
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        shift = norm.bias - norm.running_mean * scale
        norm.weight.data = scale * torch.sqrt(variance + norm.eps)
        norm.bias.data = shift + scale * mean
        norm.running_mean.data, norm.running_var.data = mean, variance


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights")
    parser.add_argument("radiographs", nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    small = resnet18()
    small.load_state_dict({k: v.float() for k, v in load_file(options.weights).items()}, strict=False)
    small.eval()
    films = pictures(options.radiographs)
    with torch.no_grad():
        before = small(films)
        large = grown(small).eval()
        unfold(large, films)
        after = large(films)
        large.train()
        live = large(films)
    scale = before.abs().max()
    print(f"largest difference of the outputs, of the largest output: {(after - before).abs().max() / scale:.1e}")
    print(f"with statistics of the batch: {(live - before).abs().max() / scale:.1e}")
    state = {k: v.contiguous() for k, v in large.eval().state_dict().items() if not k.startswith("fc.")}
    save_file({k: v for k, v in state.items() if "num_batches" not in k}, options.out)


if __name__ == "__main__":
    main()
