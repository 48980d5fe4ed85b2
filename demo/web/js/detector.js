// @ts-check
// The single-stage network that finds the faces: the picture's way in, and its answers' way to boxes.

import { iou, remap } from "./boxes.js";
import { padded, shrunk } from "./pixels.js";
import { run } from "./runtime.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {{long_side: number, multiple: number, strides: number[], threshold: number, overlap: number, largest_log: number,
 *   prediction_size: number, scale_wh: number[], shift_wh: number[]}} DetectorSettings */

export class FaceDetector {
  /** @param {any} network an open ONNX file @param {DetectorSettings} settings */
  constructor(network, settings) {
    this.network = network;
    this.settings = settings;
  }

  /** Faces in a picture, the largest first. @param {Picture} picture @returns {Promise<Detection[]>} */
  async find(picture) {
    const { long_side, multiple, scale_wh, shift_wh } = this.settings;
    const shrink = Math.min(1, long_side / Math.max(picture.width, picture.height));
    const width = Math.max(1, Math.round(picture.width * shrink)), height = Math.max(1, Math.round(picture.height * shrink));
    const [fullWidth, fullHeight] = [width, height].map((side) => Math.ceil(side / multiple) * multiple);
    const numbers = padded(shrunk(picture, width, height), fullWidth, fullHeight);
    const { data } = await run(this.network, numbers, [1, fullHeight, fullWidth, 3]);
    const factors = [picture.width / width, picture.height / height];
    return this.faces(data, fullWidth, fullHeight)
      .map(({ box, score }) => ({ score, box: remap(box.map((value, i) => value * factors[i % 2]), scale_wh, shift_wh) }))
      .sort((a, b) => size(b.box) - size(a.box));
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
          sure.push({ score: 1 / (1 + Math.exp(-data[place])), box: [x - reach[0], y - reach[1], x + reach[2], y + reach[3]] });
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

/** @param {number[]} box */
function size([x1, y1, x2, y2]) {
  return (x2 - x1) * (y2 - y1);
}
