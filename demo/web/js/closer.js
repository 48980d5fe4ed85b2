// @ts-check
// A closer look at small faces: each is searched once more, enlarged, and is what both looks say, as fsanet.detectors.closer_look.

import { iou } from "./boxes.js";
import { viewNear } from "./near.js";
import { rotationBetween } from "./rotation.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./decode.js").Found} Found */

/** Faces that a closer look shows too, as both looks have them.
 * @param {(views: Picture[]) => Promise<Found[][]>} searchEach @param {Picture} picture @param {Found[]} found
 * @param {import("./near.js").NearSettings} near @param {{at_once: number, share: number}} settings @returns {Promise<Found[]>} */
export async function lookCloser(searchEach, picture, found, near, { at_once, share }) {
  const shown = found.flatMap((face) => {
    const view = viewNear(picture, face.box, near);
    return view ? [{ face, view }] : [];
  });
  const seenTwice = [];
  for (let start = 0; start < shown.length; start += at_once) {
    const some = shown.slice(start, start + at_once), seen = await searchEach(some.map(({ view }) => view.picture));
    for (const [i, { face, view: { scale, shift } }] of some.entries()) {
      const there = seen[i].map((one) => ({ ...one, box: one.box.map((value, k) => value * scale[k % 2] + shift[k % 2]) }));
      const nearest = there.sort((a, b) => iou(b.box, face.box) - iou(a.box, face.box))[0];
      if (nearest && iou(nearest.box, face.box) >= near.least_iou) seenTwice.push(both(face, nearest, share));
    }
  }
  return seenTwice;
}

/** A face as two looks at it have it; their scores are taken for independent. @param {Found} first @param {Found} closer
 * @param {number} share of the closer one's rotation @returns {Found} */
function both(first, closer, share) {
  const seen = first.score * closer.score, unseen = (1 - first.score) * (1 - closer.score);
  return {
    score: seen / (seen + unseen),
    box: first.box.map((value, i) => (value + closer.box[i]) / 2),
    rotation: rotationBetween(first.rotation, closer.rotation, share),
    mask: closer.mask,
  };
}
