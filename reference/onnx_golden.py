"""Writes tests/data/onnx/every_operation.onnx: the graph of tests/weights/onnx.rs by the onnx package.

    python reference/onnx_golden.py crates/koniscope/tests/data/onnx

The file is checked, and run in ONNX Runtime against PyTorch, before it is kept.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn import functional as F

from formula import uniform

DISCLAIMER = "Research use only. Not a medical device; not for diagnosis."
SHAPES = {
    "a.weight": (4, 3, 3, 3),
    "bn.weight": (4,),
    "bn.bias": (4,),
    "bn.running_mean": (4,),
    "bn.running_var": (4,),
    "b.weight": (4, 4, 3, 3),
    "b.bias": (4,),
    "up.weight": (4, 2, 2, 2),
    "up.bias": (2,),
    "fc.weight": (2, 6),
    "fc.bias": (2,),
    "maps.weight": (2, 6, 1, 1),
    "maps.bias": (2,),
}
METADATA = {
    "model": "every-operation",
    "sha256": "00",
    "classes": "no, yes",
    "input": "gray in [0, 1], trained at 16 x 24 (rows x columns)",
    "use": DISCLAIMER,
    "notice": "A test.",
    "target": "nothing",
    "temperature": "1.5",
    "training data": "First, 3 films, CC BY 4.0\nSecond, 1 films, public domain",
}


def parameters() -> dict[str, np.ndarray]:
    found = {name: uniform(name, int(np.prod(shape))).reshape(shape) for name, shape in SHAPES.items()}
    found["bn.running_var"] = np.float32(1) + np.float32(0.5) * found["bn.running_var"]
    return {"input.mean": np.float32([0.5]), "input.std": np.float32([0.25]), **found}


def model(values: dict[str, np.ndarray]) -> onnx.ModelProto:
    def node(op, name, inputs, output, **attributes):
        inputs = [f"{name.split('#')[0]}.{i[1:]}" if i[0] == "." else i for i in inputs]
        return helper.make_node(op, inputs, [output], name=name, **attributes)

    def window(kernel, stride, padding):
        return {"kernel_shape": [kernel] * 2, "pads": [padding] * 4, "strides": [stride] * 2}

    def value(name, *axes):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, axes)

    norm = ["v1", ".weight", ".bias", ".running_mean", ".running_var"]
    nodes = [
        node("Sub", "input.sub", ["picture", "input.mean"], "centered"),
        node("Div", "input.div", ["centered", "input.std"], "scaled"),
        node("Concat", "input.channels", ["scaled"] * 3, "v0", axis=1),
        node("Conv", "a#1", ["v0", ".weight"], "v1", **window(3, 2, 1)),
        node("BatchNormalization", "bn#2", norm, "v2", epsilon=1e-5),
        node("Relu", "relu#3", ["v2"], "v3"),
        node("MaxPool", "pool#4", ["v3"], "v4", **window(3, 2, 1)),
        node("Conv", "b#5", ["v4", ".weight", ".bias"], "v5", **window(3, 1, 1)),
        node("Add", "add#6", ["v5", "v4"], "v6"),
        node("ConvTranspose", "up#7", ["v6", ".weight", ".bias"], "v7", **window(2, 2, 0)),
        node("Concat", "concat#8", ["v3", "v7"], "v8", axis=1),
        node("GlobalAveragePool", "mean#9", ["v8"], "v9.pooled"),
        node("Flatten", "mean#9.flat", ["v9.pooled"], "v9", axis=1),
        node("Gemm", "fc#10", ["v9", ".weight", ".bias"], "logits", transB=1),
        node("Conv", "maps#11", ["v8", ".weight", ".bias"], "class_maps", **window(1, 1, 0)),
    ]
    graph = helper.make_graph(
        nodes,
        METADATA["model"],
        [value("picture", "n", 1, "h", "w")],
        [value("logits", "n", "classes"), value("class_maps", "n", "classes", "map_h", "map_w")],
        [numpy_helper.from_array(array, name) for name, array in values.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    made.producer_name, made.producer_version, made.doc_string = "koniscope", "VERSION", DISCLAIMER
    for key, text in METADATA.items():
        made.metadata_props.add(key=key, value=text)
    return made


def outputs(picture: np.ndarray, values: dict[str, np.ndarray]) -> list[np.ndarray]:
    v = {name: torch.from_numpy(array) for name, array in values.items()}
    x = ((torch.from_numpy(picture) - 0.5) / 0.25).expand(-1, 3, -1, -1)
    x = F.conv2d(x, v["a.weight"], stride=2, padding=1)
    norm = [v[f"bn.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
    skip = torch.relu(F.batch_norm(x, *norm))
    pool = F.max_pool2d(skip, 3, 2, 1)
    x = F.conv2d(pool, v["b.weight"], v["b.bias"], padding=1) + pool
    x = F.conv_transpose2d(x, v["up.weight"], v["up.bias"], stride=2)
    x = torch.cat([skip, x], 1)
    logits = F.linear(x.mean((2, 3)), v["fc.weight"], v["fc.bias"])
    return [logits.numpy(), F.conv2d(x, v["maps.weight"], v["maps.bias"]).numpy()]


def main(folder: Path) -> None:
    values = parameters()
    made = model(values)
    onnx.checker.check_model(made, full_check=True)
    bytes_ = made.SerializeToString(deterministic=True)
    session = onnxruntime.InferenceSession(bytes_, providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(1).random((2, 1, 16, 24), dtype=np.float32)
    found = session.run(None, {"picture": picture})
    for ours, expected in zip(found, outputs(picture, values), strict=True):
        assert np.abs(ours - expected).max() < 1e-4 * np.abs(expected).max()
    folder.mkdir(exist_ok=True)
    (folder / "every_operation.onnx").write_bytes(bytes_)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
