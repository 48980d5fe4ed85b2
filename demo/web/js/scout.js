// @ts-check
// The single-stage network of the page's own that finds upright faces and reads their poses, as fsanet.detectors.scout has it.

import { area, remap } from "./boxes.js";
import { decode, distinct, hintsAt, side, withoutWorn } from "./decode.js";
import { fit, padded } from "./pixels.js";
import { poseFromRotation } from "./rotation.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {import("./decode.js").Found} Found */
/** @typedef {import("./decode.js").DecodeSettings & {long_side: number, multiple: number, grey: number, large_face: number,
 *   may_be_large: number, suspected: number, tiny_face: number, tiny_more: number, coarser: number, least_side: number, surely: number, worn: number, worn_more: number,
 *   head: number[], body: number[], sure_score: number, near: import("./near.js").NearSettings, scale_wh: number[], shift_wh: number[]}} ScoutSettings */

export class Scout {
  /** @param {import("./runtime.js").Network} network @param {ScoutSettings} settings */
  constructor(network, settings) {
    this.network = network;
    this.settings = settings;
    this.sureScore = settings.sure_score;
    this.near = settings.near;
  }

  /** Faces in a picture that stand about upright, the largest first, in the box convention of all detectors.
   * @param {Picture} picture @returns {Promise<Detection[]>} */
  async find(picture) {
    return (await this.search(picture))
      .map((face) => this.detection(face))
      .filter(({ box: [x1, y1, x2, y2] }) => x1 < picture.width && y1 < picture.height && x2 > 0 && y2 > 0)
      .sort((a, b) => area(b.box) - area(a.box));
  }

  /** The same of some small pictures, the surest first. @param {Picture[]} pictures @returns {Promise<Detection[][]>} */
  async findEach(pictures) {
    return (await this.searchEach(pictures)).map((found) => found.map((face) => this.detection(face)));
  }

  /** Faces of a picture. Where nothing is found, or anything looks a little like a large face, it is searched once more in a
   * smaller copy, and that again, for faces that are too large where it was searched before. @param {Picture} picture */
  async search(picture) {
    const { long_side, large_face, least_side, coarser, threshold, worn_more } = this.settings;
    const longer = Math.max(picture.width, picture.height);
    let working = Math.min(long_side, longer), { found, mayBeLarger } = await this.searchAt(fit(picture, working));
    while (mayBeLarger && working > least_side) {
      const large = (large_face * longer) / working;
      working = Math.round(working / coarser);
      const coarse = await this.searchAt(fit(picture, working));
      ({ mayBeLarger } = coarse);
      found = this.withLarger(found, coarse.found, large);
    }
    return withoutWorn(found, threshold + worn_more, this.settings);
  }

  /** Faces of a search and of a coarser one; those of more than `large` pixels rather from the coarser one.
   * @param {Found[]} found @param {Found[]} coarse @param {number} large */
  withLarger(found, coarse, large) {
    const least = found.length ? this.settings.surely * large : 0;
    const alike = [...found.filter((face) => side(face) <= large), ...coarse.filter((face) => side(face) > least)];
    return distinct(alike, this.settings, found.filter((face) => side(face) > large));
  }

  /** Faces of a picture at a working size, in the pixels of the picture, and whether there may be larger ones than are found.
   * @param {import("./pixels.js").Frame} frame @returns {Promise<{found: Found[], mayBeLarger: boolean}>} */
  async searchAt({ picture, scale }) {
    const { suspected, may_be_large } = this.settings, { width, height, parts: [data] } = await this.predicted([picture]);
    const found = this.sureEnough(data, width, height);
    const mayBeLarger = !found.length || hintsAt(data, width, height, suspected, may_be_large, this.settings);
    return { found: found.map((face) => ({ ...face, box: face.box.map((value, i) => value * scale[i % 2]) })), mayBeLarger };
  }

  /** Faces of some pictures as they are, in one pass. @param {Picture[]} pictures @returns {Promise<Found[][]>} */
  async searchEach(pictures) {
    const { width, height, parts } = await this.predicted(pictures);
    return parts.map((data) => this.sureEnough(data, width, height));
  }

  /** Faces with some score, tiny ones with more. @param {Float32Array} data @param {number} width @param {number} height */
  sureEnough(data, width, height) {
    const { tiny_face, tiny_more, threshold } = this.settings, found = decode(data, width, height, this.settings);
    return found.filter((face) => side(face) >= tiny_face || face.score >= threshold + tiny_more);
  }

  /** What the network says of some pictures, in one pass, each with grey beside and below up to a common size.
   * @param {Picture[]} pictures @returns {Promise<{width: number, height: number, parts: Float32Array[]}>} */
  async predicted(pictures) {
    const { multiple, grey } = this.settings;
    const sides = [Math.max(...pictures.map(({ width }) => width)), Math.max(...pictures.map(({ height }) => height))];
    const [width, height] = sides.map((value) => Math.ceil(value / multiple) * multiple), size = 3 * width * height;
    const numbers = this.network.room(pictures.length * size, Uint8Array);
    pictures.forEach((picture, i) => padded(picture, width, height, grey, numbers.subarray(i * size, (i + 1) * size)));
    const [data] = await this.network.run(numbers, [pictures.length, height, width, 3]), part = data.length / pictures.length;
    return { width, height, parts: pictures.map((_, i) => data.subarray(i * part, (i + 1) * part)) };
  }

  /** @param {Found} found @returns {Detection} in the box convention of all detectors */
  detection({ score, box, rotation, mask }) {
    const { scale_wh, shift_wh } = this.settings;
    return { score, turn: 0, box: remap(box, scale_wh, shift_wh), pose: poseFromRotation(rotation), mask };
  }
}
