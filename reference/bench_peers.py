"""The peers of `koniscope bench`: the same networks and reads in PyTorch, ONNX Runtime, OpenVINO.

    python reference/bench_peers.py models exported --film film.dcm --json peers.json

Rows have the form of `koniscope bench --json`. Random inputs, weights as shipped or, where the
network is larger than the shipped one, random. ONNX files are written by PyTorch with fixed shapes,
which suits their runtimes best, and kept in the folder `exported`. A whole read does in pydicom,
NumPy, Pillow, SciPy and PyTorch what a reading does: decode, stretch, resize, lungs of film and
negative, components, mask in the film's pixels, crop, classification, maps, overlay and files in
memory.
"""
import argparse
import io
import json
import time
import warnings
from pathlib import Path

import numpy as np
import torch
import torchvision

from check_onnx import load
from resnet import channels
from unet import UNet

warnings.filterwarnings("ignore")
LAST = torch.channels_last


def measure(runs, run):
    run()
    wall, cpu = [], []
    for _ in range(runs):
        start, before = time.perf_counter(), time.process_time()
        run()
        wall.append((time.perf_counter() - start) * 1e3)
        cpu.append((time.process_time() - before) * 1e3)
    wall.sort()
    cpu.sort()
    return {"median_ms": wall[runs // 2], "min_ms": wall[0], "cpu_ms": cpu[runs // 2], "runs": runs}


class Rows:
    def __init__(self, args):
        self.args, self.rows = args, []

    def wants(self, work, network):
        return not self.args.only or self.args.only in f"{work} {network}"

    def add(self, work, network, shape, precision, kernels, run):
        row = {
            "work": work,
            "network": network,
            "input": [shape[3], shape[2]],
            "batch": shape[0],
            "precision": precision,
            "kernels": kernels,
            "threads": self.args.threads,
            **measure(self.args.runs, run),
        }
        print(f"{work}, {network}, {shape}, {precision} {kernels}: {row['median_ms']:.2f} ms", flush=True)
        self.rows.append(row)


def torch_networks(rows, cases):
    for name, model, shapes in cases:
        model = model.eval().to(memory_format=LAST)
        half = type_copy(model)
        for shape in shapes:
            x = torch.randn(shape).to(memory_format=LAST)
            with torch.inference_mode():
                rows.add("network", name, shape, "f32", "pytorch", lambda: model(x))
                xb = x.bfloat16()
                traced = torch.jit.freeze(torch.jit.trace(half, xb))
                rows.add("network", name, shape, "bf16", "pytorch", lambda: traced(xb))


def type_copy(model):
    import copy

    return copy.deepcopy(model).bfloat16().eval()


def onnx_files(cases, folder):
    """The same networks as files, larger ones written here."""
    for name, model, shapes in cases:
        for shape in shapes:
            file = folder / f"{name}-{'x'.join(map(str, shape))}.onnx"
            if not file.exists():
                torch.onnx.export(
                    model.eval(), (torch.randn(shape),), str(file), dynamo=False, opset_version=17,
                    input_names=["picture"], output_names=["logits"],
                )
            yield name, shape, file


def onnx_runtime(rows, files, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    for name, shape, file in files:
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        x = {"picture": np.random.randn(*shape).astype(np.float32)}
        rows.add("network", name, shape, "f32", "onnxruntime", lambda: session.run(None, x))


def openvino(rows, files, threads):
    import openvino as ov

    core = ov.Core()
    for name, shape, file in files:
        for precision in ("f32", "bf16"):
            config = {
                "INFERENCE_PRECISION_HINT": precision,
                "INFERENCE_NUM_THREADS": threads,
                "PERFORMANCE_HINT": "LATENCY",
            }
            request = core.compile_model(str(file), "CPU", config).create_infer_request()
            x = [np.random.randn(*shape).astype(np.float32)]
            rows.add("network", name, shape, precision, "openvino", lambda: request.infer(x))


def training(rows):
    def steps(name, model, shape, target):
        if not rows.wants("training step", name):
            return
        for precision in ("f32", "bf16"):
            network = model().to(memory_format=LAST).train()
            x = torch.randn(shape).to(memory_format=LAST)
            optimizer = torch.optim.AdamW(network.parameters(), 1e-4)
            loss_of = torch.nn.CrossEntropyLoss()

            def step():
                optimizer.zero_grad(set_to_none=True)
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
                    loss = loss_of(network(x), target)
                loss.backward()
                optimizer.step()
                return loss.item()

            rows.add("training step", name, shape, precision, "pytorch", step)

    resnet = lambda: torchvision.models.resnet34(num_classes=2)
    steps("ResNet-34", resnet, (16, 3, 224, 224), torch.arange(16) % 2)
    target = torch.randint(0, 3, (4, 256, 256))
    steps("U-Net 32", lambda: UNet(32, 4, 3), (4, 1, 256, 256), target)


def whole_read(rows, film, lungs, classifier):
    import pydicom
    from PIL import Image
    from scipy import ndimage

    (unet, lung_manifest), (resnet, class_manifest) = lungs, classifier
    unet, resnet = unet.eval().to(memory_format=LAST), resnet.eval().to(memory_format=LAST)
    features = torch.nn.Sequential(*list(resnet.children())[:-2])
    data = Path(film).read_bytes()

    def scaled(picture, manifest):
        return channels(picture, manifest["input"]).contiguous(memory_format=LAST)

    def resized(picture, width, height):
        return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))

    def largest(mask):
        labels, count = ndimage.label(mask)
        if count == 0:
            return mask
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        return ndimage.binary_fill_holes(labels == sizes.argmax())

    def read():
        dataset = pydicom.dcmread(io.BytesIO(data))
        stored = dataset.pixel_array.astype(np.float32)
        h, w = stored.shape
        middle = stored[h // 4 : -h // 4, w // 4 : -w // 4]
        low, high = np.percentile(middle, (0.5, 99.5))
        pixels = np.clip((stored - low) / (high - low), 0, 1)
        size = lung_manifest["input"]
        small = resized(pixels, size["width"], size["height"])
        with torch.inference_mode():
            both = [torch.softmax(unet(scaled(p, lung_manifest)), 1)[0] for p in (small, 1 - small)]
        found = [largest(both[0][side].numpy() > 0.5) for side in (1, 2)]
        masks = []
        for side, near in zip((1, 2), found):
            fine = resized(both[0][side].numpy() * near, w, h)
            masks.append(fine > 0.5)
        labels = masks[0] * np.uint8(1) + masks[1] * np.uint8(2)
        crop_size = class_manifest["input"]
        halves = []
        for mask in masks:
            ys, xs = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
            window = slice(ys[0], ys[-1] + 1), slice(xs[0], xs[-1] + 1)
            lung = np.where(mask[window], pixels[window], 0).astype(np.float32)
            halves.append(resized(lung, crop_size["width"] // 2, crop_size["height"]))
        with torch.inference_mode():
            maps = features(scaled(np.hstack(halves), class_manifest))
            weight = resnet.fc.weight[:, :, None, None]
            heat = torch.nn.functional.conv2d(maps, weight, resnet.fc.bias)
            probability = torch.softmax(heat.mean((2, 3)), 1)[0, 1].item()
        side = 768
        gray = (resized(pixels, side, side) * 255 + 0.5).astype(np.uint8)
        rgb = np.stack([gray] * 3, -1).astype(np.float32)
        local = torch.softmax(heat, 1)[0, 1].numpy()
        small_mask = resized((labels > 0).astype(np.float32), side, side)[..., None]
        rgb = rgb * (1 - 0.42 * small_mask) + resized(local, side, side)[..., None] * 255 * 0.42 * small_mask
        edge = ndimage.binary_dilation(small_mask[..., 0] > 0.5) ^ (small_mask[..., 0] > 0.5)
        rgb[edge] = (0, 255, 255)
        picture = np.hstack([np.stack([gray] * 3, -1), rgb.astype(np.uint8)])
        for array in (picture, labels):
            Image.fromarray(array).save(io.BytesIO(), "PNG", compress_level=1)
        json.dumps({"probability": probability, "area": [int(m.sum()) for m in masks]})

    shape = (1, 1, *pydicom.dcmread(film).pixel_array.shape)
    rows.add("whole read", "both", shape, "f32", "pydicom + pytorch", read)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=Path)
    parser.add_argument("exported", type=Path, help="folder for ONNX files")
    parser.add_argument("--film")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    args.exported.mkdir(exist_ok=True)
    rows = Rows(args)
    lungs, classifier = load(args.models, "lungs.toml"), load(args.models, "classifier.toml")
    cases = []
    for model, manifest in (lungs, classifier):
        size = manifest["input"]
        shape = (1, size["channels"], size["height"], size["width"])
        cases.append((manifest["id"], model, [shape]))
    cases.append(("U-Net 64", UNet(64, 4, 3), [(1, 1, 256, 256), (1, 1, 512, 512)]))
    shapes = [(1, 3, 224, 224), (1, 3, 512, 512), (8, 3, 224, 224)]
    cases.append(("ResNet-34", torchvision.models.resnet34(num_classes=2), shapes))
    cases = [case for case in cases if rows.wants("network", case[0])]
    files = list(onnx_files(cases, args.exported))
    onnx_runtime(rows, files, args.threads)
    openvino(rows, files, args.threads)
    torch_networks(rows, cases)
    training(rows)
    if args.film and rows.wants("whole read", "both"):
        whole_read(rows, args.film, lungs, classifier)
    if args.json:
        args.json.write_text(json.dumps(rows.rows, indent=1))


if __name__ == "__main__":
    main()
