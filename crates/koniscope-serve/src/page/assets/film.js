// One film: viewer, form and keys.

import { Form } from "./form.js";
import { ask, element, t } from "./text.js";
import { Viewer } from "./viewer.js";

const main = document.querySelector("main");
const id = Number(main.dataset.film);
const viewer = new Viewer(document.getElementById("canvas"), id);
const form = new Form(document.getElementById("form"), id, viewer);
const shown = document.getElementById("shown");
const windows = document.getElementById("window");
const tools = [...document.querySelectorAll("[data-tool]")];

viewer.changed = () => {
  shown.textContent = viewer.words();
  windows.value = viewer.windowName;
  for (const tool of tools) {
    const name = tool.dataset.tool;
    if (name === "fit") continue;
    tool.setAttribute("aria-pressed", String(name === "invert" ? viewer.inverted : viewer.shown[name]));
  }
  document.getElementById("legend").hidden = !viewer.shown.heat;
};

/** What the machine says is on the page once the server gives it. */
function machine(said) {
  for (const tool of tools) {
    if (["lungs", "grades", "heat"].includes(tool.dataset.tool)) tool.disabled = !said;
  }
  viewer.grades = said?.zones ?? [];
}

let timer;
let asked = 0;
async function details(idle = false) {
  clearTimeout(timer);
  const turn = ++asked;
  let pause = 3000;
  try {
    const film = await ask(`/api/films/${id}`, undefined, idle === true);
    if (turn !== asked) return;
    machine(film.machine);
    form.details(film);
    document.title = `${film.name} - Koniscope`;
    pause = film.state === "waiting" || film.state === "reading" ? 800 : 0;
  } catch (error) {
    document.getElementById("state").textContent = `${t("film.unanswered")} ${error.message}`;
  }
  if (turn === asked && pause) timer = setTimeout(() => details(true), pause);
}

form.signed = details;

const use = (tool) => (tool === "fit" ? viewer.fit() : viewer.toggle(tool));
for (const tool of tools) tool.addEventListener("click", () => use(tool.dataset.tool));
windows.addEventListener("change", () => viewer.setWindow(windows.value));
document.getElementById("opacity").addEventListener("input", (event) => {
  viewer.opacity = event.target.value / 100;
  viewer.draw();
});
const direction = document.getElementById("direction");
direction.checked = localStorage.getItem("koniscope.up-darker") === "1";
viewer.upDarker = direction.checked;
direction.addEventListener("change", () => {
  viewer.upDarker = direction.checked;
  localStorage.setItem("koniscope.up-darker", direction.checked ? "1" : "0");
});
const card = document.getElementById("card");
document.getElementById("keys").addEventListener("click", () => card.showModal());

const keys = {
  f: () => viewer.fit(),
  x: () => viewer.toggle("invert"),
  r: () => viewer.toggle("rulers"),
  0: () => viewer.setWindow("own"),
  2: () => viewer.setWindow("auto"),
  3: () => viewer.setWindow("whole"),
  "+": () => viewer.zoom(1.25),
  "=": () => viewer.zoom(1.25),
  "-": () => viewer.zoom(0.8),
  m: () => press("lungs"),
  n: () => press("grades"),
  g: () => press("heat"),
  o: () => document.getElementById("opacity").focus(),
  j: () => document.querySelector("[rel=next]")?.click(),
  k: () => document.querySelector("[rel=prev]")?.click(),
  "?": () => card.showModal(),
};

function press(name) {
  tools.find((tool) => tool.dataset.tool === name).click();
}

addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (!event.repeat && !document.querySelector("dialog[open]")) form.sign();
    return;
  }
  const writes = event.target.closest?.("textarea, select, dialog, input:not([type=radio], [type=checkbox])");
  if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = keys[event.key.toLowerCase()];
  if (act) {
    event.preventDefault();
    act();
  }
});

details();
shown.textContent = t("film.loading");
viewer.load().catch((error) => {
  shown.textContent = `${t("film.failed")}: ${error.message}`;
  document.getElementById("canvas").replaceWith(element("p", `${t("film.failed")}: ${error.message}`));
});
