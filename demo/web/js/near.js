// @ts-check
// A second look at one face, in its surroundings at a scale of their own, as fsanet.detectors.nearby.

import { iou, turnedBack } from "./boxes.js";
import { shrunk, turned } from "./pixels.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {{margin: number, face_pixels: number, least_iou: number}} NearSettings */

/** The face around a box of an earlier picture, the one that covers it best.
 * @param {(view: Picture) => Promise<Detection[]>} search @param {Picture} picture @param {Detection} known @param {NearSettings} settings */
export async function lookNear(search, picture, { box, turn }, { margin, face_pixels, least_iou }) {
  const [dx, dy] = [margin * (box[2] - box[0]), margin * (box[3] - box[1])];
  const wide = [box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy];
  const [x1, y1, x2, y2] = wide.map((value, i) => Math.trunc(Math.min(Math.max(value, 0), i % 2 ? picture.height : picture.width)));
  if (Math.min(x2 - x1, y2 - y1) < 1) return null;
  const shrink = Math.min(1, face_pixels / Math.max(box[2] - box[0], box[3] - box[1]));
  const width = Math.max(1, Math.round(shrink * (x2 - x1))), height = Math.max(1, Math.round(shrink * (y2 - y1)));
  const view = shrunk(picture, width, height, [x1, y1, x2, y2]);
  const scale = [(x2 - x1) / width, (y2 - y1) / height], shift = [x1, y1];
  const seen = (await search(turned(view, turn))).map((face) => ({ ...face, turn, box: turnedBack(face.box, turn, width, height) }));
  const found = seen.map((face) => ({ ...face, box: face.box.map((value, i) => value * scale[i % 2] + shift[i % 2]) }));
  const best = found.sort((a, b) => iou(b.box, box) - iou(a.box, box))[0];
  return best && iou(best.box, box) >= least_iou ? best : null;
}
