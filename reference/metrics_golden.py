"""Writes crates/koniscope-metrics/tests/golden.json: figures by scikit-learn, SciPy, statsmodels and
krippendorff, and by their papers' formulas written out where none of these has them.

    python reference/metrics_golden.py crates/koniscope-metrics/tests/golden.json

A figure that has no value is null, as is a missing rating.
"""

import json
import math
import sys
import warnings
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

import krippendorff
import numpy as np
import statsmodels.api as sm
from scipy import stats
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

Z95 = stats.norm.ppf(0.975)
THRESHOLDS = [0.05, 0.25, 0.5, 0.8]
PREVALENCE = 0.05


def binary_cases():
    """Scores in [0, 1], a second score of the same films, truth, and weights."""
    rng = np.random.default_rng(20260101)

    def case(name, n, share, grid):
        truth = rng.random(n) < share
        sharp = 1 / (1 + np.exp(-rng.normal(np.where(truth, 1.0, -1.0), 1.6)))
        blunt = 1 / (1 + np.exp(-rng.normal(np.where(truth, 0.4, -0.4), 1.3)))
        weights = np.round(rng.exponential(1.0, n), 3) * (rng.random(n) < 0.9)
        # Halves of a thousandth keep off the bins' edges, which round differently from one
        # implementation to the next; sixteenths are exact.
        at = (lambda x: np.floor(x * 16) / 16) if grid else (lambda x: np.floor(x * 1000) / 1000 + 0.0005)
        return name, at(sharp), at(blunt), truth, weights

    yield case("continuous", 300, 0.3, False)
    yield case("ties", 90, 0.5, True)
    yield case("rare", 200, 0.03, False)
    yield case("ten", 10, 0.5, True)
    yield "one of each", *map(np.array, ([0.0625, 0.5], [0.5, 0.5], [False, True], [1.0, 2.0]))
    yield "all equal", *map(np.array, ([0.5] * 4, [0.25] * 4, [True, False, True, False], [1.0] * 4))
    yield "parted", *map(
        np.array, ([0.125, 0.25, 0.75, 1.0], [0.0, 0.5, 0.25, 0.75], [False, False, True, True], [1.0] * 4)
    )
    yield "none sick", *map(np.array, ([0.125, 0.25, 0.75], [0.5] * 3, [False] * 3, [1.0] * 3))
    yield "all sick", *map(np.array, ([0.125, 0.25, 0.75], [0.5] * 3, [True] * 3, [1.0] * 3))


def delong(scores, truth):
    """Areas and the matrix S of DeLong, DeLong and Clarke-Pearson (1988)."""
    psi = lambda x, y: np.where(x > y, 1.0, np.where(x == y, 0.5, 0.0))
    kernels = [psi(s[truth][:, None], s[~truth][None, :]) for s in scores]
    v10 = np.array([k.mean(axis=1) for k in kernels])
    v01 = np.array([k.mean(axis=0) for k in kernels])
    s = np.atleast_2d(np.cov(v10)) / truth.sum() + np.atleast_2d(np.cov(v01)) / (~truth).sum()
    return np.array([k.mean() for k in kernels]), s


def interval(value, variance, least):
    half = Z95 * math.sqrt(max(variance, 0.0))
    return [value, max(value - half, least), min(value + half, 1.0)]


def ranking(scores, other, truth, weights):
    """Figures that need the order of scores alone; null if a class is missing."""
    fpr, tpr, at = metrics.roc_curve(truth, scores, drop_intermediate=False)
    found = {
        "auc": metrics.roc_auc_score(truth, scores),
        "auc_weighted": metrics.roc_auc_score(truth, scores, sample_weight=weights),
        # The first threshold is infinite, and JSON has none.
        "roc": [list(map(float, row)) for row in zip(at[1:], tpr[1:], 1 - fpr[1:])],
        "at_specificity": float(max(tpr[1 - fpr >= 0.9 - 1e-12])),
        "at_sensitivity": float(max((1 - fpr)[tpr >= 0.9 - 1e-12])),
        "delong": None,
        "paired": None,
    }
    if min(truth.sum(), (~truth).sum()) >= 2:
        (a, b), s = delong([scores, other], truth)
        variance = s[0, 0] + s[1, 1] - 2 * s[0, 1]
        z = 0.0 if a == b else (a - b) / math.sqrt(variance)
        found["delong"] = interval(a, s[0, 0], 0.0)
        found["paired"] = {
            "b": interval(b, s[1, 1], 0.0),
            "difference": interval(a - b, variance, -1.0),
            "z": z,
            "p": float(2 * stats.norm.sf(abs(z))),
        }
    return found


