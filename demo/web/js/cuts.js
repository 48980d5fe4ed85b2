// @ts-check
// Where one scene of a video ends and the next begins, as fsanet.inference.video.cuts.

import { averaged } from "./pixels.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {{side: number, least_change: number, times_usual: number, usual_frames: number}} CutSettings */

export class CutDetector {
  /** @param {CutSettings} settings */
  constructor(settings) {
    this.settings = settings;
    /** @type {Uint8ClampedArray | null} */
    this.last = null;
    /** @type {number[]} */
    this.changes = [];
  }

  /** Whether a frame begins another scene; call it with every frame in order. @param {Picture} picture */
  isCut(picture) {
    const { side, least_change, times_usual, usual_frames } = this.settings;
    const last = this.last, small = (this.last = averaged(thinned(picture, side), side, side).data);
    if (!last) return false;
    let sum = 0;
    for (let i = 0; i < small.length; i++) sum += Math.abs(small[i] - last[i]); // alpha never changes
    const change = sum / (3 * side * side);
    const usual = median(this.changes);
    this.changes = [...this.changes, change].slice(-usual_frames);
    return change >= Math.max(least_change, times_usual * usual);
  }
}

/** Every n-th pixel of every n-th row. @param {Picture} picture @param {number} side @returns {Picture} */
function thinned(picture, side) {
  const step = Math.max(1, Math.floor(Math.min(picture.width, picture.height) / (4 * side)));
  const width = Math.ceil(picture.width / step), height = Math.ceil(picture.height / step);
  const from = new Uint32Array(picture.data.buffer, picture.data.byteOffset, picture.width * picture.height);
  const to = new Uint32Array(width * height); // whole pixels at once
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) to[i++] = from[step * (y * picture.width + x)];
  }
  return { width, height, data: new Uint8ClampedArray(to.buffer) };
}

/** @param {number[]} values */
function median(values) {
  if (!values.length) return 0;
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
