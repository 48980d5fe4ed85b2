// @ts-check
// Finds faces in a picture, at any angle, and again near faces that are known, with a network that finds upright ones.

import { area, shared } from "./boxes.js";
import { faceTurnedBack, lookNear } from "./near.js";
import { seenTurned } from "./pixels.js";
import { Turn } from "./turn.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {{network: import("./runtime.js").Network, sureScore: number, near: import("./near.js").NearSettings,
 *   find: (picture: Picture, turn?: Turn) => Promise<Detection[]>, findEach: import("./near.js").SearchEach}} Finder of upright faces, the
 * largest first; `near`: how it wants them shown */
/** @typedef {{same_face: number}} SearchSettings */

const TURNS = [0, 90, 180, 270];

export class FaceDetector {
  /** @param {Finder} finder @param {SearchSettings} settings */
  constructor(finder, settings) {
    this.finder = finder;
    this.settings = settings;
  }

  /** Faces in a picture, the largest first; at any angle it is searched turned four ways, and the surest box is kept.
   * @param {Picture} picture @param {boolean} [anyAngle]
   * @param {Turn} [turn] of the source: when it is over, the search ends without an answer @returns {Promise<Detection[]>} */
  async find(picture, anyAngle = false, turn = new Turn()) {
    if (!anyAngle) return this.finder.find(picture, turn);
    /** @type {Detection[]} */
    const found = [];
    for (const clockwise of TURNS) {
      const faces = await turn.wanted(this.finder.find(seenTurned(picture, clockwise), turn));
      found.push(...faces.map((face) => faceTurnedBack(face, clockwise, picture.width, picture.height)));
    }
    /** @type {Detection[]} */
    const kept = [];
    for (const face of found.sort((a, b) => b.score - a.score)) {
      if (kept.every((other) => shared(face.box, other.box) <= this.settings.same_face)) kept.push(face);
    }
    return kept.sort((a, b) => area(b.box) - area(a.box));
  }

  /** The face around each box of an earlier picture, or null. @param {Picture} picture @param {import("./near.js").Place[]} known */
  findNear(picture, known) {
    return lookNear((views) => this.finder.findEach(views), picture, known, this.finder.near);
  }

  /** Whether a face that was found as an upright one looks no more like a face when it is turned by a quarter, a half or
   * three. One whose score leaves no doubt is not looked at again. @param {Picture} picture @param {Detection} face */
  async standsUpright(picture, face) {
    if (face.score >= this.finder.sureScore) return true;
    const others = await this.findNear(picture, TURNS.slice(1).map((turn) => ({ box: face.box, turn })));
    return !others.some((other) => other && other.score > face.score);
  }
}
