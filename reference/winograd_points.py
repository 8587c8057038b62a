"""Why Winograd's convolution of the engine has the points 0, 3/4, -3/4, 3/2, -3/2 and infinity.

    python reference/winograd_points.py

For pairs of points, the error of sums over 64 channels in f32 against f64, in standard deviations
of the sum: its mean, and its largest over 400 squares of 4 x 4, means of three draws.
"""
import numpy as np

CHANNELS, SQUARES, DRAWS = 64, 400, 3


def matrices(a, b):
    """Of F(4 x 4, 3 x 3), after Toom and Cook: input, window, output."""
    p, q = a * a, b * b
    image = [[p * q, 0, -(p + q), 0, 1, 0], [0, -a * q, -q, a, 1, 0], [0, a * q, -q, -a, 1, 0],
             [0, -b * p, -p, b, 1, 0], [0, b * p, -p, -b, 1, 0], [0, p * q, 0, -(p + q), 0, 1]]
    points = [(0, p * q), (a, 2 * p * (p - q)), (-a, 2 * p * (p - q)), (b, 2 * q * (q - p)),
              (-b, 2 * q * (q - p))]
    window = [[s**i / n for i in range(3)] for s, n in points] + [[0, 0, 1]]
    sums = [[s**i for s, _ in points] + [float(i == 3)] for i in range(4)]
    return np.array(image, float), np.array(window, float), np.array(sums, float)


def errors(a, b, rng):
    image, window, sums = matrices(a, b)
    x = np.maximum(rng.normal(size=(SQUARES, CHANNELS, 6, 6)), 0)
    weights = rng.normal(size=(CHANNELS, 3, 3))
    plain = sum(np.einsum("tcyx,c->tyx", x[:, :, i:i + 4, j:j + 4], weights[:, i, j])
                for i in range(3) for j in range(3))
    single = np.float32
    by = (window @ weights @ window.T).astype(single)
    factors = image.astype(single) @ x.astype(single) @ image.T.astype(single)
    products = np.zeros((SQUARES, 6, 6), single)
    for c in range(CHANNELS):
        products += factors[:, c] * by[c]
    found = sums.astype(single) @ products @ sums.T.astype(single)
    error = np.abs(found - plain) / np.abs(plain).std()
    return error.mean(), error.max()


rng = np.random.default_rng(0)
print("points       mean     largest")
for a, b in [(1, 2), (1, 0.5), (0.5, 1.5), (0.625, 1.25), (2 / 3, 4 / 3), (0.5**0.5, 2**0.5), (0.75, 1.5)]:
    mean, largest = np.mean([errors(a, b, rng) for _ in range(DRAWS)], axis=0)
    print(f"{a:.3f} {b:.3f}  {mean:.1e}  {largest:.1e}")
