"""Writes crates/koniscope-train/tests/doubt.json: zones that share a doubt, and the fit of its correlation,
from the formulas, by SciPy's normal distribution and Gauss-Hermite quadrature of 100 points.

    python reference/doubt_golden.py crates/koniscope-train/tests/doubt.json
"""

import itertools
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import norm

# The order of cases is of no matter: all sums are over all of them.
CASES = np.array(list(itertools.product(range(4), repeat=6)))  # [4096, 6]
POINTS, WEIGHTS = np.polynomial.hermite_e.hermegauss(100)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def stages():
    """GBZ 70 without aggregation and large opacities."""
    overall, zones = CASES.max(1), (CASES > 0).sum(1)
    stage = np.where((overall >= 1) & (zones >= 2), 1, 0)
    two = ((overall == 2) & (zones > 4)) | ((overall == 3) & (zones >= 4))
    return np.where(two, 2, stage)


STAGES = stages()


def joint(film, correlation):
    """[4096] probabilities of a film's [6, 4] zones."""
    reached = np.cumsum(film[:, ::-1], 1)[:, ::-1][:, 1:]  # P(1 or more), P(2 or more), P(3)
    points = norm.isf(reached)
    total = np.zeros(len(CASES))
    for s, weight in zip(POINTS, WEIGHTS):
        p = norm.sf((points - np.sqrt(correlation) * s) / np.sqrt(1 - correlation))
        edges = np.column_stack([np.ones(6), p, np.zeros(6)])
        total += weight * (edges[:, :-1] - edges[:, 1:])[np.arange(6), CASES].prod(1)
    return total


def fit(films, known):
    def loss(correlation):
        return -sum(np.log(joint(film, correlation)[cases].sum()) for film, cases in zip(films, known))

    return minimize_scalar(loss, bounds=(0, 0.9), method="bounded", options=dict(xatol=1e-6)).x


def main(path):
    rng = np.random.default_rng(20261128)
    films = np.exp(rng.uniform(-1.5, 1.5, (30, 6, 4)))
    films /= films.sum(2, keepdims=True)
    truth = 0.5
    drawn = []
    for film in films:
        p = joint(film, truth)
        drawn.append(rng.choice(len(CASES), p=p / p.sum()))
    joints = [joint(film, truth) for film in films[:5]]
    golden = {
        "made_with": {name: version(name) for name in ("numpy", "scipy")},
        "films": np.round(films, 9).tolist(),
        "grades": CASES[drawn].tolist(),
        "stages": STAGES[drawn].tolist(),
        "correlation": truth,
        "probabilities": [float(p[case]) for p, case in zip(joints, drawn)],
        "stage_probabilities": [[float(p[STAGES == stage].sum()) for stage in range(4)] for p in joints],
        "fitted_by_grades": float(fit(films, [np.arange(len(CASES)) == case for case in drawn])),
        "fitted_by_stages": float(fit(films, [STAGES == STAGES[case] for case in drawn])),
    }
    Path(path).write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