def precision_recall(scores, truth):
    precision, recall, at = metrics.precision_recall_curve(truth, scores)
    points = [list(map(float, row)) for row in zip(at, precision, recall)]
    return {"average": metrics.average_precision_score(truth, scores), "curve": points[::-1]}


def counted(scores, truth):
    positive = scores >= 0.5
    share = lambda f: None if math.isnan(v := f) else float(v)
    recall = lambda label: metrics.recall_score(truth, positive, pos_label=label, zero_division=np.nan)
    precision = lambda label: metrics.precision_score(truth, positive, pos_label=label, zero_division=np.nan)
    return {
        "sensitivity": share(recall(True)),
        "specificity": share(recall(False)),
        "accuracy": metrics.accuracy_score(truth, positive),
        "ppv": share(precision(True)),
        "npv": share(precision(False)),
    }


def net_benefit(scores, truth, prevalence):
    """Vickers and Elkin (2006), each film weighted so that the sick are `prevalence` of all."""
    weight = np.where(truth, prevalence / truth.mean(), (1 - prevalence) / (1 - truth.mean()))
    rows = []
    for at in THRESHOLDS:
        gain = np.where(truth, 1.0, -at / (1 - at))
        rows.append([float(np.mean(weight * gain * (scores >= at))), float(np.mean(weight * gain))])
    return rows


def bins_of(probabilities, truth, bins):
    mean, edges, _ = stats.binned_statistic(probabilities, probabilities, "mean", bins, (0, 1))
    share, _, _ = stats.binned_statistic(probabilities, truth.astype(float), "mean", bins, (0, 1))
    n, _, _ = stats.binned_statistic(probabilities, probabilities, "count", bins, (0, 1))
    rows = []
    for i in np.flatnonzero(n):
        low, high = proportion_confint(round(share[i] * n[i]), n[i], method="wilson")
        rows.append([edges[i], edges[i + 1], n[i], mean[i], share[i], low, high])
    return [list(map(float, row)) for row in rows]


def expected_error(rows):
    return sum(n * abs(mean - share) for _, _, n, mean, share, _, _ in rows) / sum(r[2] for r in rows)


def line(probabilities, truth):
    """Slope and intercept by statsmodels; null where there is no finite optimum."""
    p = np.clip(probabilities, 1e-7, 1 - 1e-7)
    x = np.log(p / (1 - p))
    sick, healthy = x[truth], x[~truth]
    if len(sick) == 0 or len(healthy) == 0:
        return None
    if not (sick.min() < healthy.max() and healthy.min() < sick.max()):
        return None
    fit = sm.Logit(truth.astype(float), sm.add_constant(x)).fit(disp=0, maxiter=200, tol=1e-13)
    return [float(fit.params[1]), float(fit.params[0])]


def binary(name, scores, other, truth, weights):
    both = truth.any() and not truth.all()
    rows = bins_of(scores, truth, 10)
    return {
        "name": name,
        "scores": scores.tolist(),
        "other": other.tolist(),
        "truth": truth.tolist(),
        "weights": weights.tolist(),
        "ranking": ranking(scores, other, truth, weights) if both else None,
        "precision_recall": precision_recall(scores, truth) if truth.any() else None,
        "counts": counted(scores, truth),
        "net_benefit": net_benefit(scores, truth, truth.mean()) if both else None,
        "net_benefit_rare": net_benefit(scores, truth, PREVALENCE) if both else None,
        "bins": rows,
        "bins_of_seven": bins_of(scores, truth, 7),
        "expected_error": expected_error(rows),
        "brier": float(metrics.brier_score_loss(truth, scores, pos_label=True)),
        "line": line(scores, truth),
    }


