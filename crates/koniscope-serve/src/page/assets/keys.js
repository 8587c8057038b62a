// What each key does. Two maps: the IHE's Basic Image Review, and OHIF's; a reader chooses.

import { element, t } from "./text.js";

const CHOSEN = "koniscope.keys";

const IHE = {
  "pan": "t", "window": "w", "zoom": "z", "distance": "d", "magnifier": "v",
  "annotations": "i", "reset": "Escape", "print": "p", "invert": "x",
  "own": "0", "preset": "1", "auto": "2", "whole": "3", "size": "f", "in": "+", "out": "-",
  "rulers": "r", "lungs": "m", "grades": "n", "heat": "g", "large": "l", "opacity": "o",
  "prior": "[", "standard": "]", "blink": "b", "both": "s", "free": "u",
  "next": "j", "before": "k", "help": "?",
};

export const MAPS = {
  ihe: { keys: IHE, left: "pan", middle: "zoom", right: "window" },
  ohif: {
    keys: { ...IHE, annotations: "a", reset: " ", invert: "i", size: "=", own: "4", preset: "1" },
    left: "window", middle: "pan", right: "zoom",
  },
};

/** The map that was chosen; the IHE's where none was. */
export function chosen() {
  const name = localStorage.getItem(CHOSEN);
  return Object.hasOwn(MAPS, name ?? "") ? name : "ihe";
}

/** @param {string} name of a map */
export function choose(name) {
  localStorage.setItem(CHOSEN, name);
}

/** What a key does in a map. @param {string} name @param {KeyboardEvent} event */
export function action(name, event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const { keys } = MAPS[name];
  const found = Object.keys(keys).find((action) => keys[action] === key);
  // A plus without Shift, where no other action has the key.
  return found ?? (key === "=" ? "in" : undefined);
}

/** The card of all keys. @param {HTMLElement} list @param {string} name */
export function card(list, name) {
  const word = (key) => ({ " ": t("key.space"), Escape: "Esc" }[key] ?? key.toUpperCase());
  const lines = Object.entries(MAPS[name].keys).map(([action, key]) => `${word(key)}: ${t(`act.${action}`)}`);
  const mouse = ["left", "middle", "right"].map((button) => `${t(`mouse.${button}`)}: ${t(`act.${MAPS[name][button]}`)}`);
  const more = ["key.wheel", "key.touch", "key.arrows", "key.shift", "key.points", "key.pick", "key.sign", "key.clear"].map((key) => t(key));
  list.replaceChildren(...[...lines, ...mouse, ...more].map((words) => element("li", words)));
}
