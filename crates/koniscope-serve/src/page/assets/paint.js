// The pixels of a film on a canvas. What is visible is sampled once a view, and so a new window costs one look
// into a table per pixel of the canvas, however large the film is.

import { gray } from "./levels.js";

export class Painter {
  constructor() {
    this.key = "";
    this.values = new Uint16Array(0);
    this.image = null;
    this.corner = [0, 0];
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./levels.js").Level[]} levels
   * @param {number[]} place where the whole film lies on the canvas: left, top, width, height
   * @param {number[]} window center and width
   * @param {boolean} inverted
   */
  paint(context, levels, place, window, inverted) {
    const { width, height } = context.canvas;
    const key = [width, height, ...place].join();
    if (key !== this.key) {
      this.sample(levels, place, [width, height]);
      this.key = key;
    }
    if (!this.image) return;
    const table = gray(...window, inverted);
    const out = new Uint32Array(this.image.data.buffer);
    const { values } = this;
    for (let i = 0; i < out.length; i++) out[i] = table[values[i]];
    context.putImageData(this.image, ...this.corner);
  }

  /** The values under each pixel of the canvas, from the level that has just enough of them. */
  sample(levels, [left, top, width, height], size) {
    const [x0, y0] = [left, top].map((at) => Math.max(0, Math.round(at)));
    const x1 = Math.min(size[0], Math.round(left + width));
    const y1 = Math.min(size[1], Math.round(top + height));
    const [w, h] = [x1 - x0, y1 - y0];
    this.image = w > 0 && h > 0 ? reused(this.image, w, h) : null;
    if (!this.image) return;
    this.corner = [x0, y0];
    if (this.values.length !== w * h) this.values = new Uint16Array(w * h);
    const scale = width / levels[0].width;
    // A tenth of a level less than enough is not seen, and costs a quarter.
    const wanted = Math.max(0, Math.floor(Math.log2(1 / scale) + 0.1));
    const level = levels[Math.min(wanted, levels.length - 1)];
    // Large pixels are shown as what they are.
    const isSmooth = scale < 3;
    const columns = steps(w, x0 - left, level.width / width, level.width, isSmooth);
    const rows = steps(h, y0 - top, level.height / height, level.height, isSmooth);
    fill(this.values, level, columns, rows);
  }
}

function reused(image, w, h) {
  return image?.width === w && image?.height === h ? image : new ImageData(w, h);
}

/** For each pixel of a side of the canvas: the first pixel of the level, the next one, and its share of 128. */
function steps(count, from, step, length, isSmooth) {
  const [at, next, share] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  for (let i = 0; i < count; i++) {
    const middle = (i + 0.5 + from) * step;
    const low = Math.floor(isSmooth ? middle - 0.5 : middle);
    at[i] = Math.min(length - 1, Math.max(0, low));
    next[i] = Math.min(length - 1, Math.max(0, low + 1));
    share[i] = isSmooth ? Math.round(128 * (middle - 0.5 - low)) : 0;
  }
  return { at, next, share };
}

function fill(out, { width, values }, columns, rows) {
  // Plain variables: what the loop runs over half a million times and more.
  const { at, next, share } = columns;
  const count = at.length;
  let to = 0;
  for (let y = 0; y < rows.at.length; y++) {
    const above = rows.at[y] * width;
    const below = rows.next[y] * width;
    const v = rows.share[y];
    for (let x = 0; x < count; x++, to++) {
      const a = at[x];
      const b = next[x];
      const u = share[x];
      const upper = values[above + a] * (128 - u) + values[above + b] * u;
      const lower = values[below + a] * (128 - u) + values[below + b] * u;
      out[to] = (upper * (128 - v) + lower * v) >> 14;
    }
  }
}
