"""Golden values of metrics, by scikit-learn: printed, and copied into the tests that name them.

    python reference/metrics_golden.py
"""
import sklearn
from sklearn.metrics import cohen_kappa_score

print("scikit-learn", sklearn.__version__)
# crates/koniscope-train/src/metrics/agreement.rs
a = [0, 1, 2, 3, 3, 2, 1, 0, 0, 2]
b = [0, 1, 1, 3, 2, 2, 0, 0, 1, 3]
print("quadratic kappa", repr(cohen_kappa_score(a, b, weights="quadratic")))
