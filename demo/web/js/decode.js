// @ts-check
// From the finder's raw answer to boxes and rotations, as fsanet.dense.decode.

import { area, iou, shared } from "./boxes.js";

/** @typedef {{score: number, box: number[], rotation: import("./rotation.js").Matrix, mask: string}} Found a box in the
 * network's own convention; `mask`: what covers the mouth, one of the settings' `masks` */
/** @typedef {{strides: number[], threshold: number, overlap: number, within: number, largest_log: number, agreeing: number,
 *   agreed_score: number, least_agreed: number, meant: number, prediction_size: number, rotation_at: number, mask_at: number,
 *   masks: string[]}} DecodeSettings
 * `rotation_at`: of six numbers, after score, box and points; `mask_at`: of a logit for each of `masks` */
/** @typedef {{score: number, box: number[], columns: number[], worn: number[]}} Told what one cell says */

/** Faces in the network's own pixels, the surest first, none that shows a surer one again; each is the mean of what the
 * cells near it say, by their scores.
 * @param {Float32Array} data @param {number} width @param {number} height @param {DecodeSettings} settings
 * @param {{side_px: number, score: number}} [small] which small faces count even where they are less sure @returns {Found[]} */
export function decode(data, width, height, settings, small) {
  const { threshold, agreed_score } = settings, least = Math.min(agreed_score * threshold, small?.score ?? 1);
  const told = toldFrom(data, width, height, least, settings);
  const counts = (/** @type {Told} */ face) => face.score > threshold || (small && face.score > small.score && side(face) < small.side_px);
  const kept = distinct(told.filter(counts), settings);
  return kept.map((face) => meanOf(face, told, settings));
}

/** Whether any cell sees a face of so many pixels, at least with so small a score, and means none that is known: one whose
 * box touches its own and is not much smaller.
 * @param {Float32Array} data @param {number} width @param {number} height @param {number} score @param {number} pixels
 * @param {Found[]} known @param {DecodeSettings} settings */
export function hintsAt(data, width, height, score, pixels, known, settings) {
  return toldFrom(data, width, height, score, settings).some((told) => side(told) >= pixels
    && !known.some((face) => iou(face.box, told.box) > 0 && side(face) >= settings.meant * side(told)));
}

/** What all cells say that see a face with some score. @param {Float32Array} data @param {number} width
 * @param {number} height @param {number} least score @param {DecodeSettings} settings */
function toldFrom(data, width, height, least, settings) {
  const { strides, prediction_size } = settings, logit = Math.log(least / (1 - least));
  /** @type {Told[]} */
  const told = [];
  let place = 0;
  for (const stride of strides) {
    for (let row = 0; row < height / stride; row++) {
      for (let column = 0; column < width / stride; column++, place += prediction_size) {
        if (data[place] <= logit) continue;
        const cell = data.subarray(place, place + prediction_size);
        told.push(toldBy(cell, (column + 0.5) * stride, (row + 0.5) * stride, stride, settings));
      }
    }
  }
  return told;
}

/** @param {Float32Array} cell its columns @param {number} x @param {number} y of its middle @param {number} stride @param {DecodeSettings} settings @returns {Told} */
function toldBy(cell, x, y, stride, { largest_log, rotation_at, mask_at, masks }) {
  const reach = [1, 2, 3, 4].map((i) => stride * Math.exp(Math.min(Math.max(cell[i], -largest_log), largest_log)));
  const box = [x - reach[0], y - reach[1], x + reach[2], y + reach[3]];
  const columns = [...cell.subarray(rotation_at, rotation_at + 6)], worn = [...cell.subarray(mask_at, mask_at + masks.length)];
  return { score: 1 / (1 + Math.exp(-cell[0])), box, columns, worn };
}

/** The mean of what agrees with a face, by the scores. @param {Told} face @param {Told[]} told @param {DecodeSettings} settings @returns {Found} */
function meanOf(face, told, { agreeing, agreed_score, least_agreed, masks }) {
  const agrees = (/** @type {Told} */ { box, score }) => iou(box, face.box) >= agreeing && score >= agreed_score * face.score;
  const all = side(face) >= least_agreed ? told.filter(agrees) : [face], sum = all.reduce((sum, { score }) => sum + score, 0);
  /** @param {"box" | "columns" | "worn"} what */
  const mean = (what) => face[what].map((_, i) => all.reduce((total, one) => total + one.score * one[what][i], 0) / sum);
  const worn = mean("worn"), mask = masks[worn.indexOf(Math.max(...worn))];
  return { score: face.score, box: mean("box"), rotation: rotationFromColumns(mean("columns")), mask };
}

/** The rotation whose first two columns are nearest to two of three numbers each, by Gram-Schmidt (Zhou et al., CVPR 2019).
 * @param {ArrayLike<number>} columns six numbers, one column after the other @returns {import("./rotation.js").Matrix} */
export function rotationFromColumns({ 0: x, 1: y, 2: z, 3: u, 4: v, 5: w }) {
  const [a, b, c] = unit([x, y, z]), along = a * u + b * v + c * w;
  const [d, e, f] = unit([u - along * a, v - along * b, w - along * c]);
  return [a, d, b * f - c * e, b, e, c * d - a * f, c, f, a * e - b * d];
}

/** @param {number[]} vector */
function unit(vector) {
  const length = Math.max(Math.hypot(...vector), 1e-8);
  return vector.map((value) => value / length);
}

/** The surest first, without what overlaps a surer face, lies in one or holds one; others are kept where none of those is.
 * @template {{score: number, box: number[]}} Face
 * @param {Face[]} found @param {{overlap: number, within: number}} settings @param {Face[]} [others] */
export function distinct(found, { overlap, within }, others = []) {
  /** @type {Face[]} */
  const kept = [];
  const sorted = [found, others].flatMap((faces) => [...faces].sort((a, b) => b.score - a.score));
  for (const face of sorted) {
    if (kept.every(({ box }) => iou(face.box, box) <= overlap && shared(face.box, box) <= within)) kept.push(face);
  }
  return kept.sort((a, b) => b.score - a.score);
}

/** Side of a square of equal area. @param {{box: number[]}} face */
export function side({ box }) {
  return Math.sqrt(area(box));
}

/** Without what is so small, where another face has its hair, hat or clothes, that it may be a badge, unless it is sure.
 * @param {Found[]} found @param {number} sure score @param {{badge: number, head: number[], body: number[]}} settings */
export function withoutBadges(found, sure, { badge, head, body }) {
  return found.filter((face) => {
    const [x1, y1, x2, y2] = face.box, x = (x1 + x2) / 2, y = (y1 + y2) / 2;
    return face.score >= sure || !found.some(({ box: [left, top, right, bottom] }, i) => {
      const width = right - left, height = bottom - top, beside = Math.max(left - x, x - right);
      const onHead = beside < head[0] * width && y > top - head[1] * height && y < bottom;
      const onBody = beside < body[0] * width && y >= bottom && y < bottom + body[1] * height;
      return (onHead || onBody) && side(face) < badge * side(found[i]);
    });
  });
}
