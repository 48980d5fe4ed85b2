// @ts-check
// Boxes, head axes or cube and angles on a canvas, from the same rotation that the angles stand for.

import { rotationFromPose } from "./rotation.js";

/** @typedef {import("./rotation.js").Pose} Pose */
/** @typedef {"axes" | "cube" | "none"} Style */
/** @typedef {{right: string, up: string, front: string, box: string, outline: string}} Palette */
/** @typedef {{box: number[], pose: Pose | null, name: string, sure: boolean}} DrawnFace */

/** Draw the faces of a picture. `mirrored` is for a canvas that the page shows mirrored: the text stays readable.
 * @param {CanvasRenderingContext2D} context @param {DrawnFace[]} faces @param {Style} style @param {Palette} palette @param {boolean} mirrored */
export function drawFaces(context, faces, style, palette, mirrored) {
  const point = context.canvas.width / (context.canvas.clientWidth || context.canvas.width); // of the screen, in canvas pixels
  for (const face of faces) drawBox(context, face, palette, point);
  if (style !== "none") {
    for (const face of faces) if (face.pose) (style === "axes" ? drawAxes : drawCube)(context, face.box, rotationFromPose(face.pose), palette, point);
  }
  for (const face of faces) drawName(context, face, mirrored, point);
}

/** @param {CanvasRenderingContext2D} context @param {DrawnFace} face @param {Palette} palette @param {number} point */
function drawBox(context, { box: [x1, y1, x2, y2], sure }, palette, point) {
  context.lineWidth = Math.max(point, Math.min(x2 - x1, y2 - y1) / 100);
  context.strokeStyle = palette.box;
  context.setLineDash(sure ? [] : [6 * point, 6 * point]);
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {number[]} box @param {number[]} r @param {Palette} palette @param {number} point */
function drawAxes(context, [x1, y1, x2, y2], r, palette, point) {
  const length = 0.6 * Math.min(x2 - x1, y2 - y1), x = (x1 + x2) / 2, y = (y1 + y2) / 2;
  const colours = [palette.right, palette.up, palette.front];
  for (const axis of [0, 1, 2].sort((a, b) => r[6 + a] - r[6 + b])) {
    arrow(context, x, y, x + length * r[axis], y - length * r[3 + axis], length, colours[axis], palette.outline, point);
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} tipX @param {number} tipY
 * @param {number} length @param {string} colour @param {string} outline @param {number} point */
function arrow(context, x, y, tipX, tipY, length, colour, outline, point) {
  const angle = Math.atan2(tipY - y, tipX - x), head = 0.18 * length;
  for (const [style, width] of /** @type {[string, number][]} */ ([[outline, 2 * point], [colour, 0]])) {
    context.strokeStyle = style;
    context.lineWidth = Math.max(2 * point, length / 20) + width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(tipX, tipY);
    for (const side of [-0.45, 0.45]) {
      context.moveTo(tipX, tipY);
      context.lineTo(tipX - head * Math.cos(angle + side), tipY - head * Math.sin(angle + side));
    }
    context.stroke();
  }
}

const CORNERS = Array.from({ length: 8 }, (_, i) => [i & 1 ? 1 : -1, i & 2 ? 1 : -1, i & 4 ? 1 : -1]);
const EDGES = CORNERS.flatMap((_, a) => [1, 2, 4].filter((bit) => !(a & bit)).map((bit) => [a, a | bit]));

/** @param {CanvasRenderingContext2D} context @param {number[]} box @param {number[]} r @param {Palette} palette @param {number} point */
function drawCube(context, [x1, y1, x2, y2], r, palette, point) {
  const half = 0.5 * Math.min(x2 - x1, y2 - y1), cx = (x1 + x2) / 2, cy = (y1 + y2) / 2;
  const points = CORNERS.map(([x, y, z]) => [0, 3, 6].map((row) => half * (r[row] * x + r[row + 1] * y + r[row + 2] * z)));
  const depth = (/** @type {number[]} */ [a, b]) => points[a][2] + points[b][2];
  for (const [a, b] of [...EDGES].sort((one, other) => depth(one) - depth(other))) {
    const colour = a >= 4 ? palette.front : b < 4 ? palette.right : palette.up;
    for (const [style, width] of /** @type {[string, number][]} */ ([[palette.outline, 2 * point], [colour, 0]])) {
      context.strokeStyle = style;
      context.lineWidth = Math.max(2 * point, half / 16) + width;
      context.beginPath();
      context.moveTo(cx + points[a][0], cy - points[a][1]);
      context.lineTo(cx + points[b][0], cy - points[b][1]);
      context.stroke();
    }
  }
}

/** The face's number on a plate above its box. @param {CanvasRenderingContext2D} context @param {DrawnFace} face @param {boolean} mirrored @param {number} point */
function drawName(context, { box: [x1, y1, x2, y2], name }, mirrored, point) {
  const height = Math.round(Math.min(Math.max((y2 - y1) / 7, 12 * point), 24 * point)), pad = height * 0.35;
  context.save();
  context.font = `600 ${height}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  const width = context.measureText(name).width + 2 * pad, top = Math.max(0, y1 - 1.4 * height);
  context.translate(mirrored ? x2 : x1, top);
  if (mirrored) context.scale(-1, 1);
  context.fillStyle = "rgba(0, 0, 0, 0.65)";
  context.fillRect(0, 0, width, 1.4 * height);
  context.fillStyle = "white";
  context.fillText(name, pad, 0.72 * height);
  context.restore();
}
