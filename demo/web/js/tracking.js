// @ts-check
// Stable face numbers from frame to frame, and faces for frames in which the search is not run or misses them, as
// fsanet.inference.video.tracking has it.

import { iou } from "./boxes.js";

/** @typedef {{box: number[], score: number, turn: number, pose?: import("./rotation.js").Pose, mask?: string,
 *   lean?: number}} Detection `pose` and `mask`, what covers the mouth: where the finder reads them; `lean`, clockwise in degrees, where it
 * sees the eyes and the mouth instead */
/** @typedef {{id: number, face: Detection, origin: "detected" | "kept" | "held" | "lost", seen: number}} TrackedFace */
/** @typedef {(faces: Detection[]) => Promise<(Detection | null)[]>} LookAgain */

export class FaceTracker {
  /** @param {{hold_s: number, min_iou: number, same_head_iou: number}} settings */
  constructor(settings) {
    this.settings = settings;
    /** @type {TrackedFace[]} */
    this.faces = [];
    this.nextId = 0;
  }

  /** Faces of a frame that was searched: those found, and those missed that are there all the same.
   * @param {Detection[]} detections @param {number} time seconds @param {LookAgain} lookAgain */
  async update(detections, time, lookAgain) {
    const pairs = this.match(detections);
    const continued = new Set(pairs.values());
    const found = detections.map((face, i) => {
      const known = pairs.get(i);
      const id = known === undefined ? this.nextId++ : this.faces[known].id;
      return /** @type {TrackedFace} */ ({ id, face, origin: "detected", seen: time });
    });
    const missed = this.faces.filter((_, j) => !continued.has(j)).map((known) => /** @type {TrackedFace} */ ({ ...known, origin: "held" }));
    return this.goOn(found, missed, time, lookAgain);
  }

  /** Faces of a frame that was not searched: those of the frame before that are still there.
   * @param {number} time seconds @param {LookAgain} lookAgain */
  async keep(time, lookAgain) {
    const expected = this.faces.map((known) => {
      const origin = known.origin === "detected" || known.origin === "kept" ? "kept" : "held";
      return /** @type {TrackedFace} */ ({ ...known, origin });
    });
    return this.goOn([], expected, time, lookAgain);
  }

  /** Follow no face any longer: what comes shows another scene. */
  forget() {
    this.faces = [];
  }

  /** @param {TrackedFace[]} found @param {TrackedFace[]} expected @param {number} time @param {LookAgain} lookAgain */
  async goOn(found, expected, time, lookAgain) {
    const known = expected.filter((face) => face.origin === "kept" || time - face.seen <= this.settings.hold_s);
    const again = known.length ? await lookAgain(known.map(({ face }) => face)) : [];
    const kept = [...found];
    known.forEach((face, i) => {
      const now = again[i];
      const checked = now ? { ...face, face: now, seen: face.origin === "kept" ? time : face.seen } : { ...face, origin: /** @type {const} */ ("lost") };
      if (kept.every((other) => iou(checked.face.box, other.face.box) < this.settings.same_head_iou)) kept.push(checked);
    });
    this.faces = kept.sort((a, b) => a.id - b.id);
    return this.faces.filter((face) => face.origin !== "lost");
  }

  /** From the number of a detection to that of the face that it continues. @param {Detection[]} detections */
  match(detections) {
    const overlaps = detections.flatMap((detection, i) => this.faces.map(({ face }, j) => ({ i, j, share: iou(detection.box, face.box) })));
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
