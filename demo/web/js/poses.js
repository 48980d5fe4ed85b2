// @ts-check
// From face boxes to angles: THE crop of the network, the network itself, and a second look at faces that lean.

import { widenedPixels } from "./boxes.js";
import { cropTo, leanCrop, turnCrop } from "./pixels.js";
import { lean, poseBetween, turnInPlane } from "./rotation.js";

/** @typedef {import("./rotation.js").Pose} Pose */
/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {{pixels: number[], turn: number}} Crop a range of pixels, and by how much it is turned to stand upright */
/** @typedef {{input_size: number, margin: number, leaning_deg: number[]}} PoseSettings */

export class PoseNetwork {
  /** @param {import("./runtime.js").Network} network @param {PoseSettings} settings */
  constructor(network, settings) {
    this.network = network;
    this.settings = settings;
  }

  /** Poses of some faces; null where a box has no pixel on the picture. A face that does not stand upright is turned
   * for the network, and its pose turned back.
   * @param {Picture} picture @param {{box: number[], turn: number}[]} faces @returns {Promise<(Pose | null)[]>} */
  async read(picture, faces) {
    const { margin } = this.settings;
    const crops = faces.map(({ box, turn }) => ({ pixels: widenedPixels(box, margin, picture.width, picture.height), turn }));
    const seen = crops.filter(({ pixels: [x1, y1, x2, y2] }) => x2 > x1 && y2 > y1);
    const poses = await this.straightened(picture, seen, await this.ask(picture, seen));
    return crops.map((crop) => {
      const pose = poses[seen.indexOf(crop)];
      if (!pose) return null;
      return crop.turn ? turnInPlane(pose, -crop.turn) : pose;
    });
  }

  /** The poses, with those of leaning faces read once more from crops that are turned upright.
   * @param {Picture} picture @param {Crop[]} crops @param {Pose[]} first @returns {Promise<Pose[]>} */
  async straightened(picture, crops, first) {
    const [start, full] = this.settings.leaning_deg, leans = first.map(lean);
    const leaning = crops.flatMap((_, i) => (Math.abs(leans[i]) > start ? [i] : []));
    const upright = await this.ask(picture, leaning.map((i) => crops[i]), leaning.map((i) => leans[i]));
    const poses = [...first];
    leaning.forEach((i, k) => {
      const share = Math.min(1, (Math.abs(leans[i]) - start) / (full - start));
      poses[i] = poseBetween(first[i], turnInPlane(upright[k], leans[i]), share);
    });
    return poses;
  }

  /** What the network answers to crops, turned back from their lean if it is given.
   * @param {Picture} picture @param {Crop[]} crops @param {number[]} [leans] clockwise, in degrees @returns {Promise<Pose[]>} */
  async ask(picture, crops, leans) {
    if (crops.length === 0) return [];
    const { input_size: size } = this.settings, count = size * size * 3;
    const numbers = this.network.room(crops.length * count);
    crops.forEach(({ pixels, turn }, i) => {
      cropTo(picture, pixels, size, numbers, i * count);
      if (turn) turnCrop(numbers, i * count, size, turn);
      if (leans) leanCrop(numbers, i * count, size, -leans[i]);
    });
    const [data] = await this.network.run(numbers, [crops.length, size, size, 3]);
    return crops.map((_, i) => ({ yaw: data[3 * i], pitch: data[3 * i + 1], roll: data[3 * i + 2] }));
  }
}
