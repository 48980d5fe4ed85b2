// @ts-check
// Stable face numbers from frame to frame, and boxes for frames without a detection, as fsanet.inference.tracking.

import { iou } from "./boxes.js";

/** @typedef {{box: number[], score: number}} Detection */
/** @typedef {{id: number, box: number[], score: number, origin: "detected" | "kept" | "held", seen: number}} TrackedFace */

export class FaceTracker {
  /** @param {{hold_s: number, min_iou: number}} settings */
  constructor(settings) {
    this.settings = settings;
    /** @type {TrackedFace[]} */
    this.faces = [];
    this.nextId = 0;
  }

  /** Faces of a frame on which the detector was run: those found, and those missed for a short while.
   * @param {Detection[]} detections @param {number} time seconds @returns {TrackedFace[]} */
  update(detections, time) {
    const pairs = this.match(detections);
    const continued = new Set(pairs.values());
    const found = detections.map((detection, i) => {
      const known = pairs.get(i);
      const id = known === undefined ? this.nextId++ : this.faces[known].id;
      return /** @type {TrackedFace} */ ({ id, box: detection.box, score: detection.score, origin: "detected", seen: time });
    });
    const held = this.faces.filter((_, j) => !continued.has(j)).map((face) => /** @type {TrackedFace} */ ({ ...face, origin: "held" }));
    this.faces = [...found, ...this.inTime(held, time)].sort((a, b) => a.id - b.id);
    return this.faces;
  }

  /** Faces of a frame on which the detector was not run. @param {number} time seconds @returns {TrackedFace[]} */
  keep(time) {
    const kept = this.faces.map((face) => (face.origin === "held" ? face : /** @type {TrackedFace} */ ({ ...face, origin: "kept" })));
    this.faces = this.inTime(kept, time);
    return this.faces;
  }

  /** @param {TrackedFace[]} faces @param {number} time */
  inTime(faces, time) {
    return faces.filter((face) => face.origin !== "held" || time - face.seen <= this.settings.hold_s);
  }

  /** From the number of a detection to that of the face that it continues. @param {Detection[]} detections */
  match(detections) {
    const overlaps = detections.flatMap((detection, i) => this.faces.map((face, j) => ({ i, j, share: iou(detection.box, face.box) })));
    /** @type {Map<number, number>} */
    const pairs = new Map();
    const taken = new Set();
    for (const { i, j, share } of overlaps.sort((a, b) => b.share - a.share)) {
      if (share < this.settings.min_iou) break;
      if (pairs.has(i) || taken.has(j)) continue;
      pairs.set(i, j);
      taken.add(j);
    }
    return pairs;
  }
}
