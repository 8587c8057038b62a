// Beside the film: a standard film of the ILO, which is shown unaltered, or another film of the same patient.
// Zoom is locked in mm, or, where a film tells no mm per pixel, by the width of both films.

import { ask, element, t } from "./text.js";
import { Viewer } from "./viewer.js";

const SHAPES = ["p", "q", "r", "s", "t", "u"];

export class Compare {
  /** @param {Viewer} film @param {number} id of the film */
  constructor(film, id) {
    this.film = film;
    this.id = id;
    this.pair = document.getElementById("pair");
    this.caption = document.getElementById("beside");
    this.picker = document.getElementById("standards");
    this.kind = null; // "standard" or "prior"
    this.other = null;
    this.locked = true;
    this.shift = [0, 0]; // of the other film against this one, in mm or shares of the width
    this.unit = null;
    this.show = "both";
    film.moved = () => this.follow(film);
    film.settled = film.moved;
    for (const button of document.querySelectorAll("[data-beside]")) {
      button.addEventListener("click", () => this.toggle(button.dataset.beside));
    }
    this.picker.addEventListener("keydown", (event) => this.pick(event));
  }

  /** Puts a standard or a prior beside the film, or takes it away. @param {"standard" | "prior"} kind */
  async toggle(kind) {
    if (this.kind === kind) return this.close();
    this.close();
    this.kind = kind;
    this.pair.dataset.show = "both";
    this.tell();
    try {
      if (kind === "standard") await this.standards();
      else await this.priors();
    } catch (error) {
      this.caption.textContent = error.message;
    }
  }

  close() {
    this.kind = null;
    this.pair.dataset.show = "film";
    this.show = "both";
    this.picker.replaceChildren();
    document.getElementById("others").replaceChildren();
    this.other?.canvas.remove();
    this.other = null;
    this.locked = true;
    this.shift = [0, 0];
    this.tell();
    this.film.canvas.focus({ preventScroll: true });
  }

  async open(base, words, unaltered) {
    if (!this.other || this.other.unaltered !== unaltered) {
      this.other?.canvas.remove();
      const canvas = element("canvas", undefined, { id: "other", tabIndex: 0 });
      canvas.setAttribute("role", "img");
      this.pair.append(canvas);
      this.other = new Viewer(canvas, { unaltered });
      this.other.moved = () => this.follow(this.other);
      this.other.settled = this.film.moved;
    }
    const { other } = this;
    other.canvas.setAttribute("aria-label", words);
    this.words = words;
    this.shift = [0, 0];
    this.tell();
    await other.load(base).catch((error) => {
      this.words = `${words}: ${error.message}`;
    });
    this.follow(this.film);
    this.tell();
  }

  async standards() {
    const { standards } = await ask("/api/standards");
    if (this.kind !== "standard") return;
    this.all = standards;
    this.picker.replaceChildren();
    if (!standards.length) {
      this.caption.textContent = t("standard.none");
      return;
    }
    for (const row of rows(standards)) {
      const line = element("span", undefined, { className: "row" });
      line.append(element("span", `${row.title} `));
      for (const one of row.standards) {
        const button = element("button", one.short, { type: "button" });
        button.dataset.standard = one.id;
        button.setAttribute("aria-label", `${t("standard.film")} ${one.title}`);
        button.addEventListener("click", () => this.choose(one));
        line.append(button);
      }
      this.picker.append(line);
    }
    const first = standards.find((one) => one.name === "11qq") ?? standards[0];
    this.picker.querySelector(`[data-standard="${first.id}"]`).focus();
    await this.choose(first);
  }

