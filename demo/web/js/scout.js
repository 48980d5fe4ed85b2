// @ts-check
// The single-stage network of the page's own that finds upright faces, as fsanet.detectors.scout has it.

import { area, remap } from "./boxes.js";
import { decode, distinct, side, withoutWorn } from "./decode.js";
import { padded, shrunk } from "./pixels.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {import("./decode.js").Found} Found */
/** @typedef {import("./decode.js").DecodeSettings & {long_side: number, multiple: number, grey: number, large_face: number,
 *   tiny_face: number, tiny_more: number, least_side: number, surely: number, worn: number, worn_more: number, head: number[],
 *   sure_score: number, scale_wh: number[], shift_wh: number[]}} ScoutSettings */

export class Scout {
  /** @param {import("./runtime.js").Network} network @param {ScoutSettings} settings */
  constructor(network, settings) {
    this.network = network;
    this.settings = settings;
    this.sureScore = settings.sure_score;
  }

  /** Faces in a picture that stand about upright, the largest first, in the box convention of all detectors.
   * @param {Picture} picture @returns {Promise<Detection[]>} */
  async find(picture) {
    const { scale_wh, shift_wh } = this.settings;
    return (await this.search(picture))
      .map(({ score, box }) => ({ score, turn: 0, box: remap(box, scale_wh, shift_wh) }))
      .filter(({ box: [x1, y1, x2, y2] }) => x1 < picture.width && y1 < picture.height && x2 > 0 && y2 > 0)
      .sort((a, b) => area(b.box) - area(a.box));
  }

  /** Faces of a picture; where nothing or a large face is found, it is searched once more at half the size, and so on, and
   * large faces are rather taken from there. @param {Picture} picture */
  async search(picture) {
    const { long_side, tiny_face, tiny_more, large_face, least_side, surely } = this.settings;
    const longer = Math.max(picture.width, picture.height);
    let working = Math.min(long_side, longer), large = (large_face * longer) / working;
    const tiny = (tiny_face * longer) / working, sure = this.settings.threshold + tiny_more;
    let found = (await this.searchAt(picture, working)).filter((face) => side(face) >= tiny || face.score >= sure);
    while (working > least_side && !(found.length && Math.max(...found.map(side)) <= large)) {
      working = Math.floor(working / 2);
      const coarse = await this.searchAt(picture, working), [least, most] = [found.length ? surely * large : 0, large];
      const alike = [...found.filter((face) => side(face) <= most), ...coarse.filter((face) => side(face) > least)];
      found = distinct(alike, this.settings, found.filter((face) => side(face) > most));
      large = (large_face * longer) / working;
    }
    return withoutWorn(found, this.settings.threshold + this.settings.worn_more, this.settings);
  }

  /** Faces of a picture that is shrunk to a longer side. @param {Picture} picture @param {number} longSide @returns {Promise<Found[]>} */
  async searchAt(picture, longSide) {
    const { multiple, grey } = this.settings;
    const shrink = Math.min(1, longSide / Math.max(picture.width, picture.height));
    const [width, height] = [picture.width, picture.height].map((value) => Math.max(1, Math.round(value * shrink)));
    const [fullWidth, fullHeight] = [width, height].map((value) => Math.ceil(value / multiple) * multiple);
    const room = this.network.room(3 * fullWidth * fullHeight);
    const numbers = padded(shrunk(picture, width, height), fullWidth, fullHeight, grey, room);
    const [data] = await this.network.run(numbers, [1, fullHeight, fullWidth, 3]);
    const factors = [picture.width / width, picture.height / height];
    const found = decode(data, fullWidth, fullHeight, this.settings);
    return found.map(({ score, box }) => ({ score, box: box.map((value, i) => value * factors[i % 2]) }));
  }
}