def classes():
    """Four stages with probabilities: top-class error, and conformal thresholds and sets."""
    rng = np.random.default_rng(20260102)
    probabilities = np.round(rng.dirichlet([0.7] * 4, 120), 6)
    truth = np.array([rng.choice(4, p=p / p.sum()) for p in probabilities])
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    own = probabilities[np.arange(120), truth]
    # Romano 2020: all classes that are at least as likely, summed.
    aps = np.array([[p[p >= p[k]].sum() for k in range(4)] for p in probabilities])
    scores = {"lac": 1 - own, "aps": aps[np.arange(120), truth]}
    level = math.ceil(121 * 0.9) / 120
    q = {name: float(np.quantile(s, level, method="inverted_cdf")) for name, s in scores.items()}
    return {
        "probabilities": probabilities.tolist(),
        "truth": truth.tolist(),
        "expected_error": expected_error(bins_of(top, right, 10)),
        "thresholds": q,
        "lac_sets": [np.flatnonzero(p >= 1 - q["lac"] - 1e-12).tolist() for p in probabilities],
        "aps_sets": [np.flatnonzero(a <= q["aps"] + 1e-12).tolist() for a in aps],
    }


def confusions():
    rng = np.random.default_rng(20260103)
    fixed = ([0, 1, 2, 3, 3, 2, 1, 0, 0, 2], [0, 1, 1, 3, 2, 2, 0, 0, 1, 3])
    random = rng.integers(0, 4, 150)
    near = np.clip(random + rng.integers(-2, 3, 150) * (rng.random(150) < 0.5), 0, 3)
    gap = (rng.choice([0, 3], 40), rng.choice([0, 1, 3], 40))
    for a, b in [fixed, (random, near), gap, ([0, 1], [1, 0])]:
        a, b = np.array(a), np.array(b)
        kappa = lambda weights: float(metrics.cohen_kappa_score(a, b, weights=weights, labels=[0, 1, 2, 3]))
        yield {
            "truth": a.tolist(),
            "found": b.tolist(),
            "accuracy": metrics.accuracy_score(a, b),
            "balanced_accuracy": float(metrics.balanced_accuracy_score(a, b)),
            "absolute_error": float(metrics.mean_absolute_error(a, b)),
            "off_by_two": float(np.mean(np.abs(a - b) >= 2)),
            "kappa": [kappa(None), kappa("linear"), kappa("quadratic")],
        }


def alphas():
    """`ratings` holds a row a film."""
    rng = np.random.default_rng(20260104)
    true = rng.integers(0, 5, 40)
    grades = np.clip(true[:, None] + rng.integers(-1, 2, (40, 4)), 0, 4).astype(float)
    grades[rng.random(grades.shape) < 0.3] = np.nan
    spread = np.round(rng.normal(0, 1, (25, 3)) + rng.normal(0, 2, 25)[:, None], 1)
    spread[3, :2] = spread[4] = np.nan
    for ratings in [grades, spread, np.array([[1.0, 2.0], [2.0, 2.0], [3.0, np.nan]])]:
        alpha = lambda level: float(krippendorff.alpha(reliability_data=ratings.T, level_of_measurement=level))
        rows = [[None if math.isnan(r) else r for r in film] for film in ratings.tolist()]
        yield {"ratings": rows, "alpha": [alpha(level) for level in ("nominal", "ordinal", "interval")]}


def isotonics():
    rng = np.random.default_rng(20260105)
    for n, grid, weighted in [(80, 50, True), (200, 12, False), (60, 1000, True), (1, 1, False), (2, 5, True)]:
        x = rng.integers(0, grid, n) / grid
        y = np.round(x + rng.normal(0, 0.4, n), 3)
        weights = np.round(rng.exponential(1, n) + 0.001, 3) if weighted else np.ones(n)
        if n > 10 and weighted:
            weights[:5] = 0.0
        asked = np.round(np.linspace(-0.3, 1.3, 41), 6)
        found = IsotonicRegression(out_of_bounds="clip").fit(x, y, weights).predict(asked)
        yield dict(x=x.tolist(), y=y.tolist(), weights=weights.tolist(), asked=asked.tolist(), found=found.tolist())


