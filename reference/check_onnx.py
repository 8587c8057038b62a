"""Exported networks against PyTorch: `koniscope export` writes what the weights mean.

    koniscope export lungs.toml --onnx lungs.onnx
    koniscope export classifier.toml --onnx classifier.onnx
    python reference/check_onnx.py models lungs.onnx classifier.onnx

Runs each file in ONNX Runtime and the same weights in PyTorch on random pictures of two sizes.
"""
import sys
import tomllib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import load_file

from resnet import channels, resnet
from unet import UNet


def load(models: Path, name: str) -> tuple[torch.nn.Module, dict]:
    manifest = tomllib.loads((models / name).read_text())
    network = manifest["network"]
    classes = len(manifest["classes"])
    if network["kind"] == "unet":
        model = UNet(network["width"], network["depth"], classes)
    else:
        model = resnet(network["layers"], classes, network.get("width", 64))
    state = {k: v.float() for k, v in load_file(models / manifest["file"]).items()}
    missing = model.load_state_dict(state, strict=False)
    assert not missing.unexpected_keys, missing
    assert all(k.endswith("num_batches_tracked") for k in missing.missing_keys), missing
    return model.eval(), manifest


def main() -> None:
    models, *files = map(Path, sys.argv[1:])
    rng = np.random.default_rng(1)
    for name, file in zip(("lungs.toml", "classifier.toml"), files, strict=True):
        onnx.checker.check_model(str(file), full_check=True)
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        model, manifest = load(models, name)
        scale = manifest["input"]
        for n, side in ((1, scale["height"]), (2, scale["height"] + 32)):
            picture = rng.random((n, 1, side, side), dtype=np.float32)
            fed = torch.cat([channels(film[0], scale) for film in picture])
            with torch.inference_mode():
                expected = model(fed).numpy()
            outputs = session.run(None, {"picture": picture})
            worst = np.abs(outputs[0] - expected).max() / np.abs(expected).max()
            print(f"{file} {picture.shape}: largest difference {worst:.1e} of the largest logit")
            assert worst < 1e-4
            if len(outputs) > 1:
                # The mean of a class activation map is the class's logit.
                assert np.abs(outputs[1].mean((2, 3)) - expected).max() < 1e-3


if __name__ == "__main__":
    main()
