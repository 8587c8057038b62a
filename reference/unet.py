"""The U-Net of crates/koniscope/src/model/unet.rs in PyTorch, same parameter names."""

import torch
from torch import nn


class DoubleConv(nn.Module):
    def __init__(self, before: int, after: int):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(x)))


class UNet(nn.Module):
    def __init__(self, width: int, depth: int, classes: int):
        super().__init__()
        channels = [width << level for level in range(depth + 1)]
        self.encoder = nn.ModuleList(
            DoubleConv(before, after) for before, after in zip([1] + channels, channels)
        )
        down = list(zip(channels[:0:-1], channels[-2::-1]))  # (deeper, shallower)
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in down)
        self.decoder = nn.ModuleList(DoubleConv(a, b) for a, b in down)
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        skips = []
        x = self.encoder[0](x)
        for level in self.encoder[1:]:
            skips.append(x)
            x = level(nn.functional.max_pool2d(x, 2))
        for up, level in zip(self.up, self.decoder):
            x = level(torch.cat([skips.pop(), up(x)], dim=1))
        return self.head(x)
