// A film on a canvas: what is loaded, how it is windowed, and which part of it is seen.

import { levels } from "./levels.js";
import { drawOver } from "./over.js";
import { Painter } from "./paint.js";
import { listen } from "./pointer.js";
import { t } from "./text.js";
import { distance, drawTools } from "./tools.js";

/** Canvas pixels a film pixel at most. */
const CLOSEST = 16;

export class Viewer {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{unaltered?: boolean}} [how] unaltered: zoom and pan only
   */
  constructor(canvas, { unaltered = false } = {}) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.painter = new Painter();
    this.unaltered = unaltered;
    this.shown = { rulers: false, lungs: false, grades: false, heat: false, large: false };
    this.opacity = 0.45;
    this.upDarker = false;
    this.tool = ""; // what a drag with the left button does; empty: as the key map has it
    this.point = null; // where a tool is, in canvas pixels
    this.annotated = true;
    this.trueScale = null; // canvas pixels a mm of the screen
    this.forget();
    new ResizeObserver(() => this.draw()).observe(canvas);
    listen(this);
  }

  forget() {
    this.levels = null;
    this.preview = null;
    this.size = [1, 1];
    this.spacing = null;
    this.windows = { own: null, auto: null, whole: [32767.5, 65535] };
    this.window = null;
    this.windowName = "own";
    this.inverted = false;
    this.layers = {};
    this.grades = [];
    this.larges = [];
    this.measures = []; // of film pixels
    this.scale = 0; // canvas pixels a film pixel; 0: fit
    this.center = [0.5, 0.5];
    this.painter.key = "";
    this.lens = null;
  }

  /** The preview first, then all pixels. @param {string} base as `/api/films/3` */
  async load(base) {
    this.forget();
    this.base = base;
    const isCurrent = () => this.base === base;
    const preview = new Image();
    preview.src = `${base}/preview.png`;
    const decoded = preview.decode().then(() => {
      if (isCurrent() && !this.levels) {
        this.preview = preview;
        this.size = [preview.naturalWidth, preview.naturalHeight];
        this.draw();
      }
    }, () => {});
    const answer = await fetch(`${base}/pixels`);
    if (!answer.ok) {
      await decoded;
      throw new Error((await answer.json()).error);
    }
    const numbers = (name) => {
      const text = answer.headers.get(name);
      return text ? text.split(" ").map(Number) : null;
    };
    const [width, height] = numbers("x-film-size");
    const values = new Uint16Array(await answer.arrayBuffer());
    if (!isCurrent()) return;
    this.windows.auto = numbers("x-film-auto");
    this.windows.own = numbers("x-film-window") ?? this.windows.auto;
    this.spacing = numbers("x-film-spacing")?.[0] ?? null;
    // A pan or zoom of the preview stays where it was.
    this.scale *= this.size[0] / width;
    this.size = [width, height];
    this.levels = levels({ width, height, values });
    this.setWindow("own");
    this.settled?.();
  }

  setWindow(name) {
    if (this.unaltered && name !== "own") return;
    this.windowName = name;
    if (this.windows[name]) this.window = [...this.windows[name]];
    this.draw();
    this.changed?.();
  }

  /** Wider and brighter by steps of the film's own range. @param {number} wider @param {number} higher */
  moveWindow(wider, higher) {
    if (!this.window || this.unaltered) return;
    const [center, width] = this.window;
    const step = this.windows.auto[1] / 500;
    this.window = [
      Math.min(80000, Math.max(-15000, center + higher * step)),
      Math.min(131070, Math.max(16, width + wider * step)),
    ];
    this.windowName = "custom";
    this.draw();
    this.changed?.();
  }

  /** @param {string} tool */
  use(tool) {
    this.tool = this.tool === tool ? "" : tool;
    this.point = this.tool && this.point ? this.point : [this.canvas.width / 2, this.canvas.height / 2];
    this.draw();
    this.changed?.();
  }

  /** @param {number[]} at canvas pixels */
  pointAt(at) {
    this.point = at.map((v, i) => Math.min(i ? this.canvas.height : this.canvas.width, Math.max(0, v)));
    if (this.measuring) this.measuring.to = this.onFilm(this.point);
    this.draw();
    if (this.measuring) this.changed?.();
  }

  measureFrom(at) {
    const from = this.onFilm(at);
    this.measuring = { from, to: from };
    this.measures.push(this.measuring);
  }

  /** Ends a distance; one of no length is none. */
  measureTo() {
    const { from, to } = this.measuring ?? { from: [0], to: [1] };
    if (from[0] === to[0] && from[1] === to[1]) this.measures.pop();
    this.measuring = null;
    this.draw();
    this.changed?.();
  }

  measureByKey() {
    if (this.measuring) this.measureTo();
    else this.measureFrom(this.point);
  }

  /** A point of the canvas in film pixels. */
  onFilm([x, y]) {
    const [left, top] = this.place();
    return [(x - left) / this.scaleNow(), (y - top) / this.scaleNow()];
  }

  annotations() {
    this.annotated = !this.annotated;
    this.draw();
    this.changed?.();
  }

  /** As it was opened. */
  reset() {
    this.inverted = false;
    this.tool = "";
    this.measures = [];
    this.setWindow("own");
    this.fit();
  }

  /** Fit, or as large as the patient where film and screen tell mm. */
  fitOrTrue() {
    if (this.scale || !this.spacing || !this.trueScale) return this.fit();
    this.look(this.trueScale * this.spacing, this.center);
    this.looked();
    return undefined;
  }

  async toggle(name) {
    this.missing = null;
    if (name === "invert") {
      if (!this.unaltered) this.inverted = !this.inverted;
    } else {
      this.shown[name] = !this.shown[name];
      if (this.shown[name] && (name === "lungs" || name === "heat")) await this.loadLayer(name);
      if (this.missing) this.shown[this.missing] = false;
    }
    this.draw();
    this.changed?.();
  }

  async loadLayer(name) {
    if (this.layers[name]) return;
    const picture = new Image();
    picture.src = `${this.base}/${name}.png`;
    await picture.decode().then(() => { this.layers[name] = picture; }, () => { this.missing = name; });
  }

  fitScale() {
    return Math.min(this.canvas.width / this.size[0], this.canvas.height / this.size[1]);
  }

  /** Canvas pixels a film pixel. */
  scaleNow() {
    return this.scale || this.fitScale();
  }

  fit() {
    this.scale = 0;
    this.center = [0.5, 0.5];
    this.looked();
  }

  /** Zooms by a factor; the point under the pointer stays. @param {number} by @param {number[]} [at] canvas pixels */
  zoom(by, at = [this.canvas.width / 2, this.canvas.height / 2]) {
    const before = this.scaleNow();
    const after = Math.min(CLOSEST, Math.max(this.fitScale() / 2, before * by));
    const middle = [this.canvas.width / 2, this.canvas.height / 2];
    const center = this.center.map((c, i) => c + (at[i] - middle[i]) * (1 / before - 1 / after) / this.size[i]);
    this.look(after, center);
    this.looked();
  }

  pan(dx, dy) {
    const scale = this.scaleNow();
    this.look(scale, [this.center[0] - dx / scale / this.size[0], this.center[1] - dy / scale / this.size[1]]);
    this.looked();
  }

  /** @param {number} scale @param {number[]} center shares of width and height */
  look(scale, center) {
    this.scale = scale;
    this.center = center.map((c) => Math.min(1, Math.max(0, c)));
    this.draw();
  }

  looked() {
    this.draw();
    this.changed?.();
    this.moved?.(this);
  }

  /** Where the whole film lies on the canvas: left, top, width, height. */
  place() {
    const scale = this.scaleNow();
    const [width, height] = this.size.map((side) => side * scale);
    return [
      this.canvas.width / 2 - this.center[0] * width,
      this.canvas.height / 2 - this.center[1] * height,
      width,
      height,
    ];
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.drawNow(); });
  }

  drawNow() {
    const { canvas, context } = this;
    const began = performance.now();
    const ratio = devicePixelRatio || 1;
    const [w, h] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (!w || !h) return;
    if (canvas.width !== w || canvas.height !== h) {
      [canvas.width, canvas.height] = [w, h];
      this.settled?.();
    }
    context.fillStyle = "#000";
    context.fillRect(0, 0, w, h);
    const place = this.place();
    if (this.levels) {
      this.painter.paint(context, this.levels, place, this.window, this.inverted);
    } else if (this.preview) {
      context.imageSmoothingQuality = "high";
      context.drawImage(this.preview, ...place);
    } else {
      return;
    }
    if (this.annotated) drawOver(this, place);
    drawTools(this, place);
    // How fast it is, for whoever measures: ms since the page was asked for, and of the last redraw.
    this.firstPaint ??= performance.now();
    this.drawn = performance.now() - began;
  }

  /** A line on what is shown. */
  words() {
    if (this.missing) return `${t("tool.missing")} ${t(`tool.${this.missing}`)}`;
    if (!this.levels) return t("film.preview");
    const [center, width] = this.window.map(Math.round);
    const parts = [`${t("film.full")}, ${this.size[0]} x ${this.size[1]}, C ${center} W ${width}`];
    const isTrue = this.trueScale && this.spacing
      && Math.abs(this.scaleNow() / (this.trueScale * this.spacing) - 1) < 0.001;
    if (isTrue) parts.push(t("film.true_size"));
    if (!this.annotated) parts.push(t("film.plain"));
    const last = this.measures.at(-1);
    if (last) parts.push(distance(Math.hypot(last.to[0] - last.from[0], last.to[1] - last.from[1]), this.spacing));
    return parts.join(", ");
  }
}
