"""Writes crates/koniscope-evaluate/src/agreement/golden.json: a table of four readers, of whom not each
read every film, and what scikit-learn and krippendorff say of it.

    python reference/readers_golden.py crates/koniscope-evaluate/src/agreement/golden.json

Figures are named as in report.json. One that has no value is null.
"""

import json
import math
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import krippendorff
import numpy as np
from sklearn import metrics

READERS = ["A", "B", "C", "D"]
ZONES = ["right_upper", "right_middle", "right_lower", "left_upper", "left_middle", "left_lower"]
STAGES = ["0", "I", "II", "III"]
ILO = ["0/-", "0/0", "0/1", "1/0", "1/1", "1/2", "2/1", "2/2", "2/3", "3/2", "3/3", "3/+"]
CATEGORIES = {"disease": 2, "stage": 4, "ILO profusion": 12}
FILMS = 90


def grades():
    """By scale `[film, rater, unit]`, NaN where missing; the model is the last rater."""
    rng = np.random.default_rng(20260201)
    raters = len(READERS) + 1
    read = np.ones((FILMS, raters), bool)
    read[:, :-1] = rng.random((FILMS, raters - 1)) < 0.75
    read[:5] = [True, False, False, False, True]
    true = np.array([max(0.0, x) for x in rng.normal(1.2, 1.3, FILMS)])
    bias = np.array([0.0, 0.3, -0.3, 0.6, 0.1])

    def drawn(noise, scale, highest, units=1):
        values = scale * (true[:, None, None] + bias[None, :, None] * 0.5)
        values = values + rng.normal(0, noise, (FILMS, raters, units))
        return np.clip(np.round(values), 0, highest)

    stage, ilo, zones = drawn(0.5, 1, 3), drawn(1.4, 3, 11), drawn(0.6, 0.9, 3, 6)
    # In reading.json the model's profusion is the middle of its highest zone's grade.
    ilo[:, -1, 0] = 3 * zones[:, -1].max(axis=1) + 1
    missing = {"stage": ~read, "ILO profusion": ~(read & (rng.random(read.shape) < 0.9)), "all zones": ~(read & (rng.random(read.shape) < 0.8))}
    for gone in missing.values():
        gone[:, -1] = False
    found = {"stage": stage, "ILO profusion": ilo, "all zones": zones}
    for name, values in found.items():
        values[missing[name]] = np.nan
    disease = np.where(np.isnan(stage), np.nan, stage > 0)
    # The model's own threshold is one of its probability.
    probability = np.round(np.clip(true / 2.5 + rng.normal(0, 0.2, FILMS), 0.01, 0.99), 3)
    disease[:, -1, 0] = probability >= 0.5
    own = np.where(rng.random(FILMS) < 0.6, np.clip(np.round(true), 0, 3), np.nan)
    return {"disease": disease} | found, own, probability


def consensus(units, scale):
    """Of `[rater, unit]`, a grade a unit."""

    def of(column):
        given = column[~np.isnan(column)]
        if len(given) < 2:
            return np.nan
        median = np.median(given)
        return (np.nan if median == 0.5 else median) if scale == "disease" else math.floor(median)

    return np.array([of(units[:, unit]) for unit in range(units.shape[1])])


def measures(scale, a, b):
    """By name, of all units that both have; `a` is the reference."""
    there = ~np.isnan(a) & ~np.isnan(b)
    a, b = a[there].astype(int), b[there].astype(int)
    n = CATEGORIES.get(scale, 4)
    if len(a) == 0:
        return {}, None
    kappa = float(metrics.cohen_kappa_score(a, b, weights="quadratic", labels=range(n)))
    kappa = None if math.isnan(kappa) else kappa
    found = {"Cohen's kappa" if scale == "disease" else "quadratic weighted kappa": kappa}
    found["agreement"] = float(metrics.accuracy_score(a, b))
    if scale == "disease":
        for name, label in [("sensitivity", 1), ("specificity", 0)]:
            share = float(metrics.recall_score(a, b, pos_label=label, zero_division=np.nan))
            found[name] = None if math.isnan(share) else share
    else:
        found["within one"] = float(np.mean(np.abs(a - b) <= 1))
    return found, kappa


