// @ts-check
// The single-stage network that finds the faces, as fsanet.detectors has it: at two sizes, at any angle, and again near
// a face that is known.

import { area, iou, remap, shared, turnedBack } from "./boxes.js";
import { decode, distinct, side } from "./decode.js";
import { padded, shrunk, turned } from "./pixels.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {import("./decode.js").Found} Found */
/** @typedef {{margin: number, face_pixels: number, least_iou: number}} NearSettings */
/** @typedef {import("./decode.js").DecodeSettings & {long_side: number, multiple: number, grey: number, large_face: number,
 *   surely: number, sure_score: number, scale_wh: number[], shift_wh: number[], same_face: number, near: NearSettings}} DetectorSettings */

const TURNS = [0, 90, 180, 270];

export class FaceDetector {
  /** @param {import("./runtime.js").Network} network @param {DetectorSettings} settings */
  constructor(network, settings) {
    this.network = network;
    this.settings = settings;
  }

  /** Faces in a picture, the largest first; at any angle it is searched turned four ways, and the surest box is kept.
   * @param {Picture} picture @param {boolean} [anyAngle] @returns {Promise<Detection[]>} */
  async find(picture, anyAngle = false) {
    if (!anyAngle) return this.findUpright(picture);
    /** @type {Detection[]} */
    const found = [];
    for (const turn of TURNS) {
      const faces = await this.findUpright(turned(picture, turn));
      found.push(...faces.map((face) => ({ ...face, turn, box: turnedBack(face.box, turn, picture.width, picture.height) })));
    }
    /** @type {Detection[]} */
    const kept = [];
    for (const face of found.sort((a, b) => b.score - a.score)) {
      if (kept.every((other) => shared(face.box, other.box) <= this.settings.same_face)) kept.push(face);
    }
    return kept.sort((a, b) => area(b.box) - area(a.box));
  }

  /** The face around a box of an earlier picture, the one that covers it best. @param {Picture} picture @param {Detection} known */
  async findNear(picture, { box, turn }) {
    const { margin, face_pixels, least_iou } = this.settings.near;
    const [dx, dy] = [margin * (box[2] - box[0]), margin * (box[3] - box[1])];
    const wide = [box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy];
    const [x1, y1, x2, y2] = wide.map((value, i) => Math.trunc(Math.min(Math.max(value, 0), i % 2 ? picture.height : picture.width)));
    if (Math.min(x2 - x1, y2 - y1) < 1) return null;
    const shrink = Math.min(1, face_pixels / Math.max(box[2] - box[0], box[3] - box[1]));
    const width = Math.max(1, Math.round(shrink * (x2 - x1))), height = Math.max(1, Math.round(shrink * (y2 - y1)));
    const view = shrunk(picture, width, height, [x1, y1, x2, y2]);
    const scale = [(x2 - x1) / width, (y2 - y1) / height], shift = [x1, y1];
    const seen = (await this.findUpright(turned(view, turn))).map((face) => ({ ...face, turn, box: turnedBack(face.box, turn, width, height) }));
    const found = seen.map((face) => ({ ...face, box: face.box.map((value, i) => value * scale[i % 2] + shift[i % 2]) }));
    const best = found.sort((a, b) => iou(b.box, box) - iou(a.box, box))[0];
    return best && iou(best.box, box) >= least_iou ? best : null;
  }

  /** Whether a face that was found as an upright one looks no more like a face when it is turned by a quarter, a half or
   * three. One whose score leaves no doubt is not looked at again. @param {Picture} picture @param {Detection} face */
  async standsUpright(picture, face) {
    if (face.score >= this.settings.sure_score) return true;
    for (const turn of TURNS.slice(1)) {
      const other = await this.findNear(picture, { ...face, turn });
      if (other && other.score > face.score) return false;
    }
    return true;
  }

  /** Faces in a picture that stand about upright, the largest first, in the box convention of all detectors.
   * @param {Picture} picture @returns {Promise<Detection[]>} */
  async findUpright(picture) {
    const { scale_wh, shift_wh } = this.settings;
    return (await this.search(picture))
      .map(({ score, box }) => ({ score, turn: 0, box: remap(box, scale_wh, shift_wh) }))
      .filter(({ box: [x1, y1, x2, y2] }) => x1 < picture.width && y1 < picture.height && x2 > 0 && y2 > 0)
      .sort((a, b) => area(b.box) - area(a.box));
  }

  /** Faces of a picture; where nothing or a large face is found, it is searched once more at half the size, and large
   * faces are taken from there. @param {Picture} picture */
  async search(picture) {
    const { long_side, large_face, surely } = this.settings;
    const longer = Math.max(picture.width, picture.height), working = Math.min(long_side, longer);
    const fine = await this.searchAt(picture, long_side), large = (large_face * longer) / working;
    if (working <= 2 * large_face || (fine.length && Math.max(...fine.map(side)) <= large)) return fine;
    const coarse = await this.searchAt(picture, Math.floor(working / 2));
    const joined = [...fine.filter((face) => side(face) <= large), ...coarse.filter((face) => side(face) > surely * large)];
    return distinct(joined, this.settings);
  }

  /** Faces of a picture that is shrunk to a longer side. @param {Picture} picture @param {number} longSide @returns {Promise<Found[]>} */
  async searchAt(picture, longSide) {
    const { multiple, grey } = this.settings;
    const shrink = Math.min(1, longSide / Math.max(picture.width, picture.height));
    const [width, height] = [picture.width, picture.height].map((value) => Math.max(1, Math.round(value * shrink)));
    const [fullWidth, fullHeight] = [width, height].map((value) => Math.ceil(value / multiple) * multiple);
    const room = this.network.room(3 * fullWidth * fullHeight);
    const numbers = padded(shrunk(picture, width, height), fullWidth, fullHeight, grey, room);
    const data = await this.network.run(numbers, [1, fullHeight, fullWidth, 3]);
    const factors = [picture.width / width, picture.height / height];
    const found = decode(data, fullWidth, fullHeight, this.settings);
    return found.map(({ score, box }) => ({ score, box: box.map((value, i) => value * factors[i % 2]) }));
  }
}