def proportions():
    for k, n in [(0, 1), (1, 1), (0, 20), (20, 20), (3, 20), (1, 300), (137, 411), (9_120, 10_000), (1, 1_000_000), (499_123, 1_000_000)]:
        yield {
            "k": k,
            "n": n,
            "wilson": list(map(float, proportion_confint(k, n, method="wilson"))),
            "exact": list(map(float, proportion_confint(k, n, method="beta"))),
        }


def mcnemars():
    for b, c in [(0, 0), (1, 0), (5, 5), (2, 9), (30, 14), (400, 460), (0, 60)]:
        n, k = b + c, min(b, c)
        point = Fraction(math.comb(n, k), 2**n)
        tail = sum(Fraction(math.comb(n, i), 2**n) for i in range(k))
        exact = 1.0 if n == 0 else float(mcnemar([[7, b], [c, 7]], exact=True).pvalue)
        yield {"b": b, "c": c, "exact": exact, "mid_p": float(min(1, 2 * (tail + point / 2)))}


def bootstraps():
    """Intervals by 20,000 resamples, to be met within Monte-Carlo error, and their standard error."""
    rng = np.random.default_rng(20260106)
    size = rng.integers(1, 5, 150)
    patient = np.repeat(np.arange(150), size)
    truth = (rng.random(150) < 0.4)[patient]
    a = np.round(rng.normal(truth * 1.0 + rng.normal(0, 0.8, 150)[patient], 1.0), 2)
    b = np.round(0.6 * a + rng.normal(truth * 0.3, 0.8), 2)
    sums = lambda values: np.bincount(patient, values)

    def run(data, statistic, resamples=20_000, **options):
        found = stats.bootstrap(
            data, statistic, n_resamples=resamples, paired=True, method="percentile", rng=np.random.default_rng(1), **options
        )
        ends = found.confidence_interval
        return {"low": float(ends.low), "high": float(ends.high), "error": float(found.standard_error)}

    ratio = lambda s, n, axis: s.sum(axis) / n.sum(axis)
    apart = lambda s, t, n, axis: (s.sum(axis) - t.sum(axis)) / n.sum(axis)
    films = [np.flatnonzero(patient == p) for p in range(150)]

    def area(drawn):
        chosen = np.concatenate([films[p] for p in drawn.astype(int)])
        sick, healthy = a[chosen][truth[chosen]], a[chosen][~truth[chosen]]
        return stats.mannwhitneyu(sick, healthy, method="asymptotic").statistic / (len(sick) * len(healthy))

    return {
        "patient": patient.tolist(),
        "truth": truth.tolist(),
        "a": a.tolist(),
        "b": b.tolist(),
        "mean": run((sums(a), size.astype(float)), ratio, vectorized=True),
        "difference": run((sums(a), sums(b), size.astype(float)), apart, vectorized=True),
        "auc": run((np.arange(150),), area, 5_000, vectorized=False),
    }


