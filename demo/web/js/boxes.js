// @ts-check
// Boxes [x1, y1, x2, y2] in pixels, x to the right, y down; as fsanet.image.boxes has them.

/** @typedef {number[]} Box x1, y1, x2, y2 */

/** @param {Box} box */
export function area([x1, y1, x2, y2]) {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
}

/** Intersection over union; 0 where both are empty. @param {Box} a @param {Box} b */
export function iou(a, b) {
  const common = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const union = area(a) + area(b) - common;
  return union > 0 ? common / union : 0;
}

/** Scale about the centre, then shift, both in widths and heights. @param {Box} box @param {number[]} scale @param {number[]} shift */
export function remap([x1, y1, x2, y2], scale, shift) {
  const width = x2 - x1, height = y2 - y1;
  const cx = (x1 + x2) / 2 + shift[0] * width, cy = (y1 + y2) / 2 + shift[1] * height;
  const halfWidth = (scale[0] * width) / 2, halfHeight = (scale[1] * height) / 2;
  return [cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight];
}

/** Pixel range of a crop, maxima exclusive: truncated, widened, truncated, clipped, as the network's input is defined.
 * @param {Box} box @param {number} margin @param {number} width @param {number} height */
export function widenedPixels(box, margin, width, height) {
  const [x1, y1, x2, y2] = widened(box, margin);
  return [Math.max(x1, 0), Math.max(y1, 0), Math.min(x2, width - 1), Math.min(y2, height - 1)];
}

/** The same range of a crop as it is used: columns go on beyond the picture, where it is mirrored; empty where no pixel of the
 * crop lies on the picture. As fsanet.image.face_crop.crop_turned without a turn.
 * @param {Box} box @param {number} margin @param {number} width @param {number} height @returns {number[]} */
export function croppedPixels(box, margin, width, height) {
  const [left, top, right, bottom] = widenedPixels(box, margin, width, height), [x1, , x2] = widened(box, margin);
  return right > left && bottom > top ? [x1, top, x2, bottom] : [];
}

/** @param {Box} box @param {number} margin */
function widened(box, margin) {
  const [x1, y1, x2, y2] = box.map(Math.trunc), dx = margin * (x2 - x1), dy = margin * (y2 - y1);
  return [x1 - dx, y1 - dy, x2 + dx, y2 + dy].map(Math.trunc);
}

/** Intersection over the smaller area: it also sees a box within a box. @param {Box} a @param {Box} b */
export function shared(a, b) {
  const common = area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  return common / Math.min(area(a), area(b));
}

/** A box of a picture that was turned clockwise, in the pixels of the picture as it is.
 * @param {Box} box @param {number} turn @param {number} width @param {number} height of the picture as it is */
export function turnedBack([x1, y1, x2, y2], turn, width, height) {
  /** @type {Record<number, (x: number, y: number) => number[]>} */
  const ways = { 0: (x, y) => [x, y], 90: (x, y) => [y, height - x], 180: (x, y) => [width - x, height - y], 270: (x, y) => [width - y, x] };
  const a = ways[turn](x1, y1), b = ways[turn](x2, y2);
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];
}
