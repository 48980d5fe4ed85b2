// @ts-check
// YuNet 2023mar finds the faces, where a person adds its file; as fsanet.detectors.yunet and OpenCV do it.

import { area, iou, remap, shared } from "./boxes.js";
import { lookNear, oneByOne } from "./near.js";
import { fit, planes } from "./pixels.js";
import { Turn } from "./turn.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {import("./pixels.js").Frame} Frame */
/** @typedef {{file: string, sha256: string, threshold: number, sure_score: number, long_side: number, candidate: number, nms_iou: number,
 *   coarse: number, least_gain: number, least_side: number, large_face: number,
 *   near: import("./near.js").NearSettings, scale_wh: number[], shift_wh: number[]}} YuNetSettings */

const STRIDES = [8, 16, 32], MULTIPLE = 32;
const FROM_MOUTH_TO_EYES = [1, 1, 0, -1, -1]; // of each of its points: eyes, nose, corners of the mouth
const SIDE_640 = [0x0a, 3, 0x08, 0x80, 0x05]; // how ONNX writes that a side of the input has 640 pixels
const ANY_SIDE = (/** @type {string} */ name) => [0x0a, 3, 0x12, 1, name.charCodeAt(0)]; // and that it may have any

/** The file for inputs of every size, of which the network is capable: the file says 640x640. @param {Uint8Array} file */
export function ofAnySize(file) {
  const changed = file.slice();
  const places = [...changed.keys()].filter((place) => SIDE_640.every((byte, i) => changed[place + i] === byte));
  places.forEach((place, i) => changed.set(ANY_SIDE("hw"[i]), place));
  return changed;
}

export class YuNet {
  /** @param {import("./runtime.js").Network} network @param {YuNetSettings} settings @param {import("./detector.js").SearchSettings} search */
  constructor(network, settings, search) {
    this.network = network;
    this.common = search;
    this.settings = settings;
    this.sureScore = settings.sure_score;
    this.near = settings.near;
    this.findEach = oneByOne((view) => this.find(view));
  }

  /** Faces in a picture that stand about upright, the largest first. @param {Picture} picture
   * @param {Turn} [turn] of the source: when it is over, the search ends without an answer @returns {Promise<Detection[]>} */
  async find(picture, turn = new Turn()) {
    const { long_side, coarse, least_gain } = this.settings;
    const largest = Math.min(long_side, Math.max(picture.width, picture.height));
    let faces = await turn.wanted(this.coarse(picture, Math.min(long_side, coarse)));
    for (let size = coarse; largest >= least_gain * size; ) {
      size = Math.min(2 * size, largest);
      faces = await turn.wanted(this.withSmaller(picture, faces, size));
    }
    return faces.sort((a, b) => area(b.box) - area(a.box));
  }

  /** @param {Picture} picture @param {number} size */
  async coarse(picture, size) {
    const { threshold, large_face } = this.settings, frame = fit(picture, size);
    const faces = await this.search(frame, threshold);
    const longSide = Math.max(frame.picture.width, frame.picture.height), large = large_face * Math.max(...frame.scale);
    if (longSide <= large_face || (faces.length && faces.every((face) => longerSide(face) <= large))) return faces;
    const coarse = await this.search(fit(picture, longSide >> 1), threshold);
    return this.merged(coarse.filter((face) => longerSide(face) > large), faces);
  }

  /** The faces, and those that are too small where they were found; what looks somewhat like a face is searched again in
   * the picture's own pixels. @param {Picture} picture @param {Detection[]} faces @param {number} size */
  async withSmaller(picture, faces, size) {
    const { candidate, threshold, coarse } = this.settings, frame = fit(picture, size);
    const sure = oneByOne((view) => this.search(fit(view, coarse), threshold));
    for (const face of await this.search(frame, candidate)) {
      const joined = this.merged(faces, [face]);
      if (face.score >= threshold) faces = joined;
      else if (Math.max(...frame.scale) > 1 && joined.length > faces.length) {
        const [seen] = await lookNear(sure, picture, [face], this.near);
        if (seen) faces = this.merged(faces, [seen]);
      }
    }
    return faces;
  }

  /** All preferred faces, and the others that show another face. @param {Detection[]} preferred @param {Detection[]} others */
  merged(preferred, others) {
    const { same_face } = this.common;
    return [...preferred, ...others.filter((face) => preferred.every((known) => shared(face.box, known.box) <= same_face))];
  }

  /** @param {Frame} frame @param {number} leastScore @returns {Promise<Detection[]>} */
  async search({ picture, scale }, leastScore) {
    const { least_side, scale_wh, shift_wh } = this.settings;
    const [width, height] = [picture.width, picture.height].map((side) => Math.ceil(Math.max(side, least_side) / MULTIPLE) * MULTIPLE);
    const numbers = planes(picture, width, height, this.network.room(3 * width * height, Float32Array));
    const answers = await this.network.run(numbers, [1, 3, height, width]);
    return this.decode(answers, width, height).filter(({ score }) => score >= leastScore).map(({ score, box, up }) => {
      const whole = box.map((value, i) => value * scale[i % 2]), [right, high] = up.map((value, i) => value * scale[i]);
      const lean = (Math.atan2(right, high) * 180) / Math.PI;
      return { score: Math.min(score, 1), turn: 0, box: remap(whole, scale_wh, shift_wh), lean };
    });
  }

  /** Boxes in the network's pixels, and how far right of the mouth and above it the eyes are, the surest first, none that
   * shows a surer one again; overlaps are those of whole pixels.
   * @param {Float32Array[]} answers classes, objects, boxes, points for each stride @param {number} width @param {number} height */
  decode(answers, width, height) {
    const { threshold, candidate, nms_iou } = this.settings, least = Math.min(threshold, candidate);
    /** @type {{score: number, box: number[], up: number[], whole: number[]}[]} */
    const found = [];
    STRIDES.forEach((stride, level) => {
      const [classes, objects, boxes, points] = [0, 3, 6, 9].map((part) => answers[part + level]), columns = width / stride;
      for (let cell = 0; cell < (columns * height) / stride; cell++) {
        const score = Math.sqrt(clamped(classes[cell]) * clamped(objects[cell]));
        if (score < least) continue;
        const [x, y] = [(cell % columns) + boxes[4 * cell], Math.floor(cell / columns) + boxes[4 * cell + 1]].map((value) => value * stride);
        const [w, h] = [boxes[4 * cell + 2], boxes[4 * cell + 3]].map((value) => Math.exp(value) * stride);
        const box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2], [left, top] = box.map(Math.trunc);
        const [right, down] = [0, 1].map((axis) => FROM_MOUTH_TO_EYES.reduce((sum, sign, k) => sum + sign * points[10 * cell + 2 * k + axis], 0));
        found.push({ score, box, up: [right, -down], whole: [left, top, left + Math.trunc(w), top + Math.trunc(h)] });
      }
    });
    /** @type {typeof found} */
    const kept = [];
    for (const face of found.sort((a, b) => b.score - a.score)) {
      if (kept.every(({ whole }) => iou(face.whole, whole) <= nms_iou)) kept.push(face);
    }
    return kept;
  }
}

/** @param {number} value */
function clamped(value) {
  return Math.min(Math.max(value, 0), 1);
}

/** @param {Detection} face */
function longerSide({ box: [x1, y1, x2, y2] }) {
  return Math.max(x2 - x1, y2 - y1);
}
