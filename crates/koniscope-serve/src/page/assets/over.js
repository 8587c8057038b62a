// What lies over a film: layers of the machine, grades, rulers.

import { t } from "./text.js";

const RULER_MM = 10;
const INK = "#ff0";

/** @param {import("./viewer.js").Viewer} viewer @param {number[]} place where the whole film lies */
export function drawOver(viewer, place) {
  const { context, shown } = viewer;
  for (const name of ["heat", "lungs"]) {
    if (!shown[name] || !viewer.layers[name]) continue;
    context.globalAlpha = name === "heat" ? viewer.opacity : 1;
    context.imageSmoothingEnabled = true;
    context.drawImage(viewer.layers[name], ...place);
    context.globalAlpha = 1;
  }
  if (shown.grades) grades(viewer, place);
  if (shown.large) larges(viewer, place);
  if (shown.rulers) rulers(viewer);
}

function grades({ context, canvas, grades }, [left, top, width, height]) {
  const size = Math.max(14, Math.round(canvas.width / 45));
  context.font = `bold ${size}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const { grade, at } of grades) {
    if (at) written(context, String(grade), left + at[0] * width, top + at[1] * height, "#fff", size / 5);
  }
}

/** Outlines of large opacities, their axes, and how long these are. */
function larges({ context, larges }, [left, top, width, height]) {
  context.font = "bold 14px sans-serif";
  context.textAlign = "left";
  context.textBaseline = "top";
  const at = ([x, y]) => [left + x * width, top + y * height];
  for (const { outline, axes, words } of larges) {
    const shapes = [[...outline, outline[0]], ...axes].map((points) => points.map(at));
    for (const [color, wide] of [["#000", 4], [INK, 2]]) {
      context.strokeStyle = color;
      context.lineWidth = wide;
      for (const points of shapes) {
        context.beginPath();
        points.forEach((point, i) => (i ? context.lineTo(...point) : context.moveTo(...point)));
        context.stroke();
      }
    }
    const [x, y] = shapes[0].reduce((a, b) => (b[0] > a[0] ? b : a));
    written(context, words, x + 6, y - 7);
  }
}

/** Text with a dark rim, which can be read on any film. */
export function written(context, text, x, y, color = INK, rim = 4) {
  context.lineWidth = rim;
  context.lineJoin = "round";
  context.strokeStyle = "#000";
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}

/** Ticks of 10 mm, longer ones of 50, along the left and the lower edge. */
function rulers(viewer) {
  const { context, canvas, spacing } = viewer;
  context.font = "12px sans-serif";
  context.strokeStyle = INK;
  context.fillStyle = INK;
  context.lineWidth = 1;
  context.textAlign = "left";
  context.textBaseline = "bottom";
  if (!spacing) {
    context.fillText(t("tool.no_mm"), 8, canvas.height - 8);
    return;
  }
  const step = (RULER_MM / spacing) * viewer.scaleNow();
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
