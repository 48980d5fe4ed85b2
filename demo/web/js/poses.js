// @ts-check
// From face boxes to angles: THE crop of the network, and the network itself.

import { widenedPixels } from "./boxes.js";
import { cropTo, turnCrop } from "./pixels.js";
import { turnInPlane } from "./rotation.js";

/** @typedef {import("./rotation.js").Pose} Pose */
/** @typedef {import("./pixels.js").Picture} Picture */

export class PoseNetwork {
  /** @param {import("./runtime.js").Network} network @param {{input_size: number, margin: number}} settings */
  constructor(network, settings) {
    this.network = network;
    this.settings = settings;
  }

  /** Poses of some faces; null where a box has no pixel on the picture. A face that does not stand upright is turned
   * for the network, and its pose turned back.
   * @param {Picture} picture @param {{box: number[], turn: number}[]} faces @returns {Promise<(Pose | null)[]>} */
  async read(picture, faces) {
    const { input_size: size, margin } = this.settings;
    const ranges = faces.map(({ box, turn }) => ({ pixels: widenedPixels(box, margin, picture.width, picture.height), turn }));
    const seen = ranges.filter(({ pixels: [x1, y1, x2, y2] }) => x2 > x1 && y2 > y1);
    if (seen.length === 0) return faces.map(() => null);
    const numbers = this.network.room(seen.length * size * size * 3);
    seen.forEach(({ pixels, turn }, i) => {
      const offset = i * size * size * 3;
      cropTo(picture, pixels, size, numbers, offset);
      if (turn) turnCrop(numbers, offset, size, turn);
    });
    const [data] = await this.network.run(numbers, [seen.length, size, size, 3]);
    return ranges.map((range) => {
      const i = seen.indexOf(range);
      if (i < 0) return null;
      const pose = { yaw: data[3 * i], pitch: data[3 * i + 1], roll: data[3 * i + 2] };
      return range.turn ? turnInPlane(pose, -range.turn) : pose;
    });
  }
}
