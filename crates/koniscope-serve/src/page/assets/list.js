// The list: search, order, and what changes while films are read. Only rows in sight are drawn.

import { tellCalibration } from "./screen.js";
import { ask, element, t } from "./text.js";
import { uploads } from "./upload.js";

const scroll = document.getElementById("scroll");
const table = document.getElementById("films");
const rows = document.getElementById("rows");
const [above, below] = ["above", "below"].map((id) => document.getElementById(id));
const search = document.getElementById("search");
const show = document.getElementById("show");
const count = document.getElementById("count");
const order = { column: "film", down: false };
const BEYOND = 10; // rows drawn above and below those in sight
let films = [];
let seen = [];
let hidden = false;

const value = {
  film: (film) => film.name.toLowerCase(),
  came: (film) => film.came,
  state: (film) => film.state,
  readings: (film) => film.signed,
  stage: (film) => film.machine?.stage ?? "",
  probability: (film) => film.machine?.probability ?? -1,
  priority: (film) => film.machine?.priority ?? 9,
  quality: (film) => film.reason ?? film.machine?.flags.join("; ") ?? "",
};

function wanted(film) {
  const kinds = {
    all: true,
    wanted: film.wanted,
    unsigned: !film.own,
    signed: film.own,
    refused: film.state === "refused",
  };
  const words = search.value.toLowerCase();
  return kinds[show.value] && (film.name.toLowerCase().includes(words) || value.quality(film).toLowerCase().includes(words));
}

function readings(film) {
  const words = [film.signed ? String(film.signed) : "", film.consensus ? t(`consensus.${film.consensus.state}`) : ""];
  return words.filter(Boolean).join(", ");
}

function row(film, index) {
  const line = element("tr");
  line.setAttribute("aria-rowindex", index + 2);
  const name = element("th", undefined, { scope: "row" });
  const link = element("a", film.name, { href: `/films/${film.id}`, title: film.name });
  link.dataset.index = index;
  name.append(link);
  const unknown = hidden && !film.own && film.state === "read" ? t("list.hidden") : "";
  const { machine } = film;
  const why = film.reason ?? [machine?.abstained, ...(machine?.flags ?? [])].filter(Boolean).join("; ");
  line.append(
    name,
    element("td", film.came.replace("T", " ").replace("Z", "")),
    element("td", t(`state.${film.state}`), { className: `state ${film.state}` }),
    element("td", readings(film)),
    element("td", machine ? machine.stage ?? "" : unknown, { title: machine?.clause ?? "" }),
    element("td", machine ? machine.told : unknown, { title: machine?.calibrated ?? "" }),
    element("td", machine ? t(`priority.${machine.priority}`) : unknown),
    element("td", why, { title: why, className: "why" }),
  );
  return line;
}

/** Height of a row in pixels: all have the same. */
let height = 0;
let drawn = -1;
let active = ""; // the row that has the focus, also while it is not drawn
function draw(isNew = true) {
  height = rows.firstElementChild?.getBoundingClientRect().height || height || 32;
  const first = Math.max(0, Math.floor(scroll.scrollTop / height) - BEYOND);
  const number = Math.ceil(scroll.clientHeight / height) + 2 * BEYOND;
  if (!isNew && first === drawn) return;
  drawn = first;
  const part = seen.slice(first, first + number);
  rows.replaceChildren(...part.map((film, i) => row(film, first + i)));
  const space = (body, lines) => {
    const line = element("tr");
    line.style.height = `${lines * height}px`;
    body.replaceChildren(...(lines > 0 ? [line] : []));
  };
  space(above, first);
  space(below, seen.length - first - part.length);
  if (active) rows.querySelector(`[href="${active}"]`)?.focus({ preventScroll: true });
}

function arrange() {
  const key = value[order.column];
  const sign = order.down ? -1 : 1;
  seen = films.filter(wanted).sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return x < y ? -sign : x > y ? sign : a.id - b.id;
  });
  table.setAttribute("aria-rowcount", seen.length + 1);
  count.textContent = `${seen.length} / ${films.length} ${t("list.count")}`;
  for (const head of document.querySelectorAll("th[data-column]")) {
    const is = head.dataset.column === order.column;
    head.setAttribute("aria-sort", is ? (order.down ? "descending" : "ascending") : "none");
  }
  draw();
}

/** Arrow keys and their like lead from row to row, drawn or not. */
function move(event) {
  const at = Number(event.target.dataset?.index);
  const page = Math.max(1, Math.floor(scroll.clientHeight / height) - 1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
  if (Number.isNaN(at) || !(event.key in steps)) return;
  event.preventDefault();
  const to = Math.min(Math.max(at + steps[event.key], 0), seen.length - 1);
  const top = to * height;
  if (top < scroll.scrollTop) scroll.scrollTop = top;
  if (top + 2 * height > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = top + 3 * height - scroll.clientHeight;
  draw();
  rows.querySelector(`[data-index="${to}"]`)?.focus({ preventScroll: true });
}

let version = 0;
let timer;
async function look() {
  clearTimeout(timer);
  let pause = 3000;
  try {
    const list = await ask(`/api/films?since=${version}`, undefined, true);
    if (list.films) {
      if (version === 0 && list.mode === "machine_first") order.column = "priority";
      hidden = list.mode === "reader_first";
      ({ version, films } = list);
      arrange();
    }
    const moves = films.some((film) => film.state === "waiting" || film.state === "reading");
    if (moves) pause = Math.max(700, films.length / 2);
  } catch (error) {
    count.textContent = error.message;
  }
  timer = setTimeout(look, pause);
}

for (const input of [search, show]) {
  input.addEventListener("input", () => {
    scroll.scrollTop = 0;
    arrange();
  });
}
let isDue = false;
scroll.addEventListener("scroll", () => {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw(false);
  });
});
new ResizeObserver(() => draw()).observe(scroll);
table.addEventListener("keydown", move);
table.addEventListener("focusin", (event) => { active = event.target.getAttribute("href") ?? ""; });
table.addEventListener("focusout", (event) => { if (event.relatedTarget) active = ""; });
for (const head of document.querySelectorAll("th[data-column]")) {
  head.querySelector("button").addEventListener("click", () => {
    order.down = order.column === head.dataset.column && !order.down;
    order.column = head.dataset.column;
    arrange();
  });
}
uploads(look);
tellCalibration();
look();
