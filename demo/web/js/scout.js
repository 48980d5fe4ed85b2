// @ts-check
// The single-stage network of the page's own that finds upright faces and reads their poses, as fsanet.detectors.scout has it.

import { area, remap } from "./boxes.js";
import { lookCloser, surestOfLooks } from "./closer.js";
import { decode, distinct, hintsAt, side, withoutBadges } from "./decode.js";
import { fit, padded } from "./pixels.js";
import { poseFromRotation } from "./rotation.js";
import { Turn } from "./turn.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {import("./decode.js").Found} Found */
/** @typedef {import("./decode.js").DecodeSettings & {long_side: number, multiple: number, grey: number, left_out: number, large_face: number,
 *   may_be_large: number, suspected: number, known: number, looked_at: number, small: {side_px: number, score: number},
 *   closer: {seen: number, at_once: number, share: number}, doubted: {score: number, confirmed: number, near: import("./near.js").NearSettings[]},
 *   coarser: number, least_side: number, surely: number, badge: number, badge_more: number,
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
   * @param {Picture} picture @param {Turn} [turn] of the source: when it is over, the search ends without an answer
   * @returns {Promise<Detection[]>} */
  async find(picture, turn = new Turn()) {
    return (await this.search(picture, turn))
      .map((face) => this.detection(face))
      .filter(({ box: [x1, y1, x2, y2] }) => x1 < picture.width && y1 < picture.height && x2 > 0 && y2 > 0)
      .sort((a, b) => area(b.box) - area(a.box));
  }

  /** The same of some small pictures, the surest first. @param {Picture[]} pictures @returns {Promise<Detection[][]>} */
  async findEach(pictures) {
    return (await this.searchEach(pictures, this.settings.threshold)).map((found) => found.map((face) => this.detection(face)));
  }

  /** Faces of a picture. Where nothing is found, or anything looks a little like a large face, it is searched once more in a
   * smaller copy, and that again, for faces that are too large where it was searched before. Small faces are what a closer look
   * shows too, doubtful ones count where one of three confirms them. @param {Picture} picture @param {Turn} turn */
  async search(picture, turn) {
    const { long_side, large_face, least_side, coarser, threshold, badge_more, small, looked_at } = this.settings;
    const longer = Math.max(picture.width, picture.height);
    let working = Math.min(long_side, longer), { found, hints } = await turn.wanted(this.searchAt(fit(picture, working), small));
    found = await turn.wanted(this.closer(picture, withoutBadges(found, threshold, this.settings), (looked_at * longer) / working));
    while ((hints || !found.length) && working > least_side) {
      const large = (large_face * longer) / working;
      working = Math.round(working / coarser);
      const coarse = await turn.wanted(this.searchAt(fit(picture, working)));
      ({ hints } = coarse);
      found = this.withLarger(found, coarse.found, large);
    }
    found = await turn.wanted(this.withoutDoubtful(picture, found));
    return withoutBadges(found, threshold + badge_more, this.settings);
  }

  /** Faces, those of less than so many pixels as a closer look has them too, and only where both are sure.
   * @param {Picture} picture @param {Found[]} found @param {number} smallPx */
  async closer(picture, found, smallPx) {
    const { closer, near, threshold } = this.settings, small = found.filter((face) => side(face) < smallPx);
    const seen = await lookCloser((views) => this.searchEach(views, closer.seen), picture, small, near, closer);
    const others = found.filter((face) => side(face) >= smallPx);
    const both = seen.length ? distinct([...others, ...seen], this.settings) : others;
    return both.filter(({ score }) => score >= threshold);
  }

  /** Faces without those that are doubtful and that no closer look confirms. @param {Picture} picture @param {Found[]} found */
  async withoutDoubtful(picture, found) {
    const { closer, doubted } = this.settings;
    const doubtful = found.filter(({ score }) => score < doubted.score);
    const surest = await surestOfLooks((views) => this.searchEach(views, closer.seen), picture, doubtful, doubted.near, closer);
    const none = new Set(doubtful.filter((_, i) => surest[i] < doubted.confirmed));
    return found.filter((face) => !none.has(face));
  }

  /** Faces of a search and of a coarser one; those of more than `large` pixels rather from the coarser one.
   * @param {Found[]} found @param {Found[]} coarse @param {number} large */
  withLarger(found, coarse, large) {
    const least = found.length ? this.settings.surely * large : 0;
    const alike = [...found.filter((face) => side(face) <= large), ...coarse.filter((face) => side(face) > least)];
    return distinct(alike, this.settings, found.filter((face) => side(face) > large));
  }

  /** Faces of a picture at a working size, in the pixels of the picture, and whether anything hints at larger ones.
   * @param {import("./pixels.js").Frame} frame @param {{side_px: number, score: number}} [small]
   * @returns {Promise<{found: Found[], hints: boolean}>} */
  async searchAt({ picture, scale }, small) {
    const { suspected, may_be_large, known, large_face, left_out } = this.settings, { width, height, parts: [data] } = await this.predicted([picture], left_out);
    const found = decode(data, width, height, this.settings, small);
    const told = found.filter((face) => face.score >= known && side(face) < large_face);
    const hints = hintsAt(data, width, height, suspected, may_be_large, told, this.settings);
    return { found: found.map((face) => ({ ...face, box: face.box.map((value, i) => value * scale[i % 2]) })), hints };
  }

  /** Faces of some pictures as they are, in one pass. @param {Picture[]} pictures @param {number} threshold least score
   * @returns {Promise<Found[][]>} */
  async searchEach(pictures, threshold) {
    const { width, height, parts } = await this.predicted(pictures);
    return parts.map((data) => decode(data, width, height, { ...this.settings, threshold }));
  }

  /** What the network says of some pictures, in one pass, each with grey beside and below up to a common size.
   * @param {Picture[]} pictures @param {number} [leftOut] so many pixels beyond whole cells are cut off instead
   * @returns {Promise<{width: number, height: number, parts: Float32Array[]}>} */
  async predicted(pictures, leftOut = 0) {
    const { multiple, grey } = this.settings;
    const sides = [Math.max(...pictures.map(({ width }) => width)), Math.max(...pictures.map(({ height }) => height))];
    const [width, height] = sides.map((value) => Math.max(1, Math.ceil((value - leftOut) / multiple)) * multiple), size = 3 * width * height;
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
