// Pointer, touch, wheel and arrow keys on a film.

import { MAPS, chosen } from "./keys.js";

/** Tools that work at a point rather than by a drag of the film. */
const AT_POINT = ["distance", "magnifier"];

/** @param {import("./viewer.js").Viewer} viewer */
export function listen(viewer) {
  const { canvas } = viewer;
  const ratio = () => devicePixelRatio || 1;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * ratio(), (event.clientY - box.top) * ratio()];
  };
  const down = new Map();
  let drag = null;
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    const at = place(event);
    down.set(event.pointerId, at);
    const button = ["left", "middle", "right"][event.button] ?? "left";
    const tool = event.shiftKey ? "window" : button === "left" && viewer.tool ? viewer.tool : MAPS[chosen()][button];
    drag = down.size === 1 ? { tool, at, faster: event.ctrlKey } : null;
    if (tool === "distance") viewer.measureFrom(at);
    if (AT_POINT.includes(tool)) viewer.pointAt(at);
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = place(event);
    if (!drag && viewer.tool === "magnifier" && !down.size) viewer.pointAt(at);
    if (!down.has(event.pointerId)) return;
    if (down.size === 2) pinch(viewer, down, event.pointerId, at);
    down.set(event.pointerId, at);
    if (!drag) return;
    const step = drag.faster ? 4 : 1;
    const [dx, dy] = [(at[0] - drag.at[0]) * step, (at[1] - drag.at[1]) * step];
    drag.at = at;
    // Down raises the center by default: up is brighter.
    if (drag.tool === "window") viewer.moveWindow(2 * dx / ratio(), (viewer.upDarker ? -2 : 2) * dy / ratio());
    else if (drag.tool === "zoom") viewer.zoom(Math.exp(-dy / ratio() / 150));
    else if (drag.tool === "pan") viewer.pan(dx, dy);
    else viewer.pointAt(at);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      down.delete(event.pointerId);
      if (drag?.tool === "distance") viewer.measureTo();
      drag = null;
    });
  }
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    viewer.zoom(Math.exp(-event.deltaY / 400), place(event));
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => keys(viewer, event));
}

/** Two fingers: the film under each of them stays there, as far as it can. */
function pinch(viewer, down, moved, at) {
  const other = [...down.entries()].find(([id]) => id !== moved)[1];
  const before = down.get(moved);
  const apart = (a) => Math.max(20, Math.hypot(a[0] - other[0], a[1] - other[1]));
  const middle = (a) => [(a[0] + other[0]) / 2, (a[1] + other[1]) / 2];
  const [from, to] = [middle(before), middle(at)];
  viewer.pan(to[0] - from[0], to[1] - from[1]);
  viewer.zoom(apart(at) / apart(before), to);
}

function keys(viewer, event) {
  const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const points = AT_POINT.includes(viewer.tool);
  if (points && event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
    if (viewer.tool === "distance") viewer.measureByKey();
  } else if (points && event.key === "Delete") {
    viewer.measures.pop();
    viewer.draw();
  } else if (arrow && points) {
    const step = event.shiftKey ? 1 : 10;
    viewer.pointAt((viewer.point ?? [viewer.canvas.width / 2, viewer.canvas.height / 2]).map((at, i) => at + step * arrow[i]));
  } else if (arrow && event.shiftKey) {
    viewer.moveWindow(20 * arrow[0], (viewer.upDarker ? -20 : 20) * arrow[1]);
  } else if (arrow) {
    viewer.pan(-40 * arrow[0], -40 * arrow[1]);
  } else {
    return;
  }
  event.preventDefault();
}
