// @ts-check
// Faces and their poses: in one picture, or followed through the frames of a camera or a video.

import { assetBytes } from "./assets.js";
import { CutDetector } from "./cuts.js";
import { FaceDetector } from "./detector.js";
import { PoseNetwork } from "./poses.js";
import { flagsOf, unsure } from "./quality.js";
import { relativeTo } from "./rotation.js";
import { loadRuntime, openNetwork } from "./runtime.js";
import { Scout } from "./scout.js";
import { OneEuroRotationFilter } from "./smoothing.js";
import { FaceTracker } from "./tracking.js";
import { ofAnySize, YuNet } from "./yunet.js";

/** @typedef {import("./rotation.js").Pose} Pose */
/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./turn.js").Turn} Turn */
/** @typedef {{id: number, box: number[], score: number, turn: number, origin: string, flags: string[], pose: Pose,
 *   error: Pose | null, mask?: string}} Face */
/** @typedef {{id: number, face: import("./tracking.js").Detection, origin: string}} FoundFace */
/** @typedef {{detectEvery: number, smooth: boolean, anyAngle: boolean}} LiveOptions */
/** @typedef {{found: FoundFace[], flags: string[][], known: Set<number>}} Followed `known`: the numbers of all faces that
 * are followed, also of those that are out of sight for a moment */

/** The two networks of the page. @param {any} contract */
export async function openEstimator(contract) {
  const runtime = loadRuntime(contract.runtime), { detector, network } = contract;
  const [faces, poses] = await Promise.all([detector, network].map(({ file }) => openNetwork(runtime, assetBytes(file))));
  const finder = new FaceDetector(new Scout(faces, detector), contract.search);
  return new PictureEstimator(finder, new PoseNetwork(poses, network), contract.quality);
}

/** Find faces with YuNet from here on, by a file that a person gives; false for another file.
 * @param {PictureEstimator} estimator @param {any} contract @param {Uint8Array<ArrayBuffer>} file */
export async function useYuNet(estimator, { yunet, search }, file) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", file));
  if (yunet.sha256 !== Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")) return false;
  const { network } = estimator.detector.finder;
  await network.open(ofAnySize(file), { arranged: false });
  estimator.detector = new FaceDetector(new YuNet(network, yunet, search), search);
  return true;
}

/** Let the graphics card compute from here on, or the processor again; false where the card cannot, and the processor
 * goes on. @param {PictureEstimator} estimator @param {boolean} card
 * @param {() => void} lost called when the card is lost later on, and the processor goes on */
export async function computeOn({ detector, poses }, card, lost) {
  const networks = [detector.finder.network, poses.network];
  for (const network of networks) network.lost = lost;
  try {
    for (const network of networks) await network.move(card ? "webgpu" : "wasm");
    return true;
  } catch {
    for (const network of networks) if (network.provider !== "wasm") await network.move("wasm");
    return false;
  }
}

export class PictureEstimator {
  /** @param {FaceDetector} detector @param {PoseNetwork} poses @param {import("./quality.js").QualitySettings} quality */
  constructor(detector, poses, quality) {
    this.detector = detector;
    this.poses = poses;
    this.quality = quality;
  }

  /** All faces of a picture. @param {Turn} turn of the source: when it is over, the search ends without an answer
   * @param {Picture} picture @param {boolean} anyAngle
   * @param {(faces: Face[]) => void} early given them before it is known which seem to lie: doubtful faces are looked at again
   * @returns {Promise<Face[]>} */
  async estimate(turn, picture, anyAngle, early) {
    const found = (await turn.wanted(this.detector.find(picture, anyAngle, turn))).map((face, id) => ({ id, face, origin: "detected" }));
    const reading = this.read(picture, found, found.map(() => [])).then((faces) => (early(faces), faces));
    const isTurned = async (/** @type {FoundFace} */ { face }) => !anyAngle && !(await turn.wanted(this.detector.standsUpright(picture, face)));
    const [faces, flags] = await Promise.all([reading, this.flags(picture, found, isTurned)]);
    return faces.map((face) => ({ ...face, flags: [...flags[face.id], ...face.flags] }));
  }

  /** What speaks against each face that is found. @param {Picture} picture @param {FoundFace[]} found
   * @param {(found: FoundFace) => Promise<boolean>} isTurned whether a face seems not to stand upright */
  async flags({ width, height }, found, isTurned) {
    const flags = [];
    for (const one of found) flags.push(flagsOf(one.face.box, width, height, this.quality, await isTurned(one)));
    return flags;
  }

