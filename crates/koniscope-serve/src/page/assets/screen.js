// What a reader says of the screen: its size, by a card held to it, and when it was calibrated. It is kept in
// this browser, for this screen.

import { t } from "./text.js";

/** Width of a bank or identity card in mm (ISO/IEC 7810, ID-1). */
const CARD_MM = 85.6;

const key = () => `koniscope.screen.${screen.width}x${screen.height}@${devicePixelRatio || 1}`;

/** @returns {{mm?: number, calibrated?: string}} mm: CSS pixels a mm */
function stored() {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

const keep = (more) => localStorage.setItem(key(), JSON.stringify({ ...stored(), ...more }));

/** Canvas pixels a mm of this screen; null where it is not known. */
export function pixelsPerMm() {
  const { mm } = stored();
  return mm > 1 && mm < 50 ? mm * (devicePixelRatio || 1) : null;
}

/** Says in the page's notice whether the screen is calibrated. */
export function tellCalibration() {
  const { calibrated } = stored();
  const note = document.getElementById("display");
  if (note && calibrated) note.textContent = `${t("display.calibrated")} ${calibrated}.`;
  else if (note) note.textContent = t("display");
}

/** The dialog on the screen. @param {() => void} changed */
export function screenDialog(changed) {
  const dialog = document.getElementById("screen");
  const [range, outline, day] = ["card-width", "card-shape", "calibrated"].map((id) => document.getElementById(id));
  const draw = () => { outline.style.width = `${range.value}px`; };
  range.addEventListener("input", draw);
  document.getElementById("screen-keep").addEventListener("click", () => {
    keep({ mm: Number(range.value) / CARD_MM, calibrated: day.value || undefined });
    tellCalibration();
    dialog.close();
    changed();
  });
  return () => {
    const { mm, calibrated } = stored();
    // 96 pixels an inch is what a browser takes a screen for.
    range.value = String(Math.round((mm ?? 96 / 25.4) * CARD_MM));
    day.value = calibrated ?? "";
    draw();
    dialog.showModal();
    range.focus();
  };
}