  choose(one) {
    this.standard = one;
    for (const button of this.picker.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.standard) === one.id));
    }
    return this.open(`/api/standards/${one.id}`, `${t("standard.film")} ${one.title}, ${t("standard.unaltered")}`, true);
  }

  /** Among the buttons: arrows, a letter for a shape, a figure for a category, A B C. */
  pick(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    const key = event.key.toLowerCase();
    const buttons = [...this.picker.querySelectorAll("button")];
    let found;
    if (step) {
      const at = buttons.indexOf(document.activeElement);
      found = this.all.find((one) => one.id === Number(buttons[(at + step + buttons.length) % buttons.length].dataset.standard));
    } else if (SHAPES.includes(key)) {
      found = nearest(this.all, key, category(this.standard));
    } else if (/^[0-3]$/.test(key)) {
      const shape = key === "0" ? "" : this.standard.shapes[0] ?? "q";
      found = this.all.find((one) => isSmall(one) && category(one) === key && one.shapes.startsWith(shape));
    } else if (["a", "b", "c"].includes(key)) {
      found = this.all.find((one) => one.name === key);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (!found) return;
    this.picker.querySelector(`[data-standard="${found.id}"]`).focus();
    this.choose(found);
  }

  async priors() {
    const { known, films } = await ask(`/api/films/${this.id}/others`);
    if (this.kind !== "prior") return;
    if (!films.length) {
      this.caption.textContent = t(known ? "prior.none" : "prior.unknown");
      return;
    }
    const list = document.getElementById("others");
    const select = element("select", undefined, { id: "prior" });
    for (const film of films) {
      const words = [film.date ?? t("prior.no_date"), t(film.earlier ? "prior.earlier" : "prior.other"), film.name];
      select.append(element("option", words.join(", "), { value: film.id }));
    }
    const label = element("label", `${t("prior.film")} `);
    label.append(select);
    list.replaceChildren(label);
    const open = () => this.open(`/api/films/${select.value}`, select.selectedOptions[0].textContent, false);
    select.addEventListener("change", open);
    await open();
  }

  /** One place for both films, turn by turn; the prior is opened for it where nothing stands beside. */
  async blink() {
    if (!this.kind) await this.toggle("prior");
    if (!this.other) return;
    // The place is wider than half of it: what fits stays as large as it is.
    this.film.look(this.film.scaleNow(), this.film.center);
    this.show = { both: "other", other: "film", film: "other" }[this.show];
    this.pair.dataset.show = this.show === "film" ? "film-alone" : this.show;
    this.tell();
  }

  both() {
    if (!this.other) return;
    this.show = "both";
    this.pair.dataset.show = "both";
    this.tell();
  }

  /** With the lock of the pan off, one film is moved against the other. */
  toggleLock() {
    this.locked = !this.locked;
    this.tell();
  }

  /** The other film after the one that was moved. */
  follow(from) {
    const { film, other } = this;
    if (!other || film.size[0] <= 1 || other.size[0] <= 1) return;
    const to = from === film ? other : film;
    // Of each film, units a pixel: mm where both know them, else shares of the width.
    this.unit = film.spacing && other.spacing ? "mm" : "width";
    const each = (viewer) => (this.unit === "mm" ? viewer.spacing : 1 / viewer.size[0]);
    // Where the middle of the canvas lies, in units from the middle of the film.
    const middle = (viewer) => viewer.center.map((c, i) => (c - 0.5) * viewer.size[i] * each(viewer));
    if (!this.locked && from.scale === this.scales?.get(from)) {
      const [a, b] = [middle(other), middle(film)];
      this.shift = [a[0] - b[0], a[1] - b[1]];
      this.tell();
      return;
    }
    const sign = to === other ? 1 : -1;
    const scale = (from.scaleNow() / each(from)) * each(to);
    const at = middle(from).map((at, i) => at + sign * this.shift[i]);
    to.look(scale, at.map((at, i) => at / each(to) / to.size[i] + 0.5));
    this.scales = new Map([[from, from.scale], [to, to.scale]]);
    this.tell();
  }

  tell() {
    for (const button of document.querySelectorAll("[data-beside]")) {
      button.setAttribute("aria-pressed", String(button.dataset.beside === this.kind));
    }
    this.caption.hidden = !this.kind;
    if (!this.other) return;
    const { film, other } = this;
    const lacking = [[film, "lock.this"], [other, "lock.other"]].filter(([viewer]) => viewer.levels && !viewer.spacing);
    const lock = !other.levels || !film.levels ? ""
      : lacking.length ? `${t("lock.width")} ${lacking.map(([, key]) => t(key)).join(", ")}` : t("lock.mm");
    const where = { both: t("beside.right"), other: t("beside.alone"), film: t("beside.film") }[this.show];
    const words = [this.show === "film" ? "" : this.words, where, lock, this.locked ? "" : t("lock.free")];
    this.caption.textContent = words.filter(Boolean).join(". ");
  }
}

const isSmall = (one) => !["a", "b", "c"].includes(one.name) && one.profusion !== "";
const category = (one) => one.profusion[0] ?? "";

/** Of a shape, with this category or the nearest one that there is. */
function nearest(all, shape, wanted) {
  const fit = all.filter((one) => isSmall(one) && one.shapes.startsWith(shape) || one.name === shape + shape);
  const far = (one) => Math.abs(Number(category(one)) - Number(wanted || 1));
  return fit.sort((a, b) => far(a) - far(b))[0];
}

/** Standards by shape, in order, with what each button says. */
function rows(standards) {
  const row = (title, keep, short) => ({
    title,
    standards: standards.filter(keep).map((one) => Object.assign(one, { short: short(one) })),
  });
  const all = [
    row("0/0", (one) => isSmall(one) && category(one) === "0", (one) => one.title.replace("0/0 ", "")),
    ...SHAPES.map((shape) => row(shape, (one) => isSmall(one) && one.shapes.startsWith(shape), (one) => one.profusion)),
    row(t("standard.large"), (one) => ["a", "b", "c"].includes(one.name), (one) => one.title),
    row(t("standard.others"), (one) => one.profusion === "", (one) => one.title),
  ];
  return all.filter((row) => row.standards.length);
}
