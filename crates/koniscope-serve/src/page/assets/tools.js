// Tools at a point of a film: distances in mm, and a magnifier.

import { Painter } from "./paint.js";
import { t } from "./text.js";
import { written } from "./over.js";

/** How much the magnifier enlarges what is seen, and its width in CSS pixels. */
const ENLARGED = 2.5;
const LENS = 220;
const INK = "#ff0";

/** A distance in words. @param {number} pixels of the film @param {number | null} spacing mm a pixel */
export function distance(pixels, spacing) {
  return spacing ? `${(pixels * spacing).toFixed(1)} mm` : `${Math.round(pixels)} px, ${t("tool.no_mm")}`;
}

/** @param {import("./viewer.js").Viewer} viewer @param {number[]} place where the whole film lies */
export function drawTools(viewer, place) {
  if (viewer.tool === "magnifier" && viewer.point && viewer.levels) lens(viewer, place);
  if (viewer.annotated) for (const measure of viewer.measures) line(viewer, place, measure);
  if (viewer.tool === "distance" && viewer.point) cross(viewer, viewer.point);
}

function line(viewer, [left, top], { from, to }) {
  const { context, spacing } = viewer;
  const scale = viewer.scaleNow();
  const [a, b] = [from, to].map((at) => [left + at[0] * scale, top + at[1] * scale]);
  for (const [color, width] of [["#000", 4], [INK, 2]]) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(...a);
    context.lineTo(...b);
    context.stroke();
  }
  context.font = "bold 14px sans-serif";
  context.textAlign = "left";
  context.textBaseline = "bottom";
  written(context, distance(Math.hypot(to[0] - from[0], to[1] - from[1]), spacing), b[0] + 8, b[1] - 4);
}

/** A round window on the film, enlarged, about the point. */
function lens(viewer, [left, top, width, height]) {
  const { context, point: [x, y] } = viewer;
  const size = Math.round(LENS * (devicePixelRatio || 1));
  viewer.lens ??= { painter: new Painter(), canvas: document.createElement("canvas") };
  const { painter, canvas } = viewer.lens;
  if (canvas.width !== size) [canvas.width, canvas.height] = [size, size];
  const drawn = canvas.getContext("2d");
  drawn.fillStyle = "#000";
  drawn.fillRect(0, 0, size, size);
  const place = [size / 2 - (x - left) * ENLARGED, size / 2 - (y - top) * ENLARGED, width * ENLARGED, height * ENLARGED];
  painter.paint(drawn, viewer.levels, place, viewer.window, viewer.inverted);
  context.save();
  context.beginPath();
  context.arc(x, y, size / 2, 0, 2 * Math.PI);
  context.clip();
  context.drawImage(canvas, x - size / 2, y - size / 2);
  context.restore();
  context.strokeStyle = INK;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, size / 2, 0, 2 * Math.PI);
  context.stroke();
}

function cross({ context }, [x, y]) {
  for (const [color, width] of [["#000", 3], [INK, 1]]) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x - 12, y);
    context.lineTo(x + 12, y);
    context.moveTo(x, y - 12);
    context.lineTo(x, y + 12);
    context.stroke();
  }
}
