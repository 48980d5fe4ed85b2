// @ts-check
// A closer look at some faces: each is searched once more in another size, as fsanet.detectors.closer_look.

import { iou } from "./boxes.js";
import { viewNear } from "./near.js";
import { rotationBetween } from "./rotation.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./decode.js").Found} Found */

/** @typedef {(views: Picture[]) => Promise<Found[][]>} SearchEach
 * @typedef {import("./near.js").NearSettings} NearSettings */

/** Faces that a closer look shows too, as both looks have them.
 * @param {SearchEach} searchEach @param {Picture} picture @param {Found[]} found @param {NearSettings} near
 * @param {{at_once: number, share: number}} settings @returns {Promise<Found[]>} */
export async function lookCloser(searchEach, picture, found, near, { at_once, share }) {
  const closer = await seenCloser(searchEach, picture, found, near, at_once);
  return found.flatMap((face, i) => (closer[i] ? [both(face, closer[i], share)] : []));
}

/** Scores of faces, each as it is surest in one closer look of several; 0 where none shows it.
 * @param {SearchEach} searchEach @param {Picture} picture @param {Found[]} found @param {NearSettings[]} nears
 * @param {{at_once: number}} settings @returns {Promise<number[]>} */
export async function surestOfLooks(searchEach, picture, found, nears, { at_once }) {
  let surest = found.map(() => 0);
  for (const near of nears) {
    const closer = await seenCloser(searchEach, picture, found, near, at_once);
    surest = surest.map((score, i) => Math.max(score, closer[i]?.score ?? 0));
  }
  return surest;
}

/** What a closer look shows of each face, in the pixels of the picture. @param {SearchEach} searchEach @param {Picture} picture
 * @param {Found[]} found @param {NearSettings} near @param {number} atOnce @returns {Promise<(Found | undefined)[]>} */
async function seenCloser(searchEach, picture, found, near, atOnce) {
  const shown = found.flatMap((face, number) => {
    const view = viewNear(picture, face.box, near);
    return view ? [{ number, box: face.box, view }] : [];
  });
  /** @type {(Found | undefined)[]} */
  const closer = found.map(() => undefined);
  for (let start = 0; start < shown.length; start += atOnce) {
    const some = shown.slice(start, start + atOnce), seen = await searchEach(some.map(({ view }) => view.picture));
    for (const [i, { number, box, view: { scale, shift } }] of some.entries()) {
      const there = seen[i].map((one) => ({ ...one, box: one.box.map((value, k) => value * scale[k % 2] + shift[k % 2]) }));
      const nearest = there.sort((a, b) => iou(b.box, box) - iou(a.box, box))[0];
      if (nearest && iou(nearest.box, box) >= near.least_iou) closer[number] = nearest;
    }
  }
  return closer;
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
