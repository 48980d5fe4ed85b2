// @ts-check
// From face boxes to angles: THE crop of the network, the network itself, and a second look at faces that lean.

import { croppedPixels } from "./boxes.js";
import { cropTo, cropTurned, leanCrop } from "./pixels.js";
import { degreesApart, errorTurned, lean, poseBetween, poseMixed, turnInPlane } from "./rotation.js";

/** @typedef {import("./rotation.js").Pose} Pose */
/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {{box: number[], pixels: number[], turn: number}} Crop a face's box, the range of pixels of it with its margin, and by how much
 * the picture is turned to cut it, so that it stands upright */
/** @typedef {{box: number[], score: number, turn: number, pose?: Pose, lean?: number}} Found a face, and the pose that the finder read, or how
 * far, clockwise, the face leans */
/** @typedef {{pose: Pose, error: Pose | null, asRead?: Pose | null, contradicted?: boolean}} Reading a pose, how far its angles are
 * off in the mean, if that is known, the same before the picture was turned back, and whether the finder says something else altogether */
/** @typedef {{at_one: number[], per_degree: number[]}} ExpectedError over how far the members of the fusion are apart */
/** @typedef {{input_size: number, margin: number, leaning_deg: number[], told_score: number, told_deg: number[],
 *   finder_share: number, apart_deg: number[], expected_error: ExpectedError | null}} PoseSettings `told_score`, `told_deg`: from which
 * score and lean on the finder is taken at its word; `finder_share`: of a pose, how far it goes to
 * what the finder read; `apart_deg`: how far apart they are where that ends */

export class PoseNetwork {
  /** @param {import("./runtime.js").Network} network @param {PoseSettings} settings */
  constructor(network, settings) {
    this.network = network;
    this.settings = settings;
  }

  /** Poses of some faces; null where a box has no pixel on the picture. A face that does not stand upright is turned
   * for the network, and its pose turned back. Where the finder read a pose too, a share of that is mixed in.
   * @param {Picture} picture @param {Found[]} faces @returns {Promise<(Reading | null)[]>} */
  async read(picture, faces) {
    const { margin, finder_share, apart_deg } = this.settings;
    const crops = faces.map((face) => {
      const pixels = croppedPixels(face.box, margin, picture.width, picture.height);
      return { box: face.box, pixels, turn: this.uprightTurn(face) };
    });
    const seen = crops.filter(({ pixels }) => pixels.length > 0);
    const readings = await this.straightened(picture, seen, await this.ask(picture, seen));
    return crops.map((crop, i) => {
      const upright = readings[seen.indexOf(crop)], found = faces[i].pose;
      if (!upright) return null;
      const turned = crop.turn ? readingTurned(upright, -crop.turn) : upright, { pose } = turned;
      const reading = { ...turned, asRead: upright.error };
      if (!found || !finder_share) return reading;
      const contradicted = degreesApart(pose, found) >= apart_deg[1];
      return { ...reading, pose: poseMixed(pose, found, finder_share, apart_deg), contradicted };
    });
  }

  /** By how much the picture of a face is to be turned for its crop: by what the finder says that it leans, by a pose where it
   * is sure. @param {Found} face */
  uprightTurn({ pose, score, turn, lean: told }) {
    const { told_score, told_deg: [start, full] } = this.settings;
    const degrees = pose && score >= told_score ? lean(pose) : pose ? undefined : told;
    if (degrees === undefined) return turn;
    return -degrees * Math.min(1, Math.max(0, (Math.abs(degrees) - start) / (full - start)));
  }

  /** The readings, with those of leaning faces taken once more from crops that are turned upright.
   * @param {Picture} picture @param {Crop[]} crops @param {Reading[]} first @returns {Promise<Reading[]>} */
  async straightened(picture, crops, first) {
    const [start, full] = this.settings.leaning_deg, leans = first.map(({ pose }) => lean(pose));
    const leaning = crops.flatMap((_, i) => (Math.abs(leans[i]) > start ? [i] : []));
    const upright = await this.ask(picture, leaning.map((i) => crops[i]), leaning.map((i) => leans[i]));
    const readings = [...first];
    leaning.forEach((i, k) => {
      const share = Math.min(1, (Math.abs(leans[i]) - start) / (full - start));
      const turned = readingTurned(upright[k], leans[i]);
      const pose = poseBetween(first[i].pose, turned.pose, share);
      readings[i] = { pose, error: errorBetween(first[i].error, turned.error, share) };
    });
    return readings;
  }

  /** What the network answers to crops, turned back from their lean if it is given.
   * @param {Picture} picture @param {Crop[]} crops @param {number[]} [leans] clockwise, in degrees @returns {Promise<Reading[]>} */
  async ask(picture, crops, leans) {
    if (crops.length === 0) return [];
    const { input_size: size, margin, expected_error: expected } = this.settings, count = size * size * 3;
    const numbers = this.network.room(crops.length * count, Float32Array);
    crops.forEach(({ box, pixels, turn }, i) => {
      if (turn) cropTurned(picture, box, turn, margin, size, numbers, i * count);
      else cropTo(picture, pixels, size, numbers, i * count);
      if (leans) leanCrop(numbers, i * count, size, -leans[i]);
    });
    const [angles, spread] = await this.network.run(numbers, [crops.length, size, size, 3]);
    return crops.map((_, i) => {
      const [pose, apart] = [angles, spread].map((data) => data && Array.from(data.subarray(3 * i, 3 * i + 3)));
      const error = expected && apart && apart.map((value, k) => expected.at_one[k] + expected.per_degree[k] * value);
      return { pose: asPose(pose), error: error ? asPose(error) : null };
    });
  }
}

/** What is read of a picture turned clockwise. @param {Reading} reading @param {number} clockwise @returns {Reading} */
function readingTurned({ pose, error }, clockwise) {
  return { pose: turnInPlane(pose, clockwise), error: error && errorTurned(pose, error, clockwise) };
}

/** @param {ArrayLike<number>} angles @returns {Pose} */
function asPose({ 0: yaw, 1: pitch, 2: roll }) {
  return { yaw, pitch, roll };
}

/** @param {Pose | null} first @param {Pose | null} second @param {number} share of the second @returns {Pose | null} */
function errorBetween(first, second, share) {
  if (!first || !second) return null;
  const [yaw, pitch, roll] = /** @type {const} */ (["yaw", "pitch", "roll"]).map((name) => first[name] + share * (second[name] - first[name]));
  return { yaw, pitch, roll };
}