  /** Poses of faces that are found, and the flags of those that the networks disagree about.
   * @param {Picture} picture @param {FoundFace[]} found @param {string[][]} flags @returns {Promise<Face[]>} */
  async read(picture, found, flags) {
    const readings = await this.poses.read(picture, found.map(({ face }) => face));
    return found.flatMap(({ id, face, origin }, i) => {
      const reading = readings[i];
      return reading ? [{ id, ...face, origin, ...reading, flags: [...flags[i], ...unsure(reading, this.quality)] }] : [];
    });
  }
}

export class LiveEstimator {
  /** @param {PictureEstimator} estimator @param {any} contract @param {boolean} hurried whether frames are lost meanwhile: that
   * a face lies is then looked at with every search only */
  constructor(estimator, contract, hurried) {
    this.estimator = estimator;
    this.contract = contract;
    this.tracker = new FaceTracker(contract.tracking);
    this.cuts = new CutDetector(contract.cuts);
    this.frames = 0; // so far
    this.lastPeriod = -1; // of the searches: frame 0, n, 2n, ... begins another
    this.hurried = hurried;
    /** @type {Map<number, boolean>} */
    this.turned = new Map(); // face -> whether it seemed to lie when that was looked at last
    /** @type {Map<number, OneEuroRotationFilter>} */
    this.filters = new Map();
    /** @type {Map<number, Pose>} */
    this.neutral = new Map();
    /** @type {Map<number, Pose>} */
    this.latest = new Map();
  }

  /** The faces of the next frame, without their poses: those of the frame before may be read meanwhile.
   * @param {Picture} picture @param {number} time seconds @param {LiveOptions} options
   * @returns {Promise<Followed>} */
  async follow(picture, time, { detectEvery, anyAngle }) {
    const { detector } = this.estimator;
    const isCut = this.cuts.isCut(picture), period = Math.floor(this.frames++ / detectEvery);
    if (isCut) this.tracker.forget();
    const due = isCut || period !== this.lastPeriod;
    this.lastPeriod = period;
    /** @type {import("./tracking.js").LookAgain} */
    const lookAgain = (faces) => detector.findNear(picture, faces);
    const followed = due
      ? await this.tracker.update(await detector.find(picture, anyAngle), time, lookAgain)
      : await this.tracker.keep(time, lookAgain);
    const known = new Set(this.tracker.faces.map(({ id }) => id));
    letGo(this.turned, known);
    const flags = await this.estimator.flags(picture, followed, async ({ id, face }) => {
      if (anyAngle) return false;
      if (due || !this.hurried) this.turned.set(id, !(await detector.standsUpright(picture, face)));
      return this.turned.get(id) ?? false;
    });
    return { found: followed, flags, known };
  }

  /** Faces of a frame with their poses, frame by frame. @param {Picture} picture @param {Followed} followed
   * @param {number} time seconds @param {LiveOptions} options @returns {Promise<Face[]>} */
  async read(picture, { found, flags, known }, time, { smooth }) {
    const read = await this.estimator.read(picture, found, flags);
    letGo(this.filters, known);
    this.latest.clear();
    return read.map((face) => ({ ...face, pose: this.report(face.id, face.pose, time, smooth) }));
  }

  /** Take the poses in view as zero from here on; where some are zero already, give that up. */
  recentre() {
    const given = this.neutral.size > 0;
    this.neutral = given ? new Map() : new Map(this.latest);
    return given ? "cleared" : this.neutral.size ? "set" : "noFace";
  }

  /** @param {number} id @param {Pose} raw @param {number} time @param {boolean} smooth */
  report(id, raw, time, smooth) {
    const filter = this.filters.get(id) ?? new OneEuroRotationFilter(this.contract.smoothing);
    this.filters.set(id, filter);
    const pose = smooth ? filter.smooth(raw, time) : raw;
    this.latest.set(id, pose);
    const neutral = this.neutral.get(id);
    return neutral ? relativeTo(pose, neutral) : pose;
  }
}

/** Drop what belongs to faces that are no longer followed. @param {Map<number, unknown>} kept by a face's number
 * @param {Set<number>} known */
function letGo(kept, known) {
  for (const id of kept.keys()) if (!known.has(id)) kept.delete(id);
}
