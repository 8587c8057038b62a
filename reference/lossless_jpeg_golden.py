"""Lossless JPEG streams and what independent decoders make of them.

    pip install numpy==2.4.6 imagecodecs==2026.3.6 pylibjpeg==2.1.0 pylibjpeg-libjpeg==2.5.0
    python reference/lossless_jpeg_golden.py

The streams are coded here, by ITU-T T.81 annex H, since no encoder at hand writes restart intervals
and point transforms: crates/koniscope-dicom/tests/data/lossless_jpeg/NAME.jpg. The values beside
them, NAME.raw (little-endian words), are those that libjpeg-turbo decodes, by way of imagecodecs. The
script stops where they are not the values that were coded, or where libjpeg, by way of pylibjpeg,
decodes others (but for point transforms, which pylibjpeg does not undo).
"""

from pathlib import Path

import numpy as np
from imagecodecs import jpeg8_decode
from libjpeg import decode

FOLDER = Path(__file__).parent.parent / "crates/koniscope-dicom/tests/data/lossless_jpeg"
WIDTH, HEIGHT = 33, 21

# name: bits, predictor, point transform, rows between restart markers (0: none), kind of picture
STREAMS = {
    "p1_8": (8, 1, 0, 0, "film"),
    "p2_12": (12, 2, 0, 0, "film"),
    "p3_12_every_row": (12, 3, 0, 1, "film"),
    "p4_16_every_2_rows": (16, 4, 0, 2, "film"),
    "p5_10_every_4_rows": (10, 5, 0, 4, "film"),
    "p6_12_every_7_rows": (12, 6, 0, 7, "film"),
    "p7_14_shifted": (14, 7, 2, 0, "film"),
    "p1_16_noise_every_row": (16, 1, 0, 1, "noise"),
    "p7_16_steps": (16, 7, 0, 3, "steps"),
    "p4_2": (2, 4, 0, 5, "noise"),
    "p6_16_shifted_every_row": (16, 6, 3, 1, "noise"),
}


def picture(kind, bits, rng):
    top = 2**bits - 1
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    if kind == "noise":
        return rng.integers(0, top + 1, (HEIGHT, WIDTH))
    if kind == "steps":  # differences of 32,768, which have a category of their own
        return np.where((x // 3 + y) % 2 == 0, 0, 32768)
    wave = 0.5 + 0.3 * np.sin(x / 4.0) + 0.15 * np.cos(y / 3.0)
    noise = rng.normal(0, 0.01, (HEIGHT, WIDTH))
    return np.clip((wave + noise) * top, 0, top).astype(int)


def code_table():
    """Lengths of the codes for categories 0 to 16: fifteen of 4 bits, one of 5, one of 6."""
    counts = [0, 0, 0, 15, 1, 1] + [0] * 10
    codes, code, value = {}, 0, 0
    for length, count in enumerate(counts, start=1):
        for _ in range(count):
            codes[value] = (code, length)
            code, value = code + 1, value + 1
        code <<= 1
    return counts, codes


def predicted(predictor, a, b, c):
    return [a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1][predictor - 1]


def coded(values, bits, predictor, shift, rows, codes):
    """The coded data of one scan."""
    values = values >> shift
    data, buffer, restarts = bytearray(), "", 0

    def flush():
        nonlocal buffer
        buffer += "1" * (-len(buffer) % 8)
        for i in range(0, len(buffer), 8):
            byte = int(buffer[i : i + 8], 2)
            data.append(byte)
            if byte == 0xFF:
                data.append(0)
        buffer = ""

    for y in range(HEIGHT):
        first = y % rows == 0 if rows else y == 0
        if first and y > 0:
            flush()
            data.extend([0xFF, 0xD0 + restarts % 8])
            restarts += 1
        for x in range(WIDTH):
            left = int(values[y, x - 1]) if x else 0
            above = int(values[y - 1, x]) if y else 0
            if first:
                guess = left if x else 1 << (bits - shift - 1)
            elif x == 0:
                guess = above
            else:
                guess = predicted(predictor, left, above, int(values[y - 1, x - 1]))
            difference = (int(values[y, x]) - guess + 32768) % 65536 - 32768
            difference = 32768 if difference == -32768 else difference
            category = abs(difference).bit_length()
            code, length = codes[category]
            buffer += f"{code:0{length}b}"
            if 0 < category < 16:
                extra = difference if difference > 0 else difference + (1 << category) - 1
                buffer += f"{extra:0{category}b}"
    flush()
    return bytes(data)


def segment(marker, body):
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + bytes(body)


def stream(values, bits, predictor, shift, rows):
    counts, codes = code_table()
    frame = bytes([bits]) + HEIGHT.to_bytes(2, "big") + WIDTH.to_bytes(2, "big") + bytes([1, 1, 0x11, 0])
    parts = [b"\xff\xd8", segment(0xC3, frame), segment(0xC4, bytes([0, *counts, *range(17)]))]
    if rows:
        parts.append(segment(0xDD, (rows * WIDTH).to_bytes(2, "big")))
    parts.append(segment(0xDA, bytes([1, 1, 0, predictor, 0, shift])))
    parts += [coded(values, bits, predictor, shift, rows, codes), b"\xff\xd9"]
    return b"".join(parts)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(4)
    for name, (bits, predictor, shift, rows, kind) in STREAMS.items():
        values = picture(kind, bits, rng)
        jpeg = stream(values, bits, predictor, shift, rows)
        found = jpeg8_decode(jpeg).astype(int)
        other = found if shift else decode(jpeg).astype(int).reshape(HEIGHT, WIDTH)
        for decoded in [found, other]:
            wrong = np.argwhere(decoded != values >> shift << shift)
            if len(wrong) > 0:
                raise SystemExit(f"{name}: {len(wrong)} pixels differ, from {wrong[0].tolist()} on")
        (FOLDER / f"{name}.jpg").write_bytes(jpeg)
        (FOLDER / f"{name}.raw").write_bytes(found.astype("<u2").tobytes())
        print(f"{name}: {len(jpeg)} bytes")


if __name__ == "__main__":
    main()
