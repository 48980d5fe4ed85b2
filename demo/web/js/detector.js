// @ts-check
// Finds faces in a picture, at any angle, and again near a face that is known, with a network that finds upright ones.

import { area, shared, turnedBack } from "./boxes.js";
import { lookNear } from "./near.js";
import { turned } from "./pixels.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {{network: import("./runtime.js").Network, sureScore: number, find: (picture: Picture) => Promise<Detection[]>}} Finder
 * of upright faces, the largest first */
/** @typedef {{same_face: number, near: import("./near.js").NearSettings}} SearchSettings */

const TURNS = [0, 90, 180, 270];

export class FaceDetector {
  /** @param {Finder} finder @param {SearchSettings} settings */
  constructor(finder, settings) {
    this.finder = finder;
    this.settings = settings;
  }

  /** Faces in a picture, the largest first; at any angle it is searched turned four ways, and the surest box is kept.
   * @param {Picture} picture @param {boolean} [anyAngle] @returns {Promise<Detection[]>} */
  async find(picture, anyAngle = false) {
    if (!anyAngle) return this.finder.find(picture);
    /** @type {Detection[]} */
    const found = [];
    for (const turn of TURNS) {
      const faces = await this.finder.find(turned(picture, turn));
      found.push(...faces.map((face) => ({ ...face, turn, box: turnedBack(face.box, turn, picture.width, picture.height) })));
    }
    /** @type {Detection[]} */
    const kept = [];
    for (const face of found.sort((a, b) => b.score - a.score)) {
      if (kept.every((other) => shared(face.box, other.box) <= this.settings.same_face)) kept.push(face);
    }
    return kept.sort((a, b) => area(b.box) - area(a.box));
  }

  /** The face around a box of an earlier picture. @param {Picture} picture @param {Detection} known */
  findNear(picture, known) {
    return lookNear((view) => this.finder.find(view), picture, known, this.settings.near);
  }

  /** Whether a face that was found as an upright one looks no more like a face when it is turned by a quarter, a half or
   * three. One whose score leaves no doubt is not looked at again. @param {Picture} picture @param {Detection} face */
  async standsUpright(picture, face) {
    if (face.score >= this.finder.sureScore) return true;
    for (const turn of TURNS.slice(1)) {
      const other = await this.findNear(picture, { ...face, turn });
      if (other && other.score > face.score) return false;
    }
    return true;
  }
}
