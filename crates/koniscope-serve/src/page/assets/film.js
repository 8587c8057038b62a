// One film: viewer, form and keys.

import { Compare } from "./compare.js";
import { Form } from "./form.js";
import { MAPS, action, card as fillCard, choose, chosen } from "./keys.js";
import { pixelsPerMm, screenDialog, tellCalibration } from "./screen.js";
import { ask, element, t } from "./text.js";
import { Viewer } from "./viewer.js";

const at = (name) => document.getElementById(name);
const id = Number(document.querySelector("main").dataset.film);
const viewer = new Viewer(at("canvas"));
viewer.canvas.viewer = viewer;
const compare = new Compare(viewer, id);
const form = new Form(at("form"), id, viewer);
const [shown, windows] = [at("shown"), at("window")];
const tools = [...document.querySelectorAll("[data-tool]")];
const drags = [...document.querySelectorAll("[data-drag]")];
const MACHINE = ["lungs", "grades", "heat", "large"];

viewer.changed = () => {
  shown.textContent = viewer.words();
  windows.value = viewer.windowName;
  for (const tool of tools) {
    const name = tool.dataset.tool;
    if (name === "size") continue;
    tool.setAttribute("aria-pressed", String(name === "invert" ? viewer.inverted : viewer.shown[name]));
  }
  const used = viewer.tool || MAPS[chosen()].left;
  for (const drag of drags) drag.setAttribute("aria-pressed", String(drag.dataset.drag === used));
  at("legend").hidden = !viewer.shown.heat;
};

/** What the machine says is on the page once the server gives it. */
function machine(said) {
  for (const tool of tools) if (MACHINE.includes(tool.dataset.tool)) tool.disabled = !said;
  viewer.grades = said?.zones ?? [];
  viewer.larges = said?.large ?? [];
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

/** Fit or true size; where the screen's size is not known, it is asked for. */
function size() {
  if (!viewer.scale && viewer.spacing && !viewer.trueScale) openScreen();
  else viewer.fitOrTrue();
  if (!viewer.spacing && viewer.levels) shown.textContent = `${viewer.words()}, ${t("tool.no_mm")}`;
}

const knowScreen = () => { viewer.trueScale = pixelsPerMm(); };
const openScreen = screenDialog(() => { knowScreen(); size(); });
knowScreen();
tellCalibration();

for (const tool of tools) {
  const { tool: name } = tool.dataset;
  tool.addEventListener("click", () => (name === "size" ? size() : viewer.toggle(name)));
}
for (const drag of drags) drag.addEventListener("click", () => viewer.use(drag.dataset.drag));
windows.addEventListener("change", () => viewer.setWindow(windows.value));
at("opacity").addEventListener("input", (event) => {
  viewer.opacity = event.target.value / 100;
  viewer.draw();
});
at("direction").checked = localStorage.getItem("koniscope.up-darker") === "1";
viewer.upDarker = at("direction").checked;
at("direction").addEventListener("change", () => {
  viewer.upDarker = at("direction").checked;
  localStorage.setItem("koniscope.up-darker", viewer.upDarker ? "1" : "0");
});
for (const [button, act] of [["blink", "blink"], ["both", "both"], ["lock", "toggleLock"]]) {
  at(button).addEventListener("click", () => compare[act]());
}
at("map").value = chosen();
at("map").addEventListener("change", () => {
  choose(at("map").value);
  fillCard(at("keylist"), chosen());
  viewer.changed();
});
const help = () => {
  fillCard(at("keylist"), chosen());
  at("card").showModal();
};
at("keys").addEventListener("click", help);
at("screen-size").addEventListener("click", openScreen);

const press = (name) => tools.find((tool) => tool.dataset.tool === name).click();
const acts = {
  reset: () => viewer.reset(),
  annotations: () => viewer.annotations(),
  print: () => document.getElementById("history").querySelector("[data-print=last]")?.click(),
  preset: () => viewer.setWindow("own"),
  size,
  in: () => viewer.zoom(1.25),
  out: () => viewer.zoom(0.8),
  opacity: () => at("opacity").focus(),
  prior: () => compare.toggle("prior"),
  standard: () => compare.toggle("standard"),
  blink: () => compare.blink(),
  both: () => compare.both(),
  free: () => compare.toggleLock(),
  next: () => document.querySelector("[rel=next]")?.click(),
  before: () => document.querySelector("[rel=prev]")?.click(),
  help,
};
for (const name of ["own", "auto", "whole"]) acts[name] = () => viewer.setWindow(name);
for (const name of ["pan", "window", "zoom", "distance", "magnifier"]) acts[name] = () => viewer.use(name);
for (const name of ["invert", "rulers", ...MACHINE]) acts[name] = () => press(name);

addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (!event.repeat && !document.querySelector("dialog[open]")) form.sign();
    return;
  }
  const { target } = event;
  const writes = target.closest?.("textarea, select, dialog, input:not([type=radio], [type=checkbox])");
  if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
  // Space is a button's own.
  if (event.key === " " && target.closest?.("button, input, a, summary")) return;
  const act = acts[action(chosen(), event)];
  if (act) {
    event.preventDefault();
    act();
  }
});

details();
shown.textContent = t("film.loading");
viewer.load(`/api/films/${id}`).catch((error) => {
  shown.textContent = `${t("film.failed")}: ${error.message}`;
  at("canvas").replaceWith(element("p", `${t("film.failed")}: ${error.message}`));
});
