// @ts-check
// Faces and their poses: in one picture, or followed through the frames of a camera or a video.

import { FaceDetector } from "./detector.js";
import { PoseNetwork } from "./poses.js";
import { relativeTo } from "./rotation.js";
import { openNetwork } from "./runtime.js";
import { OneEuroRotationFilter } from "./smoothing.js";
import { FaceTracker } from "./tracking.js";

/** @typedef {import("./rotation.js").Pose} Pose */
/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {{id: number, box: number[], score: number, origin: string, pose: Pose}} Face */
/** @typedef {{detectEvery: number, smooth: boolean}} LiveOptions */

/** The two networks of the page. @param {any} contract */
export async function openEstimator(contract) {
  const detector = new FaceDetector(await openNetwork(contract.detector.file), contract.detector);
  const poses = new PoseNetwork(await openNetwork(contract.network.file), contract.network);
  return new PictureEstimator(detector, poses);
}

export class PictureEstimator {
  /** @param {FaceDetector} detector @param {PoseNetwork} poses */
  constructor(detector, poses) {
    this.detector = detector;
    this.poses = poses;
  }

  /** All faces of a picture. @param {Picture} picture @returns {Promise<Face[]>} */
  async estimate(picture) {
    const found = await this.detector.find(picture);
    const poses = await this.poses.read(picture, found.map((face) => face.box));
    return found.flatMap(({ box, score }, id) => {
      const pose = poses[id];
      return pose ? [{ id, box, score, origin: "detected", pose }] : [];
    });
  }
}

export class LiveEstimator {
  /** @param {PictureEstimator} estimator @param {any} contract */
  constructor(estimator, contract) {
    this.estimator = estimator;
    this.contract = contract;
    this.tracker = new FaceTracker(contract.tracking);
    this.frames = 0;
    /** @type {Map<number, OneEuroRotationFilter>} */
    this.filters = new Map();
    /** @type {Map<number, Pose>} */
    this.neutral = new Map();
    /** @type {Map<number, Pose>} */
    this.latest = new Map();
  }

  /** Faces of the next frame. @param {Picture} picture @param {number} time seconds @param {LiveOptions} options @returns {Promise<Face[]>} */
  async next(picture, time, { detectEvery, smooth }) {
    const { detector, poses } = this.estimator;
    const due = this.frames++ % detectEvery === 0;
    const followed = due ? this.tracker.update(await detector.find(picture), time) : this.tracker.keep(time);
    const seen = followed.filter((face) => face.origin !== "held"); // nothing was found there: no pose without a face
    const raw = await poses.read(picture, seen.map((face) => face.box));
    this.latest.clear();
    return seen.flatMap((face, i) => {
      const pose = raw[i];
      return pose ? [{ ...face, pose: this.report(face.id, pose, time, smooth) }] : [];
    });
  }

  /** Take the poses in view as zero from here on; where all are zero already, give that up. */
  recentre() {
    if (this.neutral.size) this.neutral.clear();
    else this.neutral = new Map(this.latest);
    return this.neutral.size > 0;
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
