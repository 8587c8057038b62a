// The list: search, order, and what changes while films are read.

import { ask, element, t } from "./text.js";

const rows = document.getElementById("rows");
const search = document.getElementById("search");
const show = document.getElementById("show");
const count = document.getElementById("count");
const order = { column: "film", down: false };
let films = [];
let hidden = false;

const value = {
  film: (film) => film.name.toLowerCase(),
  state: (film) => film.state,
  readings: (film) => film.signed,
  stage: (film) => film.machine?.stage ?? "",
  probability: (film) => film.machine?.probability ?? -1,
  quality: (film) => film.reason ?? film.machine?.flags.join("; ") ?? "",
};

function wanted(film) {
  const kinds = {
    all: true,
    unsigned: film.signed === 0,
    signed: film.signed > 0,
    refused: film.state === "refused",
  };
  return kinds[show.value] && film.name.toLowerCase().includes(search.value.toLowerCase());
}

function row(film) {
  const line = element("tr");
  const name = element("th", undefined, { scope: "row" });
  name.append(element("a", film.name, { href: `/films/${film.id}` }));
  const unknown = hidden && film.state === "read" ? t("list.hidden") : "";
  const { machine } = film;
  line.append(
    name,
    element("td", t(`state.${film.state}`), { className: `state ${film.state}` }),
    element("td", film.signed ? String(film.signed) : ""),
    element("td", machine ? machine.stage ?? "" : unknown, { title: machine?.clause ?? "" }),
    element("td", machine ? machine.told : unknown, { title: machine?.calibrated ?? "" }),
    element("td", film.reason ?? [machine?.abstained, ...(machine?.flags ?? [])].filter(Boolean).join("; ")),
  );
  return line;
}

function draw() {
  const key = value[order.column];
  const sign = order.down ? -1 : 1;
  const seen = films.filter(wanted).sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return sign * (x < y ? -1 : x > y ? 1 : a.id - b.id);
  });
  const focused = document.activeElement?.getAttribute("href");
  rows.replaceChildren(...seen.map(row));
  if (focused) rows.querySelector(`[href="${focused}"]`)?.focus();
  count.textContent = `${seen.length} / ${films.length} ${t("list.count")}`;
  for (const head of document.querySelectorAll("th[data-column]")) {
    const is = head.dataset.column === order.column;
    head.setAttribute("aria-sort", is ? (order.down ? "descending" : "ascending") : "none");
  }
}

let version = 0;
async function look() {
  let pause = 3000;
  try {
    const list = await ask("/api/films", undefined, true);
    hidden = list.mode === "reader_first";
    if (list.version !== version) {
      ({ version, films } = list);
      draw();
    }
    if (films.some((film) => film.state === "waiting" || film.state === "reading")) pause = 700;
  } catch (error) {
    count.textContent = error.message;
  }
  setTimeout(look, pause);
}

for (const input of [search, show]) input.addEventListener("input", draw);
for (const head of document.querySelectorAll("th[data-column]")) {
  head.querySelector("button").addEventListener("click", () => {
    order.down = order.column === head.dataset.column && !order.down;
    order.column = head.dataset.column;
    draw();
  });
}
look();
