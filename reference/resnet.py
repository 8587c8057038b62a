"""The ResNets of the project by torchvision's names: any width, and detail beside gray."""
import numpy as np
import torch
import torchvision
from scipy import ndimage


def resnet(layers: int, classes: int, width: int = 64) -> torch.nn.Module:
    """torchvision's ResNet with `width` channels in its first stage in place of 64."""
    model = getattr(torchvision.models, f"resnet{layers}")(num_classes=classes)

    def scaled(channels: int) -> int:
        return channels * width // 64 if channels % 64 == 0 else channels

    def narrow(module: torch.nn.Module) -> torch.nn.Module:
        if isinstance(module, torch.nn.Conv2d):
            return torch.nn.Conv2d(
                scaled(module.in_channels), scaled(module.out_channels), module.kernel_size,
                module.stride, module.padding, bias=False,
            )
        if isinstance(module, torch.nn.BatchNorm2d):
            return torch.nn.BatchNorm2d(scaled(module.num_features))
        if isinstance(module, torch.nn.Linear):
            return torch.nn.Linear(scaled(module.in_features), module.out_features)
        for name, child in module.named_children():
            setattr(module, name, narrow(child))
        return module

    return model if width == 64 else narrow(model)


def detail(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fine and middling detail `[h, w]` of a picture with values in [0, 1]; 0 is blank."""
    shown = picture > 0

    def means(side: int) -> np.ndarray:
        sums, counts = (
            ndimage.uniform_filter(plane.astype(np.float32), side, mode="constant")
            for plane in (picture, shown)
        )
        return sums / np.maximum(counts, 1e-6)

    near, far = means(5), means(15)
    fine, middling = 30 * (picture - near), 15 * (near - far)
    return np.where(shown, fine, 0).astype(np.float32), np.where(shown, middling, 0).astype(np.float32)


def channels(picture: np.ndarray, scale: dict) -> torch.Tensor:
    """A picture `[h, w]` as the network of a manifest's `input` is fed, `[1, channels, h, w]`."""
    gray = (torch.from_numpy(picture)[None, None] - scale["mean"]) / scale["std"]
    if scale.get("detail"):
        return torch.cat([gray, *(torch.from_numpy(p)[None, None] for p in detail(picture))], 1)
    return gray.expand(-1, scale["channels"], -1, -1)
