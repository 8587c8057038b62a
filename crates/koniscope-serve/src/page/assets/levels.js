// A film in several sizes, and gray of a window: no page here, only numbers.

/** A size of the film: 16-bit values, row by row. @typedef {{width: number, height: number, values: Uint16Array}} Level */

/** Half of a level, by the mean of 2 x 2. @param {Level} level @returns {Level} */
export function half({ width, height, values }) {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)];
  const out = new Uint16Array(w * h);
  for (let y = 0; y < h; y++) {
    const top = 2 * y * width;
    const below = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < w; x++) {
      const left = 2 * x;
      const right = Math.min(left + 1, width - 1);
      out[y * w + x] =
        (values[top + left] + values[top + right] + values[below + left] + values[below + right] + 2) >> 2;
    }
  }
  return { width: w, height: h, values: out };
}

/** The film, its half, and so on down to 256 pixels. @param {Level} film @returns {Level[]} */
export function levels(film) {
  const all = [film];
  while (Math.max(all.at(-1).width, all.at(-1).height) > 256) all.push(half(all.at(-1)));
  return all;
}

/** Pixels of a gray for each value. @param {number} center @param {number} width @param {boolean} inverted */
export function gray(center, width, inverted) {
  const table = new Uint32Array(65536);
  const [low, scale] = [center - width / 2, 255 / Math.max(width, 1)];
  for (let value = 0; value < 65536; value++) {
    let v = Math.min(255, Math.max(0, Math.round((value - low) * scale)));
    if (inverted) v = 255 - v;
    table[value] = 0xff000000 | (v << 16) | (v << 8) | v;
  }
  return table;
}
