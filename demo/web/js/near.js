// @ts-check
// A second look at some faces, each in its surroundings at a scale of their own, as fsanet.detectors.nearby.

import { iou, turnedBack } from "./boxes.js";
import { shrunk, toEven, turned } from "./pixels.js";
import { turnInPlane } from "./rotation.js";

/** @typedef {import("./pixels.js").Picture} Picture */
/** @typedef {import("./tracking.js").Detection} Detection */
/** @typedef {{box: number[], turn: number}} Place around which box, and how its surroundings are turned first */
/** @typedef {(views: Picture[]) => Promise<Detection[][]>} SearchEach */
/** @typedef {{margin: number, face_pixels: number, enlarged: boolean, least_iou: number}} NearSettings */
/** @typedef {{picture: Picture, scale: number[], shift: number[]}} View from its pixels to those of the whole picture */

/** The face around each box of an earlier picture, the one that covers it best; null where there is none.
 * @param {SearchEach} searchEach @param {Picture} picture @param {Place[]} places @param {NearSettings} settings */
export async function lookNear(searchEach, picture, places, settings) {
  const views = places.map(({ box }) => viewNear(picture, box, settings));
  const shown = views.flatMap((view, i) => (view ? [turned(view.picture, places[i].turn)] : []));
  const seen = (shown.length ? await searchEach(shown) : []).values();
  return views.map((view, i) => view && best(seen.next().value ?? [], places[i], view, settings.least_iou));
}

/** A search of several views by one that takes a single picture. @param {(view: Picture) => Promise<Detection[]>} search @returns {SearchEach} */
export function oneByOne(search) {
  return async (views) => {
    const found = [];
    for (const view of views) found.push(await search(view));
    return found;
  };
}

/** The surroundings of a box; null where it lies outside of the picture.
 * @param {Picture} picture @param {number[]} box @param {NearSettings} settings @returns {View | null} */
export function viewNear(picture, box, { margin, face_pixels, enlarged }) {
  const [dx, dy] = [margin * (box[2] - box[0]), margin * (box[3] - box[1])];
  const wide = [box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy];
  let [x1, y1, x2, y2] = wide.map((value, i) => Math.trunc(Math.min(Math.max(value, 0), i % 2 ? picture.height : picture.width)));
  [x2, y2] = [Math.min(x2, x1 + Math.trunc(wide[2] - wide[0])), Math.min(y2, y1 + Math.trunc(wide[3] - wide[1]))];
  if (Math.min(x2 - x1, y2 - y1) < 1) return null;
  const full = face_pixels / Math.max(box[2] - box[0], box[3] - box[1]), ratio = enlarged ? full : Math.min(1, full);
  const whole = 2 ** Math.max(0, Math.trunc(-Math.log2(ratio))); // sides that can be halved as often: that is quick
  [x2, y2] = [Math.max(x1 + 1, x2 - ((x2 - x1) % whole)), Math.max(y1 + 1, y2 - ((y2 - y1) % whole))];
  const width = Math.max(1, toEven(ratio * (x2 - x1))), height = Math.max(1, toEven(ratio * (y2 - y1)));
  return { picture: shrunk(picture, width, height, [x1, y1, x2, y2]), scale: [(x2 - x1) / width, (y2 - y1) / height], shift: [x1, y1] };
}

/** Of what was seen in a turned view, what covers the place best, in the pixels of the whole picture.
 * @param {Detection[]} seen @param {Place} place @param {View} view @param {number} leastIou */
function best(seen, { box, turn }, { picture: { width, height }, scale, shift }, leastIou) {
  const found = seen.map((face) => {
    const back = faceTurnedBack(face, turn, width, height);
    return { ...back, box: back.box.map((value, i) => value * scale[i % 2] + shift[i % 2]) };
  });
  const nearest = found.sort((a, b) => iou(b.box, box) - iou(a.box, box))[0];
  return nearest && iou(nearest.box, box) >= leastIou ? nearest : null;
}

/** A face that was found in a picture turned clockwise, in the pixels of the picture as it is, and its pose.
 * @param {Detection} face @param {number} turn @param {number} width @param {number} height of the picture as it is @returns {Detection} */
export function faceTurnedBack(face, turn, width, height) {
  const pose = face.pose && turnInPlane(face.pose, -turn), lean = face.lean === undefined ? undefined : face.lean - turn;
  return { ...face, turn, box: turnedBack(face.box, turn, width, height), pose, lean };
}
