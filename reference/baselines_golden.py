"""Writes crates/koniscope-reproduce/tests/golden.json: textures of drawn zones by NumPy and SciPy, and
logistic regressions by scikit-learn.

    python reference/baselines_golden.py crates/koniscope-reproduce/tests/golden.json
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import ndimage, stats
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

SQUARES = [5, 15]


def local_mean(picture, inside, side):
    """Mean of the pixels inside within a square; nothing outside the picture counts."""
    size = dict(size=side, mode="constant", cval=0.0)
    total = ndimage.uniform_filter(np.where(inside, picture, 0.0), **size)
    count = ndimage.uniform_filter(inside.astype(float), **size)
    return total / np.maximum(count, 1e-12)


def texture(picture):
    inside = picture > 0
    near, far = (local_mean(picture, inside, side) for side in SQUARES)
    measures = []
    for values in (picture, picture - near, near - far):
        values = values[inside]
        measures += [values.mean(), values.std(), stats.skew(values), stats.kurtosis(values)]
    # The mean of detail says nothing.
    return [float(m) for i, m in enumerate(measures) if i not in (4, 8)]


def zones():
    rng = np.random.default_rng(20260201)
    for width, height, spots in [(40, 48, 0), (48, 40, 9), (31, 57, 30)]:
        y, x = np.mgrid[0:height, 0:width]
        picture = 0.3 + 0.25 * y / height + 0.02 * rng.standard_normal((height, width))
        for _ in range(spots):
            cx, cy = rng.uniform(0, width), rng.uniform(0, height)
            picture += 0.08 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 8.0)
        picture = np.round(np.clip(picture, 0.01, 1.0), 4)
        outline = ((x - width / 2) / (0.45 * width)) ** 2 + ((y - height / 2) / (0.47 * height)) ** 2
        # Pixels as the program has them, in f32.
        picture = np.where(outline < 1, picture, 0.0).astype(np.float32).astype(float)
        yield {
            "width": width,
            "height": height,
            "pixels": [float(np.float32(v)) for v in picture.ravel()],
            "texture": texture(picture),
        }


def regressions():
    rng = np.random.default_rng(20260202)
    for classes, films, measures, strength in [(2, 60, 4, 1.0), (4, 120, 6, 0.1), (4, 80, 30, 10.0)]:
        truth = rng.integers(0, classes, films)
        values = rng.standard_normal((films, measures)) * rng.uniform(0.1, 30, measures)
        values[:, 0] += truth * 0.8
        values[:, 1] -= (truth > 0) * 1.1
        values = np.round(values, 4)
        new = np.round(rng.standard_normal((10, measures)) * 2, 4)
        scaler = StandardScaler().fit(values)
        # Of two classes scikit-learn has one row of weights, ours two of half the size each: the same
        # penalty is half of it.
        c = strength if classes > 2 else 2 * strength
        model = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-12, max_iter=10000)
        model.fit(scaler.transform(values), truth)
        yield {
            "classes": classes,
            "strength": strength,
            "films": values.tolist(),
            "truth": truth.tolist(),
            "new": new.tolist(),
            "probabilities": model.predict_proba(scaler.transform(new)).tolist(),
        }


def main():
    names = ["numpy", "scipy", "scikit-learn"]
    golden = {
        "made_with": {name: version(name) for name in names},
        "zones": list(zones()),
        "regressions": list(regressions()),
    }
    Path(sys.argv[1]).write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
