"""Writes crates/koniscope/tests/data/golden/reading.json: what the shipped weights say of every sample, from
the file's pixels to the stage, by PyTorch, torchvision, NumPy, SciPy, Pillow and pydicom in f64.

    python reference/reading.py crates/koniscope/tests/data/golden/reading.json

It shares no code with the program. It follows what the documents say: docs/explanation/normalization.md,
lungs.md and staging.md, the manifests in models/, and the doc comments where those are silent. It reads upright,
sure films alone, and stops where a sample asks for more.
"""

import itertools
import json
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pydicom
import torch
from PIL import Image
from safetensors.torch import load_file
from scipy import ndimage
from scipy.stats import norm
from torch.nn import functional as F

from resnet import resnet
from unet import UNet

ROOT = Path(__file__).resolve().parent.parent
SIDES = {"right": 1, "left": 2}
ZONES = [f"{side}_{level}" for side in SIDES for level in ("upper", "middle", "lower")]
QUESTIONS = "profusion_1 profusion_2 profusion_3 aggregation large large_major p q r s t u".split()
PEAKED = ("aggregation", "large")
SURE = 0.97  # below it the negative is looked at too, which this twin does not


# --- Pixels ----------------------------------------------------------------------------------


def stored_gray(path: Path) -> np.ndarray:
    """Gray values `[h, w]`, bright where the film is: steps 1 to 3 of normalization."""
    if path.suffix != ".dcm":
        picture = Image.open(path)
        assert picture.mode == "L" and not picture.getexif(), f"{path}: {picture.mode}"
        return np.asarray(picture, np.float64)
    film = pydicom.dcmread(path)
    gray = film.pixel_array * float(film.get("RescaleSlope", 1)) + float(film.get("RescaleIntercept", 0))
    if "WindowCenter" in film:  # PS3.3 C.11.2.1.2.1
        center, width = float(film.WindowCenter), float(film.WindowWidth)
        gray = np.clip((gray - (center - 0.5)) / (width - 1) + 0.5, 0, 1)
    return -gray if film.PhotometricInterpretation == "MONOCHROME1" else gray


