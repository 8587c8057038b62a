"""Power spectra of lungs: simulated films beside real ones.

    python reference/spectra.py FOLDER [FOLDER ...] --out spectra.svg

Each FOLDER was written by `koniscope simulate --profusion-zero` (films without opacities: `--onto` gives
the real films themselves). Of each film, patches of 48 x 48 mm inside one lung's mask, at 0.84 mm a
pixel, less their plane, times a Hann window; the mean of their power spectra over films and
directions. Prints the slope of log power over log frequency from 0.06 to 0.4 cycles a mm, and the
power at four frequencies over that of the first folder. Needs numpy and pillow.
"""

import argparse
import csv
import json
import pathlib

import numpy as np
from PIL import Image

PIXEL_MM = 0.84
SIDE = 57  # pixels, 48 mm
BINS = np.geomspace(0.05, 0.55, 11)


def plane(path, size):
    """Picture in [0, 1] at `size` (width, height), by Pillow's box filter."""
    image = Image.open(path)
    values = np.asarray(image, dtype=np.float64)
    values = values / (65535.0 if values.max() > 255 else 255.0)
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize(size, Image.Resampling.BOX))


def spectrum(folder, row):
    truth = json.loads((folder / "truth" / (pathlib.Path(row["image"]).stem + ".json")).read_text())
    dy, dx = truth["spacing_mm"]
    size = round(truth["width"] * dx / PIXEL_MM), round(truth["height"] * dy / PIXEL_MM)
    film = plane(folder / row["image"], size)
    mask = np.asarray(Image.open(folder / row["mask"]).resize(size, Image.Resampling.NEAREST))
    # Gray per unit of contrast differs by film: mediastinum less lung is one.
    lung = np.median(film[mask > 0])
    scale = np.percentile(film[mask > 0], 90) - lung
    window = np.outer(np.hanning(SIDE), np.hanning(SIDE))
    yy, xx = np.mgrid[:SIDE, :SIDE]
    design = np.stack([xx.ravel(), yy.ravel(), np.ones(SIDE * SIDE)], 1)
    f = np.fft.fftfreq(SIDE, PIXEL_MM)
    radius = np.hypot(*np.meshgrid(f, f))
    which = np.digitize(radius, BINS)
    found = []
    for y in range(0, size[1] - SIDE, SIDE // 2):
        for x in range(0, size[0] - SIDE, SIDE // 2):
            part = mask[y : y + SIDE, x : x + SIDE]
            if not (np.all(part == 1) or np.all(part == 2)):
                continue
            patch = film[y : y + SIDE, x : x + SIDE] / max(scale, 1e-6)
            patch = patch.ravel()
            patch = patch - design @ np.linalg.lstsq(design, patch, rcond=None)[0]
            power = np.abs(np.fft.fft2(patch.reshape(SIDE, SIDE) * window)) ** 2
            found.append([power[which == k].mean() for k in range(1, len(BINS))])
    return np.mean(found, 0) if found else None


def of_folder(folder, limit):
    rows = list(csv.DictReader((folder / "truth.csv").open()))[:limit]
    spectra = [s for s in (spectrum(folder, row) for row in rows) if s is not None]
    return np.log10(np.array(spectra))


def svg(path, centers, groups):
    colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"]
    low = min(g.mean(0).min() for _, g in groups) - 0.5
    high = max(g.mean(0).max() for _, g in groups) + 0.5
    x = lambda v: 70 + 560 * (np.log10(v) - np.log10(BINS[0])) / np.log10(BINS[-1] / BINS[0])
    y = lambda v: 20 + 320 * (high - v) / (high - low)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 400" font-family="sans-serif" '
           'font-size="12"><rect width="700" height="400" fill="white"/>'
           '<rect x="70" y="20" width="560" height="320" fill="none" stroke="#999"/>']
    for v in [0.05, 0.1, 0.2, 0.4]:
        out.append(f'<text x="{x(v):.1f}" y="356" text-anchor="middle">{v}</text>')
    for v in range(int(np.ceil(low)), int(np.floor(high)) + 1):
        out.append(f'<text x="64" y="{y(v) + 4:.1f}" text-anchor="end">1e{v}</text>')
    for i, (name, g) in enumerate(groups):
        mean, sd = g.mean(0), g.std(0)
        points = " ".join(f"{x(c):.1f},{y(v):.1f}" for c, v in zip(centers, mean))
        band = [f"{x(c):.1f},{y(v):.1f}" for c, v in zip(centers, mean + sd)]
        band += [f"{x(c):.1f},{y(v):.1f}" for c, v in zip(centers[::-1], (mean - sd)[::-1])]
        color = colors[i % len(colors)]
        out.append(f'<polygon points="{" ".join(band)}" fill="{color}" opacity="0.12"/>')
        out.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2" '
                   f'stroke-dasharray="{["none", "6 3", "2 3", "8 3 2 3", "1 4"][i % 5]}"/>')
        out.append(f'<text x="440" y="{44 + 18 * i}" fill="{color}">{name}, n = {len(g)}</text>')
    out.append('<text x="350" y="384" text-anchor="middle">cycles a mm</text>'
               '<text x="16" y="180" transform="rotate(-90 16 180)" text-anchor="middle">power</text></svg>')
    path.write_text("\n".join(out) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--films", type=int, default=60)
    args = parser.parse_args()
    centers = np.sqrt(BINS[1:] * BINS[:-1])
    groups = [(folder.name, of_folder(folder, args.films)) for folder in args.folders]
    fit = (centers > 0.06) & (centers < 0.4)
    first = groups[0][1].mean(0)
    for name, g in groups:
        slopes = np.array([np.polyfit(np.log10(centers[fit]), s[fit], 1)[0] for s in g])
        at = [int(np.argmin(np.abs(centers - f))) for f in (0.06, 0.12, 0.25, 0.45)]
        ratios = ", ".join(f"{centers[k]:.2f}: {10 ** (g.mean(0)[k] - first[k]):.2f}" for k in at)
        print(f"{name}: n {len(g)}, slope {slopes.mean():.2f} (SD {slopes.std():.2f}), "
              f"power over {groups[0][0]}'s at {ratios}")
    if args.out:
        svg(args.out, centers, groups)


if __name__ == "__main__":
    main()