def clustered():
    """Several films a patient: Obuchowski's (1997) matrix as she writes it, sums over patients; and the
    randomization test of paired totals, all sign changes, by SciPy. Both classes in some patients."""
    rng = np.random.default_rng(20260107)
    for patients, most, mixed, worse in [(60, 4, 0.5, 0.1), (25, 7, 0.0, 0.15), (14, 3, 1.0, 0.4)]:
        size = rng.integers(1, most + 1, patients)
        patient = np.repeat(np.arange(patients), size)
        own = rng.random(patients) < 0.5
        truth = np.where(rng.random(len(patient)) < mixed / 2, ~own[patient], own[patient])
        shared = rng.normal(0, 0.8, patients)[patient]
        a = np.round(rng.normal(truth * 1.0 + shared, 0.9), 1)
        b = np.round(rng.normal(truth * 0.5 + 0.7 * shared, 0.9), 1)
        shuffled = rng.permutation(len(patient))
        patient, truth, a, b = patient[shuffled], truth[shuffled], a[shuffled], b[shuffled]

        psi = lambda x, y: np.where(x > y, 1.0, np.where(x == y, 0.5, 0.0))
        m, n = truth.sum(), (~truth).sum()
        sick = np.array([(truth & (patient == p)).sum() for p in range(patients)])
        healthy = np.array([(~truth & (patient == p)).sum() for p in range(patients)])
        areas, v10, v01 = [], [], []
        for s in (a, b):
            kernel = psi(s[truth][:, None], s[~truth][None, :])
            areas.append(kernel.mean())
            v10.append([kernel.mean(axis=1)[patient[truth] == p].sum() for p in range(patients)])
            v01.append([kernel.mean(axis=0)[patient[~truth] == p].sum() for p in range(patients)])
        s = np.zeros((2, 2))
        i10, i01 = (sick > 0).sum(), (healthy > 0).sum()
        for r in range(2):
            for t in range(2):
                x = [np.array(v10[k]) - sick * areas[k] for k in (r, t)]
                y = [np.array(v01[k]) - healthy * areas[k] for k in (r, t)]
                s10 = i10 / ((i10 - 1) * m) * (x[0] * x[1]).sum()
                s01 = i01 / ((i01 - 1) * n) * (y[0] * y[1]).sum()
                s11 = [patients / (patients - 1) * (x[j] * y[1 - j]).sum() for j in (0, 1)]
                s[r, t] = s10 / m + s01 / n + (s11[0] + s11[1]) / (m * n)
        variance = s[0, 0] + s[1, 1] - 2 * s[0, 1]
        z = (areas[0] - areas[1]) / math.sqrt(variance)

        right = [(a > 0.5) == truth]
        right.append(right[0] ^ (rng.random(len(a)) < np.where(right[0], worse, 0.06)))
        apart = np.array([(right[0].astype(int) - right[1])[patient == p].sum() for p in range(patients)])
        apart = apart[apart != 0]
        assert len(apart) < 20, "too many sign changes to count them all"
        test = stats.permutation_test((apart.astype(float),), np.sum, permutation_type="samples", n_resamples=np.inf)
        yield {
            "patient": patient.tolist(),
            "truth": truth.tolist(),
            "a": a.tolist(),
            "b": b.tolist(),
            "area_a": interval(areas[0], s[0, 0], 0.0),
            "area_b": interval(areas[1], s[1, 1], 0.0),
            "difference": interval(areas[0] - areas[1], variance, -1.0),
            "z": z,
            "p": float(2 * stats.norm.sf(abs(z))),
            "right_a": right[0].tolist(),
            "right_b": right[1].tolist(),
            "randomized": float(test.pvalue),
        }


def holms():
    rng = np.random.default_rng(20260108)
    for p in [np.array([0.04]), np.round(rng.random(12) ** 3, 4), np.array([0.01, 0.01, 0.5, 1.0, 0.0])]:
        yield {"p": p.tolist(), "adjusted": multipletests(p, method="holm")[1].tolist()}


def main():
    warnings.simplefilter("ignore")
    golden = {
        "versions": {name: version(name) for name in ("krippendorff", "numpy", "scikit-learn", "scipy", "statsmodels")},
        "binary": [binary(*case) for case in binary_cases()],
        "classes": classes(),
        "confusions": list(confusions()),
        "alphas": list(alphas()),
        "isotonics": list(isotonics()),
        "proportions": list(proportions()),
        "mcnemars": list(mcnemars()),
        "bootstraps": bootstraps(),
        "clustered": list(clustered()),
        "holms": list(holms()),
    }
    text = json.dumps(golden, allow_nan=False, default=float, separators=(",", ":"))
    Path(sys.argv[1]).write_text(text + "\n")


main()
