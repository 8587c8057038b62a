"""Writes crates/koniscope-train/tests/neighbors.json: the field over six zones and its fit, from the
formulas, by enumeration in NumPy and SciPy's bounded optimizer.

    python reference/neighbors_golden.py crates/koniscope-train/tests/neighbors.json
"""

import itertools
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

# The order of cases is of no matter: all sums are over all of them.
CASES = np.array(list(itertools.product(range(4), repeat=6)))  # [4096, 6]
OPPOSITE = [(0, 3), (1, 4), (2, 5)]
ADJACENT = [(0, 1), (1, 2), (3, 4), (4, 5)]
ALONE = np.array([1.0, 0, 0, 0, 0, 0])


def differing(pairs):
    affected = CASES > 0
    return -sum((affected[:, a] != affected[:, b]).astype(int) for a, b in pairs)


FIXED = np.stack([(CASES == k).sum(1) for k in (1, 2, 3)] + [differing(OPPOSITE), differing(ADJACENT)], 1)


def stages():
    """GBZ 70 without aggregation and large opacities."""
    overall, zones = CASES.max(1), (CASES > 0).sum(1)
    stage = np.where((overall >= 1) & (zones >= 2), 1, 0)
    two = ((overall == 2) & (zones > 4)) | ((overall == 3) & (zones >= 4))
    return np.where(two, 2, stage)


STAGES = stages()


def log_joint(parameters, film):
    evidence = np.log(film)[np.arange(6), CASES].sum(1)
    score = np.column_stack([evidence, FIXED]) @ parameters
    return score - score.max() - np.log(np.exp(score - score.max()).sum())


def loss(parameters, films, known):
    total = 0.5 * ((parameters - ALONE) ** 2).sum()
    for film, cases in zip(films, known):
        total -= np.log(np.exp(log_joint(parameters, film))[cases].sum())
    return total


def fit(films, known):
    bounds = [(0, None), (None, None), (None, None), (None, None), (0, None), (0, None)]
    options = dict(maxiter=500, ftol=1e-15, gtol=1e-8)
    found = minimize(loss, ALONE, (films, known), "L-BFGS-B", bounds=bounds, options=options)
    return found.x


def main(path):
    rng = np.random.default_rng(20260202)
    films = np.exp(rng.uniform(-1.5, 1.5, (30, 6, 4)))
    films /= films.sum(2, keepdims=True)
    truth = np.array([0.7, 0.3, 0.1, -0.2, 1.0, 0.4])
    drawn = [rng.choice(len(CASES), p=np.exp(log_joint(truth, film))) for film in films]
    by_grades = fit(films, [np.arange(len(CASES)) == case for case in drawn])
    by_stage = fit(films, [STAGES == STAGES[case] for case in drawn])
    joints = [np.exp(log_joint(truth, film)) for film in films[:5]]
    golden = {
        "made_with": {name: version(name) for name in ("numpy", "scipy")},
        "films": np.round(films, 9).tolist(),
        "grades": CASES[drawn].tolist(),
        "stages": STAGES[drawn].tolist(),
        "parameters": truth.tolist(),
        "zones": [
            [[float(joint[CASES[:, zone] == grade].sum()) for grade in range(4)] for zone in range(6)]
            for joint in joints
        ],
        "stage_probabilities": [
            [float(joint[STAGES == stage].sum()) for stage in range(4)] for joint in joints
        ],
        "fitted_by_grades": by_grades.tolist(),
        "fitted_by_stages": by_stage.tolist(),
    }
    Path(path).write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