def figures(scale, values, own):
    found = {}

    def add(what, which, measured):
        found.update({f"{scale}: {name}, {what}": v for name, v in measured.items() if which(name)})

    everything = lambda name: True
    names = READERS + ["the model"]
    two = (~np.isnan(values[:, :-1, 0])).sum(axis=1) >= 2
    for raters, who in [(values[:, :-1], "readers"), (values, "readers and the model")]:
        units = np.moveaxis(raters[two], 1, 0).reshape(raters.shape[1], -1)
        alpha = float(krippendorff.alpha(reliability_data=units, level_of_measurement="ordinal"))
        found[f"{scale}: Krippendorff's alpha (ordinal), {who}"] = alpha
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            measured, _ = measures(scale, values[:, i], values[:, j])
            add(f"{names[i]} and {names[j]}", lambda n: "kappa" in n or n == "agreement", measured)
    if scale in ZONES_IN_WORDS:
        return found
    of_all = np.array([consensus(film[:-1], scale) for film in values])
    for i, reader in enumerate(READERS):
        others = [k for k in range(len(READERS)) if k != i]
        without = np.array([consensus(film[others], scale) for film in values])
        his = ~np.isnan(values[:, i, 0])
        measured, kappa = measures(scale, without[his], values[his, i])
        add(f"{reader} against the consensus without {reader}", everything, measured)
        beside, models = measures(scale, without[his], values[his, -1])
        add(f"the model against the consensus without {reader}", everything, beside)
        name = "Cohen's kappa" if scale == "disease" else "quadratic weighted kappa"
        name = f"difference of {name}, the model less {reader} against the consensus without {reader}"
        found[f"{scale}: {name}"] = models - kappa
        add(f"{reader} against the consensus of all", everything, measures(scale, of_all[his], values[his, i])[0])
        if own is not None:
            for who, rater in [(reader, i), (f"the model on the films of {reader}", -1)]:
                measured, _ = measures(scale, own[his, None], values[his, rater])
                add(f"{who} against the table's labels", everything, measured)
    add("the model against the consensus of all", everything, measures(scale, of_all, values[:, -1])[0])
    return found


ZONES_IN_WORDS = [zone.replace("_", " ") for zone in ZONES]


def main():
    warnings.simplefilter("ignore")
    by_scale, own, probability = grades()
    rows, model = [], []
    text = lambda names, value: "" if math.isnan(value) else names[int(value)]
    for film in range(FILMS):
        row = {"patient_id": f"P{film * 2 // 3}", "stage": text(STAGES, own[film])}
        for i, reader in enumerate(READERS):
            row[f"reader_{reader}_stage"] = text(STAGES, by_scale["stage"][film, i, 0])
            row[f"reader_{reader}_ilo_profusion"] = text(ILO, by_scale["ILO profusion"][film, i, 0])
            for zone, grade in zip(ZONES, by_scale["all zones"][film, i]):
                row[f"reader_{reader}_{zone}"] = text(["0", "1", "2", "3"], grade)
        rows.append(row)
        stage, zones = int(by_scale["stage"][film, -1, 0]), by_scale["all zones"][film, -1].astype(int).tolist()
        model.append({"probability": float(probability[film]), "stage": stage, "zones": zones})
    own_disease = np.where(np.isnan(own), np.nan, own > 0)
    expected = figures("disease", by_scale["disease"], own_disease)
    expected |= figures("stage", by_scale["stage"], own)
    expected |= figures("ILO profusion", by_scale["ILO profusion"], None)
    expected |= figures("all zones", by_scale["all zones"], None)
    for place, zone in enumerate(ZONES_IN_WORDS):
        expected |= figures(zone, by_scale["all zones"][:, :, place : place + 1], None)
    golden = {
        "versions": {name: version(name) for name in ("krippendorff", "numpy", "scikit-learn")},
        "rows": rows,
        "model": model,
        "figures": expected,
    }
    Path(sys.argv[1]).write_text(json.dumps(golden, allow_nan=False, separators=(",", ":")) + "\n")


main()
