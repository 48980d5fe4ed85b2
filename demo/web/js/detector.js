// @ts-check
// The single-stage network that finds the faces: the picture's way in, and its answers' way to boxes.

import { area, iou, remap, shared, turnedBack } from "./boxes.js";
import { padded, part, shrunk, turned } from "./pixels.js";
import { run } from "./runtime.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {{margin: number, face_pixels: number, least_iou: number}} NearSettings */
/** @typedef {{long_side: number, multiple: number, grey: number, strides: number[], threshold: number, overlap: number,
 *   largest_log: number, prediction_size: number, scale_wh: number[], shift_wh: number[], near: NearSettings}} DetectorSettings */

const TURNS = [0, 90, 180, 270];

export class FaceDetector {
  /** @param {any} network an open ONNX file @param {DetectorSettings} settings */
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
      if (kept.every((other) => shared(face.box, other.box) <= 0.5)) kept.push(face);
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
    const view = shrunk(part(picture, [x1, y1, x2, y2]), width, height);
    const scale = [(x2 - x1) / width, (y2 - y1) / height], shift = [x1, y1];
    const seen = (await this.findUpright(turned(view, turn))).map((face) => ({ ...face, turn, box: turnedBack(face.box, turn, width, height) }));
    const found = seen.map((face) => ({ ...face, box: face.box.map((value, i) => value * scale[i % 2] + shift[i % 2]) }));
    const best = found.sort((a, b) => iou(b.box, box) - iou(a.box, box))[0];
    return best && iou(best.box, box) >= least_iou ? best : null;
  }

  /** Faces in a picture that stand about upright, the largest first. @param {Picture} picture @returns {Promise<Detection[]>} */
  async findUpright(picture) {
    const { long_side, multiple, grey, scale_wh, shift_wh } = this.settings;
    const shrink = Math.min(1, long_side / Math.max(picture.width, picture.height));
    const width = Math.max(1, Math.round(picture.width * shrink)), height = Math.max(1, Math.round(picture.height * shrink));
    const [fullWidth, fullHeight] = [width, height].map((side) => Math.ceil(side / multiple) * multiple);
    const numbers = padded(shrunk(picture, width, height), fullWidth, fullHeight, grey);
    const { data } = await run(this.network, numbers, [1, fullHeight, fullWidth, 3]);
    const factors = [picture.width / width, picture.height / height];
    return this.faces(data, fullWidth, fullHeight)
      .map((face) => ({ ...face, box: remap(face.box.map((value, i) => value * factors[i % 2]), scale_wh, shift_wh) }))
      .filter(({ box: [x1, y1, x2, y2] }) => x1 < picture.width && y1 < picture.height && x2 > 0 && y2 > 0)
      .sort((a, b) => area(b.box) - area(a.box));
  }

  /** Boxes in the network's own pixels, the surest first, none that overlaps a surer one.
   * @param {Float32Array} data @param {number} width @param {number} height @returns {Detection[]} */
  faces(data, width, height) {
    const { strides, threshold, overlap, largest_log, prediction_size } = this.settings;
    const least = Math.log(threshold / (1 - threshold));
    /** @type {Detection[]} */
    const sure = [];
    let place = 0;
    for (const stride of strides) {
      for (let row = 0; row < height / stride; row++) {
        for (let column = 0; column < width / stride; column++, place += prediction_size) {
          if (data[place] <= least) continue;
          const reach = [1, 2, 3, 4].map((i) => stride * Math.exp(Math.min(Math.max(data[place + i], -largest_log), largest_log)));
          const x = (column + 0.5) * stride, y = (row + 0.5) * stride;
          sure.push({ turn: 0, score: 1 / (1 + Math.exp(-data[place])), box: [x - reach[0], y - reach[1], x + reach[2], y + reach[3]] });
        }
      }
    }
    /** @type {Detection[]} */
    const kept = [];
    for (const face of sure.sort((a, b) => b.score - a.score)) {
      if (kept.every((other) => iou(face.box, other.box) <= overlap)) kept.push(face);
    }
    return kept;
  }
}
