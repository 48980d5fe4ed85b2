// @ts-check
// From face boxes to angles: THE crop of the network, and the network itself.

import { widenedPixels } from "./boxes.js";
import { cropTo } from "./pixels.js";
import { run } from "./runtime.js";

/** @typedef {import("./rotation.js").Pose} Pose */
/** @typedef {import("./pixels.js").Picture} Picture */

export class PoseNetwork {
  /** @param {any} network an open ONNX file @param {{input_size: number, margin: number}} settings */
  constructor(network, settings) {
    this.network = network;
    this.settings = settings;
  }

  /** Poses of the faces in some boxes; null where a box has no pixel on the picture.
   * @param {Picture} picture @param {number[][]} boxes @returns {Promise<(Pose | null)[]>} */
  async read(picture, boxes) {
    const { input_size: size, margin } = this.settings;
    const ranges = boxes.map((box) => widenedPixels(box, margin, picture.width, picture.height));
    const seen = ranges.filter(([x1, y1, x2, y2]) => x2 > x1 && y2 > y1);
    if (seen.length === 0) return boxes.map(() => null);
    const numbers = new Float32Array(seen.length * size * size * 3);
    seen.forEach((range, i) => cropTo(picture, range, size, numbers, i * size * size * 3));
    const { data } = await run(this.network, numbers, [seen.length, size, size, 3]);
    return ranges.map((range) => {
      const i = seen.indexOf(range);
      return i < 0 ? null : { yaw: data[3 * i], pitch: data[3 * i + 1], roll: data[3 * i + 2] };
    });
  }
}
