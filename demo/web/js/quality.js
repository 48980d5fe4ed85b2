// @ts-check
// What speaks against trusting a face's pose, in the words of fsanet.inference.face_estimator.

import { area } from "./boxes.js";

/** @typedef {{words: string[], useful_height: number, cut_inside: number, outside_inside: number,
 *   unsure_deg: number}} QualitySettings */

/** What speaks against a face by what is known before its pose is read.
 * @param {number[]} box @param {number} width @param {number} height of the picture @param {QualitySettings} settings
 * @param {boolean} [turned] whether the face seems not to stand upright */
export function flagsOf([x1, y1, x2, y2], width, height, { words, useful_height, cut_inside, outside_inside }, turned = false) {
  const shown = area([Math.max(x1, 0), Math.max(y1, 0), Math.min(x2, width), Math.min(y2, height)]) / area([x1, y1, x2, y2]);
  /** @type {Record<string, boolean>} */
  const holds = {
    outside: shown < outside_inside,
    cut: outside_inside <= shown && shown < cut_inside,
    small: y2 - y1 < useful_height,
    turned,
  };
  return words.filter((word) => holds[word]);
}

/** The flag of a face whose pose is useless: so much error is to be expected, or the finder says something else altogether.
 * @param {import("./poses.js").Reading} reading @param {QualitySettings} settings @returns {string[]} */
export function unsure({ error, asRead = error, contradicted = false }, { unsure_deg }) {
  return contradicted || (asRead && Math.max(asRead.yaw, asRead.pitch, asRead.roll) >= unsure_deg) ? ["unsure"] : [];
}