def normalize(gray: np.ndarray) -> np.ndarray:
    """Stretched to [0, 1] between the order statistics at 0.5 % of the middle, from either end."""
    h, w = gray.shape
    middle = np.sort(gray[h // 8 : h - h // 8, w // 8 : w - w // 8], axis=None)
    rank = middle.size // 200
    low, high = middle[rank], middle[-1 - rank]
    return np.clip((gray - low) / (high - low), 0, 1)


def resized(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """A triangle filter as wide as a target pixel where it shrinks, bilinear where it grows."""
    small = Image.fromarray(picture.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(small, np.float64)


def sampled(picture: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bilinear values at continuous coordinates, a pixel's value at its center; the border holds on."""
    at = [np.clip(y - 0.5, 0, picture.shape[0] - 1), np.clip(x - 0.5, 0, picture.shape[1] - 1)]
    return ndimage.map_coordinates(picture, at, order=1, mode="nearest")


# --- Networks --------------------------------------------------------------------------------


def load(name: str) -> tuple[torch.nn.Module, dict]:
    manifest = tomllib.loads((ROOT / "models" / f"{name}.toml").read_text())
    spec, classes = manifest["network"], len(manifest["classes"])
    if spec["kind"] == "unet":
        network = UNet(spec["width"], spec["depth"], classes)
    else:
        network = resnet(spec["layers"], classes, spec["width"])
    state = load_file(ROOT / "models" / manifest["file"])
    missing, unknown = network.load_state_dict(state, strict=False)
    assert not unknown and all(n.endswith("num_batches_tracked") for n in missing), (missing, unknown)
    return network.double().eval(), manifest


def scaled(pictures: np.ndarray, scale: dict) -> torch.Tensor:
    """Pictures `[n, h, w]` as a network is fed, `[n, channels, h, w]`: gray, and fine and middling detail
    where the manifest says so. Values of 0 were blanked: they count in no mean and have no detail."""
    values = torch.from_numpy(pictures)[:, None]
    gray = (values - scale["mean"]) / scale["std"]
    if not scale.get("detail"):
        return gray.expand(-1, scale["channels"], -1, -1)
    shown = (values > 0).double()

    def mean(side: int) -> torch.Tensor:
        total, count = (F.avg_pool2d(v, side, 1, side // 2) * side**2 for v in (values, shown))
        return total / count.clamp(min=0.5)

    near, far = mean(5), mean(15)
    return torch.cat([gray, shown * 30 * (values - near), shown * 15 * (near - far)], 1)


def class_maps(network: torch.nn.Module, pictures: torch.Tensor) -> torch.Tensor:
    """The last linear layer on every cell of the last feature maps, `[n, classes, h/32, w/32]`."""
    *body, _pool, head = network.children()
    with torch.no_grad():
        features = torch.nn.Sequential(*body)(pictures)
        return F.conv2d(features, head.weight[:, :, None, None], head.bias)


# --- Lungs -----------------------------------------------------------------------------------


def lung_labels(film: np.ndarray, network: torch.nn.Module, scale: dict) -> tuple[np.ndarray, float]:
    """Labels `[h, w]` of the film's own pixels, 1 right and 2 left, and how sure the network is."""
    small = resized(film, scale["width"], scale["height"])
    with torch.no_grad():
        p = network(scaled(small[None], scale)).softmax(1)[0, 1:].numpy()  # right, left
    lung = p.sum(0)
    inside = lung >= 0.5
    sure = 2 * (lung * inside).sum() / (lung.sum() + inside.sum())
    # A component is of the side that holds more than three quarters of its probability; else it is
    # two lungs that touch, and each pixel is of the likelier side.
    parts, count = ndimage.label(inside)
    sides = np.zeros((2, *inside.shape), bool)
    for part in range(1, count + 1):
        here = parts == part
        share = p[0][here].sum() / lung[here].sum()
        right = here & ((share > 0.75) | ((share >= 0.25) & (p[0] > p[1])))
        sides |= np.stack([right, here & ~right])
    sides = np.stack([ndimage.binary_fill_holes(largest(side)) for side in sides])

    # The outline in the film's pixels: inside of the rim at once, on it by the interpolated probability.
    h, w = film.shape
    x = (np.arange(w) + 0.5) * lung.shape[1] / w
    y = (np.arange(h) + 0.5) * lung.shape[0] / h
    cell = np.ix_(y.astype(int), x.astype(int))
    square = np.ones((3, 3), bool)
    near = [ndimage.binary_dilation(side, square)[cell] for side in sides]
    inner = [ndimage.binary_erosion(side, square, border_value=1)[cell] for side in sides]
    yy, xx = np.meshgrid(y, x, indexing="ij")
    fine = sampled(np.minimum(lung, 1), xx, yy) >= 0.5
    righter = sampled(p[0], xx, yy) >= sampled(p[1], xx, yy)
    right = inner[0] | (~inner[1] & near[0] & fine & (~near[1] | righter))
    left = ~right & (inner[1] | (near[1] & fine))
    return np.select([right, left], [1, 2], 0), sure


def largest(inside: np.ndarray) -> np.ndarray:
    parts, _ = ndimage.label(inside)
    return parts == 1 + np.bincount(parts.ravel())[1:].argmax()


# --- Zones -----------------------------------------------------------------------------------


def apex_and_dome(lung: np.ndarray, is_left: bool) -> tuple[float, float]:
    """Rows, in continuous pixels: the lung's upper end, and the highest point of its diaphragm."""
    rows, columns = np.flatnonzero(lung.any(1)), np.flatnonzero(lung.any(0))
    apex, bottom = rows[0], rows[-1] + 1
    height = bottom - apex
    border = np.array([np.flatnonzero(lung[:, x])[-1] + 1 for x in range(columns[0], columns[-1] + 1) if lung[:, x].any()])
    assert len(border) == columns[-1] - columns[0] + 1, "a lung without a gap between its columns"
    if is_left:
        border = border[::-1]  # from the chest wall to the heart
    low = np.flatnonzero(border >= bottom - 0.25 * height)
    base = border[low[0] : low[-1] + 1]
    angle = int(base[: len(base) // 2 + 1].argmax())  # the costophrenic angle
    medial = base[angle:]
    highest = np.minimum.accumulate(medial)
    falls = np.flatnonzero(medial > highest + 0.01 * height)
    if len(falls):  # a dome was passed
        return float(apex), float(highest[falls[0]])
    return float(apex), float(medial[len(medial) // 2])


def zone_boxes(labels: np.ndarray) -> tuple[list, dict]:
    """Of each zone its side, area and rows and columns `[top, bottom, left, right]`; and the lines."""
    zones, lines = [], {}
    for side, label in SIDES.items():
        lung = labels == label
        apex, dome = apex_and_dome(lung, side == "left")
        lines[side] = {"apex": apex, "dome": dome}
        cuts = [apex + third / 3 * (dome - apex) for third in (1, 2)]
        level = np.digitize(np.arange(len(lung)) + 0.5, cuts)
        for k in range(3):
            zone = lung & (level == k)[:, None]
            rows, columns = np.flatnonzero(zone.any(1)), np.flatnonzero(zone.any(0))
            zones.append((side, int(zone.sum()), [rows[0], rows[-1] + 1, columns[0], columns[-1] + 1]))
    return zones, lines


def grown_lung(labels: np.ndarray, label: int, shape: tuple[int, int], radius: int) -> np.ndarray:
    """One lung on a smaller grid by its nearest pixels, grown by a square of `radius`."""
    at = [((np.arange(small) + 0.5) * full / small).astype(int) for small, full in zip(shape, labels.shape)]
    return ndimage.maximum_filter(labels[np.ix_(*at)] == label, 2 * radius + 1, mode="constant")


def cropper(film: np.ndarray, labels: np.ndarray, scale: float, height: int):
    """Cuts pictures of one lung at `scale` film pixels a pixel, all else blanked."""
    shrink = max(scale, 1.0)
    h, w = (max(int(side / shrink + 0.5), 1) for side in film.shape)
    small = resized(film, w, h)
    radius = int(np.ceil(0.03 * height * scale / shrink))
    lungs = {side: grown_lung(labels, label, (h, w), radius) for side, label in SIDES.items()}

    def cut(side: str, box: list, size: tuple[int, int], only_rows: bool) -> np.ndarray:
        top, bottom, left, right = box
        columns, rows = size
        fx = (left + right) / 2 + (np.arange(columns) + 0.5 - columns / 2) * scale
        fy = (top + bottom) / 2 + (np.arange(rows) + 0.5 - rows / 2) * scale
        y, x = np.meshgrid(fy * h / film.shape[0], fx * w / film.shape[1], indexing="ij")
        inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
        if only_rows:
            margin = 0.03 * height * scale
            inside &= ((fy >= top - margin) & (fy < bottom + margin))[:, None]
        inside[inside] = lungs[side][y[inside].astype(int), x[inside].astype(int)]
        return np.where(inside, sampled(small, x, y), 0)

    return cut


def zone_pictures(film: np.ndarray, labels: np.ndarray, zones: list, size: tuple[int, int]) -> np.ndarray:
    """The six zones, all at one scale, `[6, h, w]`."""
    width, height = size
    sides = [max((b - t) / height, (r - l) / width) for _, _, (t, b, l, r) in zones]
    cut = cropper(film, labels, max(sides) / 0.94, height)
    return np.stack([cut(side, box, size, True) for side, _, box in zones])


def lung_picture(film: np.ndarray, labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Both lungs side by side, at one scale, `[1, h, w]`."""
    half, height = size[0] // 2, size[1]
    boxes = []
    for label in SIDES.values():
        rows, columns = (np.flatnonzero((labels == label).any(axis)) for axis in (1, 0))
        boxes.append([rows[0], rows[-1] + 1, columns[0], columns[-1] + 1])
    scale = max(max((b - t) / height, (r - l) / half) for t, b, l, r in boxes) / 0.94
    cut = cropper(film, labels, scale, height)
    return np.concatenate([cut(s, b, (half, height), False) for s, b in zip(SIDES, boxes)], 1)[None]


# --- Grades and stage ------------------------------------------------------------------------


def zone_logits(pictures: np.ndarray, network: torch.nn.Module, manifest: dict) -> np.ndarray:
    """`[6, 12]`: each zone as it is and left for right, with what its lung's zones say together."""
    assert manifest["peaks"] and manifest["mirrored"] and len(manifest["classes"]) == 2 * len(QUESTIONS)
    fed = [scaled(np.ascontiguousarray(p), manifest["input"]) for p in (pictures, pictures[:, :, ::-1])]
    maps = torch.stack([class_maps(network, batch).flatten(2) for batch in fed], 2)  # [6, 24, 2, cells]
    own, lung = maps.split(len(QUESTIONS), 1)
    lung = lung.mean((2, 3)).unflatten(0, (2, 3)).mean(1).repeat_interleave(3, 0)  # [6, 12]
    cells = own.flatten(2) + lung[:, :, None]
    peaks = (torch.logsumexp(3 * cells, 2) - np.log(cells.shape[2])) / 3
    is_peak = torch.tensor([question in PEAKED for question in QUESTIONS])
    return torch.where(is_peak, peaks, cells.mean(2)).numpy()


def grades(logits: np.ndarray, calibration: dict) -> dict:
    """Calibrated answers of six zones."""
    slope, intercept = (np.array([o[k] for o in calibration["outputs"]]) for k in ("slope", "intercept"))
    p = dict(zip(QUESTIONS, (1 / (1 + np.exp(-(slope * logits + intercept)))).T))
    reached = np.cumprod([np.ones(6), p["profusion_1"], p["profusion_2"], p["profusion_3"], np.zeros(6)], 0)
    return {
        "profusion": (reached[:-1] - reached[1:]).T,
        "aggregation": p["aggregation"],
        "large": p["large"],
        "major": p["large"] * p["large_major"],
    }


CASES = np.array(list(itertools.product(range(4), repeat=6)))  # [4096, 6]


def joint(profusion: np.ndarray, correlation: float) -> np.ndarray:
    """Probability of each case: a Gaussian copula of one factor, by Gauss and Hermite's quadrature."""
    reached = np.cumsum(profusion[:, ::-1], 1)[:, ::-1][:, 1:]
    limits = norm.isf(np.clip(reached, 0, 1))
    points, weights = np.polynomial.hermite_e.hermegauss(100)
    total = np.zeros(len(CASES))
    for s, weight in zip(points, weights / weights.sum()):
        given = norm.sf((limits - np.sqrt(correlation) * s) / np.sqrt(1 - correlation))
        edges = np.column_stack([np.ones(6), given, np.zeros(6)])
        total += weight * (edges[:, :-1] - edges[:, 1:])[np.arange(6), CASES].prod(1)
    return total


def rule(aggregated: bool, large: str) -> np.ndarray:
    """Stage by GBZ 70 of each case, the clauses from the highest down."""
    overall, zones = CASES.max(1), (CASES > 0).sum(1)
    wide_three = (overall == 3) & (zones > 4)
    three = (large == "major") | (wide_three & (aggregated or large == "minor"))
    two = ((overall == 3) & (zones >= 4)) | ((overall == 2) & (zones > 4))
    return np.select([three, two, zones >= 2], [3, 2, 1], 0)


def stages(found: dict, calibration: dict) -> np.ndarray:
    """P(stage 0, I, II, III), calibrated."""
    cases = joint(found["profusion"], calibration.get("correlation", 0.0))
    aggregated = 1 - np.prod(1 - found["aggregation"])
    none, no_major = np.prod(1 - found["large"]), np.prod(1 - found["major"])
    p = np.zeros(4)
    for is_aggregated, p_aggregated in ((False, 1 - aggregated), (True, aggregated)):
        for large, p_large in (("none", none), ("minor", no_major - none), ("major", 1 - no_major)):
            p += p_aggregated * p_large * np.bincount(rule(is_aggregated, large), cases, minlength=4)
    reached = np.cumsum(p[::-1])[::-1][1:]
    odds = reached / (1 - reached) * np.exp(calibration.get("stages", np.zeros(3)))
    reached = np.minimum.accumulate(odds / (1 + odds))
    return np.maximum(-np.diff(np.concatenate([[1], reached, [0]])), 0)  # never -0


# --- A film ----------------------------------------------------------------------------------


def read(path: Path, networks: dict) -> dict:
    film = normalize(stored_gray(path))
    unet, lungs = networks["lungs"]
    labels, sure = lung_labels(film, unet, lungs["input"])
    assert sure > SURE + 0.002, f"{path}: sure by {sure:.4f} of its lungs; this twin asks for {SURE}"
    zones, lines = zone_boxes(labels)

    grader, manifest = networks["zones"]
    size = (manifest["input"]["width"], manifest["input"]["height"])
    pictures = zone_pictures(film, labels, zones, size)
    logits = zone_logits(pictures, grader, manifest)
    found = grades(logits, manifest["calibration"])
    p = stages(found, manifest["calibration"])

    classifier, paper = networks["classifier"]
    picture = lung_picture(film, labels, (paper["input"]["width"], paper["input"]["height"]))
    paper_logits = class_maps(classifier, scaled(picture, paper["input"])).mean((2, 3))[0].numpy()
    spread = np.exp(paper_logits / paper["calibration"]["temperature"])

    rounded = lambda values: np.round(np.asarray(values), 7).tolist()
    return {
        "certainty": rounded(sure),
        "lung_area_px": {side: int((labels == label).sum()) for side, label in SIDES.items()},
        "zone_lines": lines,
        "zones": {
            name: {
                "area_px": zone[1],
                "picture_mean": rounded(picture.mean()),
                "logits": rounded(logit),
                "profusion": rounded(found["profusion"][i]),
                "aggregation": rounded(found["aggregation"][i]),
                "large": rounded(found["large"][i]),
            }
            for i, (name, zone, picture, logit) in enumerate(zip(ZONES, zones, pictures, logits))
        },
        "stages": rounded(p),
        "disease": rounded(1 - p[0]),
        "paper": {"logits": rounded(paper_logits), "disease": rounded(1 - spread[0] / spread.sum())},
    }


def main() -> None:
    networks = {name: load(name) for name in ("lungs", "zones", "classifier")}
    samples = sorted(p for p in (ROOT / "samples").iterdir() if p.suffix != ".md")
    packages = "numpy pillow pydicom safetensors scipy torch torchvision".split()
    golden = {
        "made_with": {name: version(name) for name in packages},
        "weights": {name: manifest["sha256"] for name, (_, manifest) in networks.items()},
        "samples": {path.name: read(path, networks) for path in samples},
    }
    Path(sys.argv[1]).write_text(json.dumps(golden, indent=1) + "\n")
    for name, film in golden["samples"].items():
        print(name, film["certainty"], film["lung_area_px"], film["stages"], film["paper"]["disease"])


if __name__ == "__main__":
    main()
