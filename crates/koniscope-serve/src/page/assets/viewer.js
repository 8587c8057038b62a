// The film on a canvas: window, zoom, pan, rulers, layers.

import { gray, levels } from "./levels.js";
import { t } from "./text.js";

const RULER_MM = 10;

export class Viewer {
  /** @param {HTMLCanvasElement} canvas @param {number} film */
  constructor(canvas, film) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.scratch = document.createElement("canvas");
    this.film = film;
    this.levels = null;
    this.preview = null;
    this.size = [1, 1];
    this.spacing = null;
    this.windows = { own: null, auto: null, whole: [32767.5, 65535] };
    this.window = null;
    this.windowName = "own";
    this.inverted = false;
    this.layers = {};
    this.shown = { rulers: false, lungs: false, grades: false, heat: false };
    this.grades = [];
    this.opacity = 0.45;
    this.upDarker = false;
    this.scale = 0; // canvas pixels a film pixel; 0: fit
    this.center = [0.5, 0.5];
    new ResizeObserver(() => this.draw()).observe(canvas);
    this.listen();
  }

  /** The preview first, then all pixels. */
  async load() {
    const base = `/api/films/${this.film}`;
    const preview = new Image();
    preview.src = `${base}/preview.png`;
    const started = performance.now();
    const decoded = preview.decode().then(() => {
      if (!this.levels) {
        this.preview = preview;
        this.size = [preview.naturalWidth, preview.naturalHeight];
        this.firstPaint = performance.now() - started;
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
    this.windows.auto = numbers("x-film-auto");
    this.windows.own = numbers("x-film-window") ?? this.windows.auto;
    this.spacing = numbers("x-film-spacing")?.[0] ?? null;
    // A pan or zoom of the preview stays where it was.
    this.scale *= this.size[0] / width;
    this.size = [width, height];
    this.levels = levels({ width, height, values });
    this.setWindow("own");
  }

  setWindow(name) {
    this.windowName = name;
    if (this.windows[name]) this.window = [...this.windows[name]];
    this.draw();
    this.changed?.();
  }

  /** Wider and brighter by steps of the film's own range. @param {number} wider @param {number} higher */
  moveWindow(wider, higher) {
    if (!this.window) return;
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

  async toggle(name) {
    this.missing = null;
    if (name === "invert") {
      this.inverted = !this.inverted;
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
    picture.src = `/api/films/${this.film}/${name}.png`;
    await picture.decode().then(() => { this.layers[name] = picture; }, () => { this.missing = name; });
  }

  fitScale() {
    return Math.min(this.canvas.width / this.size[0], this.canvas.height / this.size[1]);
  }

  fit() {
    this.scale = 0;
    this.center = [0.5, 0.5];
    this.draw();
  }

  /** Zooms by a factor; the point under the pointer stays. @param {number} by @param {number[]} [at] canvas pixels */
  zoom(by, at = [this.canvas.width / 2, this.canvas.height / 2]) {
    const before = this.scale || this.fitScale();
    const after = Math.min(16, Math.max(this.fitScale() / 2, before * by));
    const middle = [this.canvas.width / 2, this.canvas.height / 2];
    this.center = this.center.map((c, i) => c + (at[i] - middle[i]) * (1 / before - 1 / after) / this.size[i]);
    this.scale = after;
    this.keepInside();
    this.draw();
  }

  pan(dx, dy) {
    const scale = this.scale || this.fitScale();
    this.scale = scale;
    this.center = [this.center[0] - dx / scale / this.size[0], this.center[1] - dy / scale / this.size[1]];
    this.keepInside();
    this.draw();
  }

  keepInside() {
    this.center = this.center.map((c) => Math.min(1, Math.max(0, c)));
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.drawNow(); });
  }

  drawNow() {
    const { canvas, context } = this;
    const ratio = devicePixelRatio || 1;
    const [w, h] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    context.fillStyle = "#000";
    context.fillRect(0, 0, w, h);
    const scale = this.scale || this.fitScale();
    // Where the whole film lies on the canvas.
    const place = [
      w / 2 - this.center[0] * this.size[0] * scale,
      h / 2 - this.center[1] * this.size[1] * scale,
      this.size[0] * scale,
      this.size[1] * scale,
    ];
    context.imageSmoothingEnabled = scale < 3;
    if (this.levels) this.drawPixels(place, scale);
    else if (this.preview) context.drawImage(this.preview, ...place);
    else return;
    for (const name of ["heat", "lungs"]) {
      if (!this.shown[name] || !this.layers[name]) continue;
      context.globalAlpha = name === "heat" ? this.opacity : 1;
      context.imageSmoothingEnabled = true;
      context.drawImage(this.layers[name], ...place);
      context.globalAlpha = 1;
    }
    if (this.shown.grades) this.drawGrades(place);
    if (this.shown.rulers) this.drawRulers(scale);
  }

  /** What is visible, from the level that has just enough pixels. */
  drawPixels([left, top, width, height], scale) {
    const { canvas, context } = this;
    // A tenth of a level less than enough is not seen, and costs a quarter.
    const wanted = Math.max(0, Math.floor(Math.log2(1 / scale) + 0.1));
    const level = this.levels[Math.min(wanted, this.levels.length - 1)];
    const [sx, sy] = [width / level.width, height / level.height];
    const x0 = Math.max(0, Math.floor(-left / sx));
    const y0 = Math.max(0, Math.floor(-top / sy));
    const x1 = Math.min(level.width, Math.ceil((canvas.width - left) / sx));
    const y1 = Math.min(level.height, Math.ceil((canvas.height - top) / sy));
    const [w, h] = [x1 - x0, y1 - y0];
    if (w <= 0 || h <= 0) return;
    const table = gray(...this.window, this.inverted);
    const picture = new ImageData(w, h);
    const out = new Uint32Array(picture.data.buffer);
    for (let y = 0; y < h; y++) {
      let from = (y0 + y) * level.width + x0;
      for (let to = y * w, end = to + w; to < end; to++, from++) out[to] = table[level.values[from]];
    }
    [this.scratch.width, this.scratch.height] = [w, h];
    this.scratch.getContext("2d").putImageData(picture, 0, 0);
    context.drawImage(this.scratch, left + x0 * sx, top + y0 * sy, w * sx, h * sy);
  }

  drawGrades([left, top, width, height]) {
    const { context } = this;
    const size = Math.max(14, Math.round(this.canvas.width / 45));
    context.font = `bold ${size}px sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const { grade, at } of this.grades) {
      if (!at) continue;
      const [x, y] = [left + at[0] * width, top + at[1] * height];
      context.lineWidth = size / 5;
      context.strokeStyle = "#000";
      context.strokeText(String(grade), x, y);
      context.fillStyle = "#fff";
      context.fillText(String(grade), x, y);
    }
  }

  /** Ticks of 10 mm, longer ones of 50, along the left and the lower edge. */
  drawRulers(scale) {
    const { context, canvas } = this;
    context.font = "12px sans-serif";
    context.fillStyle = "#ff0";
    context.strokeStyle = "#ff0";
    context.lineWidth = 1;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    if (!this.spacing) {
      context.fillText(t("tool.no_mm"), 8, canvas.height - 8);
      return;
    }
    const step = (RULER_MM / this.spacing) * scale;
    const along = (length, tick) => {
      for (let i = 0; 20 + i * step < length; i++) tick(20 + i * step, i % 5 ? 6 : 12, i * RULER_MM);
    };
    context.beginPath();
    along(canvas.width, (at, long, mm) => {
      context.moveTo(at, canvas.height - 1);
      context.lineTo(at, canvas.height - 1 - long);
      if (mm % 50 === 0) context.fillText(`${mm} mm`, at + 3, canvas.height - 12);
    });
    along(canvas.height, (at, long) => {
      context.moveTo(0, canvas.height - at);
      context.lineTo(long, canvas.height - at);
    });
    context.stroke();
  }

  listen() {
    const { canvas } = this;
    let drag = null;
    const ratio = () => devicePixelRatio || 1;
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      canvas.focus({ preventScroll: true });
      drag = { x: event.clientX, y: event.clientY, window: event.button === 2 || event.shiftKey };
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drag) return;
      const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
      [drag.x, drag.y] = [event.clientX, event.clientY];
      // Down raises the center by default: up is brighter.
      if (drag.window) this.moveWindow(2 * dx, (this.upDarker ? -2 : 2) * dy);
      else this.pan(dx * ratio(), dy * ratio());
    });
    canvas.addEventListener("pointerup", () => { drag = null; });
    canvas.addEventListener("pointercancel", () => { drag = null; });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      const at = [(event.clientX - box.left) * ratio(), (event.clientY - box.top) * ratio()];
      this.zoom(Math.exp(-event.deltaY / 400), at);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!arrow) return;
      event.preventDefault();
      if (event.shiftKey) this.moveWindow(20 * arrow[0], 20 * arrow[1]);
      else this.pan(-40 * arrow[0], -40 * arrow[1]);
    });
  }

  /** A line on what is shown. */
  words() {
    if (this.missing) return `${t("tool.missing")} ${t(`tool.${this.missing}`)}`;
    if (!this.levels) return t("film.preview");
    const [center, width] = this.window.map(Math.round);
    return `${t("film.full")}, ${this.size[0]} x ${this.size[1]}, C ${center} W ${width}`;
  }
}
