// @ts-check
// From pictures to the numbers that a network reads: BGR, 0..255.

/** @typedef {{width: number, height: number, data: Uint8ClampedArray, clockwise?: number}} Picture RGBA, row by row; `clockwise`: it is
 * turned by so much, its pixels are not, see `seenTurned` */
/** @typedef {Float32Array | Uint8Array} Numbers as a network takes them */
/** @typedef {{picture: Picture, scale: number[]}} Frame a picture at a working size, and from its pixels to those before */

const ONE = 2048; // weights are whole numbers of eleven bits, as in OpenCV's resize: the last bit counts
const round = Math.fround; // to float32 at every step, as OpenCV: the last bit counts for a finder in int8

/** The nearest whole number, of two the even one, as Python and OpenCV round. @param {number} value */
export function toEven(value) {
  return value + 1.5 * 2 ** 52 - 1.5 * 2 ** 52; // numbers as large have no other digits
}

/** Cut a range of pixels (maxima exclusive), resize it bilinearly and write it as BGR numbers. Columns beyond the picture are
 * mirrored.
 * @param {Picture} picture @param {number[]} pixels x1, y1, x2, y2 @param {number} size side of the crop
 * @param {Float32Array} into @param {number} offset where in `into` */
export function cropTo(picture, pixels, size, into, offset) {
  padded(interpolated(picture, size, size, pixels), size, size, 0, into.subarray(offset, offset + 3 * size * size));
}

/** A part of a picture resized bilinearly, equal to the bit to OpenCV's INTER_LINEAR.
 * @param {Picture} picture @param {number} width @param {number} height @param {number[]} pixels x1, y1, x2, y2 @returns {Picture} */
function interpolated(picture, width, height, [x1, y1, x2, y2]) {
  const { data } = picture, { first, right: step, below: row } = places(picture);
  const columns = taps(x1, x2 - x1, width), rows = taps(y1, y2 - y1, height), resized = new Uint8ClampedArray(4 * width * height);
  for (const taken of [columns.firsts, columns.seconds]) taken.forEach((place, i) => (taken[i] = step * mirrored(place, picture.width)));
  for (let y = 0, to = 0; y < height; y++) {
    const above = first + row * rows.firsts[y], below = first + row * rows.seconds[y], down0 = rows.weights0[y], down1 = rows.weights1[y];
    for (let x = 0; x < width; x++, to += 4) {
      const left = columns.firsts[x], right = columns.seconds[x], across0 = columns.weights0[x], across1 = columns.weights1[x];
      const a = 4 * (above + left), b = 4 * (above + right), c = 4 * (below + left), d = 4 * (below + right);
      for (let i = 0; i < 3; i++) {
        const top = data[a + i] * across0 + data[b + i] * across1, bottom = data[c + i] * across0 + data[d + i] * across1;
        resized[to + i] = (((down0 * (top >> 4)) >> 16) + ((down1 * (bottom >> 4)) >> 16) + 2) >> 2;
      }
      resized[to + 3] = 255;
    }
  }
  return { width, height, data: resized };
}

/** Two source columns (or rows) and their weights for each of `count` pixels, pixel centres aligned.
 * @param {number} start @param {number} length @param {number} count */
function taps(start, length, count) {
  const [firsts, seconds, weights0, weights1] = Array.from({ length: 4 }, () => new Int32Array(count));
  const step = 1 / (count / length), last = length - 1;
  for (let i = 0; i < count; i++) {
    const place = round((i + 0.5) * step - 0.5), floor = Math.floor(place), share = round(place - floor);
    firsts[i] = start + Math.max(floor, 0);
    seconds[i] = start + Math.min(floor + 1, last);
    weights0[i] = toEven(round(1 - share) * ONE);
    weights1[i] = toEven(share * ONE);
  }
  return { firsts, seconds, weights0, weights1 };
}

/** Write a picture as BGR numbers on a ground of one grey and another size; what does not fit on it is left out.
 * @param {Picture} picture @param {number} width @param {number} height @param {number} grey
 * @param {Numbers} numbers of `height` rows of `width` pixels */
export function padded(picture, width, height, grey, numbers) {
  const { data } = picture;
  const columns = Math.min(picture.width, width), rows = Math.min(picture.height, height);
  if (width !== columns || height !== rows) numbers.fill(grey);
  for (let y = 0; y < rows; y++) {
    let from = 4 * y * picture.width, to = 3 * y * width;
    for (const end = from + 4 * columns; from < end; from += 4, to += 3) {
      numbers[to] = data[from + 2];
      numbers[to + 1] = data[from + 1];
      numbers[to + 2] = data[from];
    }
  }
  return numbers;
}

/** Write a whole picture as three planes, blue, green, red, on a black ground of another size.
 * @param {Picture} picture @param {number} width @param {number} height @param {Float32Array} numbers of three planes */
export function planes(picture, width, height, numbers) {
  const { data } = picture, size = width * height;
  if (width !== picture.width || height !== picture.height) numbers.fill(0);
  for (let y = 0, from = 0; y < picture.height; y++) {
    for (let to = y * width, end = to + picture.width; to < end; to++, from += 4) {
      numbers[to] = data[from + 2];
      numbers[to + size] = data[from + 1];
      numbers[to + 2 * size] = data[from];
    }
  }
  return numbers;
}

/** A picture as it is seen when it is turned clockwise by 0, 90, 180 or 270 degrees: its pixels stay where they are, for `shrunk` and
 * `averaged`. @param {Picture} picture as it is @param {number} clockwise @returns {Picture} */
export function seenTurned({ width, height, data }, clockwise) {
  return clockwise % 180 ? { width: height, height: width, data, clockwise } : { width, height, data, clockwise };
}

/** Where the pixels of a picture lie, counted in pixels: the first, and how far the next are to the right and below.
 * @param {Picture} picture */
function places({ width, height, clockwise = 0 }) {
  if (clockwise === 90) return { first: (width - 1) * height, right: -height, below: 1 };
  if (clockwise === 180) return { first: width * height - 1, right: -1, below: -width };
  if (clockwise === 270) return { first: height - 1, right: height, below: -1 };
  return { first: 0, right: 1, below: width };
}

/** A copy of a picture turned clockwise by 0, 90, 180 or 270 degrees. @param {Picture} picture as it is @param {number} clockwise @returns {Picture} */
export function turned(picture, clockwise) {
  if (clockwise === 0) return picture;
  const seen = seenTurned(picture, clockwise), { width, height, data } = seen, { first, right, below } = places(seen);
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height), to = new Uint32Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0, place = first + below * y; x < width; x++, i++, place += right) to[i] = from[place];
  }
  return { width, height, data: new Uint8ClampedArray(to.buffer) };
}

/** Turn a square crop of BGR numbers in its place by any angle; beyond its edges it is mirrored.
 * @param {Float32Array} numbers @param {number} offset @param {number} size @param {number} clockwise in degrees */
export function leanCrop(numbers, offset, size, clockwise) {
  const before = numbers.slice(offset, offset + size * size * 3), middle = (size - 1) / 2;
  const [cosine, sine] = waves(clockwise);
  const matrix = [cosine, sine, middle * (1 - cosine - sine), -sine, cosine, middle * (1 + sine - cosine)];
  warped({ width: size, height: size, at: (pixel, channel) => before[3 * pixel + channel] }, matrix, size, numbers, offset);
}

/** Cut a face, as THE crop of the network, from the picture as it is when turned about the middle of the face's box; beyond its
 * edges it is mirrored. As fsanet.image.face_crop.crop_turned.
 * @param {Picture} picture @param {number[]} box in pixels of the picture as it is @param {number} clockwise in degrees
 * @param {number} margin @param {number} size @param {Float32Array} numbers @param {number} offset of the crop's */
export function cropTurned({ width, height, data }, [x1, y1, x2, y2], clockwise, margin, size, numbers, offset) {
  const [cosine, sine] = waves(clockwise), across = cosine ** 2 * (x2 - x1) + sine ** 2 * (y2 - y1);
  const down = sine ** 2 * (x2 - x1) + cosine ** 2 * (y2 - y1), [wide, high] = [across, down].map((side) => ((1 + 2 * margin) * side) / size);
  const middle = (size - 1) / 2, [right, below, back, under] = [cosine * wide, sine * high, -sine * wide, cosine * high];
  const matrix = [right, below, (x1 + x2 - 1) / 2 - middle * (right + below), back, under, (y1 + y2 - 1) / 2 - middle * (back + under)];
  const whole = { width, height, at: (/** @type {number} */ pixel, /** @type {number} */ channel) => data[4 * pixel + 2 - channel] };
  warped(whole, matrix, size, numbers, offset, Math.round);
}

/** @param {number} degrees @returns {number[]} cosine and sine */
function waves(degrees) {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}

/** Write a square of BGR numbers that is taken from elsewhere, bilinearly, to a 32nd of a pixel as OpenCV's warpAffine; beyond its
 * edges what is there is mirrored.
 * @param {{width: number, height: number, at: (pixel: number, channel: number) => number}} there
 * @param {number[]} matrix from x, y of the square to x (the first three numbers) and y there @param {number} size of the square
 * @param {Float32Array} numbers @param {number} offset of the square's @param {(number: number) => number} [kept] what is kept of each */
function warped({ width, height, at }, [a, b, c, d, e, f], size, numbers, offset, kept = (number) => number) {
  const parts = (/** @type {number} */ pixels) => toEven(1024 * pixels);
  for (let y = 0, place = offset; y < size; y++) {
    const left0 = parts(b * y + c) + 16, top0 = parts(e * y + f) + 16;
    for (let x = 0; x < size; x++) {
      const across = (left0 + parts(a * x)) >> 5, down = (top0 + parts(d * x)) >> 5;
      const [column, row] = [across >> 5, down >> 5], [u, v] = [(across & 31) / 32, (down & 31) / 32];
      const [left, right] = [mirrored(column, width), mirrored(column + 1, width)];
      const [above, below] = [width * mirrored(row, height), width * mirrored(row + 1, height)];
      for (let channel = 0; channel < 3; channel++) {
        const top = at(above + left, channel) * (1 - u) + at(above + right, channel) * u;
        const bottom = at(below + left, channel) * (1 - u) + at(below + right, channel) * u;
        numbers[place++] = kept(top * (1 - v) + bottom * v);
      }
    }
  }
}

/** A place within so many, mirrored at the first and the last of them as often as it takes. @param {number} place @param {number} count */
function mirrored(place, count) {
  const period = Math.max(1, 2 * (count - 1)), within = Math.abs(place) % period;
  return Math.min(within, period - within) % count;
}

/** A picture, or a part of it (maxima exclusive), shrunk by means of areas, by less than half bilinearly; it is halved first as
 * long as its sides are even and stay larger, as fsanet.detectors.working_image does it.
 * @param {Picture} picture @param {number} width @param {number} height @param {number[]} [pixels] x1, y1, x2, y2 @returns {Picture} */
export function shrunk(picture, width, height, pixels) {
  let [x1, y1, x2, y2] = pixels ?? [0, 0, picture.width, picture.height], part = picture;
  for (let [w, h] = [x2 - x1, y2 - y1]; !(w % 2 || h % 2) && w >= 2 * width && h >= 2 * height; [w, h] = [x2, y2]) {
    part = halved(part, [x1, y1, x2, y2]);
    [x1, y1, x2, y2] = [0, 0, part.width, part.height];
  }
  if (x2 - x1 === part.width && y2 - y1 === part.height && width === part.width && height === part.height) return upright(part);
  const byHalf = x2 - x1 >= 2 * width || y2 - y1 >= 2 * height;
  return (byHalf ? averaged : interpolated)(part, width, height, [x1, y1, x2, y2]);
}

/** A picture with its pixels where they are seen. @param {Picture} picture */
function upright({ width, height, data, clockwise = 0 }) {
  return turned(clockwise % 180 ? { width: height, height: width, data } : { width, height, data }, clockwise);
}

/** Shrinking by any factor at once, as OpenCV's INTER_AREA.
 * @param {Picture} picture @param {number} width @param {number} height @param {number[]} [pixels] x1, y1, x2, y2 @returns {Picture} */
export function averaged(picture, width, height, pixels) {
  const range = pixels ?? [0, 0, picture.width, picture.height];
  return down(across(picture, width, range), width, height, range[3] - range[1]);
}

/** A part of a picture, each four pixels of it as one. @param {Picture} picture @param {number[]} pixels x1, y1, x2, y2 @returns {Picture} */
function halved(picture, [x1, y1, x2, y2]) {
  const { data } = picture, { first, right, below } = places(picture), next = 4 * right, under = 4 * below;
  const width = (x2 - x1) / 2, height = (y2 - y1) / 2, small = new Uint8ClampedArray(4 * width * height);
  for (let y = 0, to = 0; y < height; y++) {
    let a = 4 * (first + (y1 + 2 * y) * below + x1 * right), b = a + under;
    for (let x = 0; x < width; x++, a += 2 * next, b += 2 * next, to += 4) {
      for (let i = 0; i < 4; i++) small[to + i] = (data[a + i] + data[a + next + i] + data[b + i] + data[b + next + i] + 2) >> 2;
    }
  }
  return { width, height, data: small };
}

/** A picture whose longer side has at most so many pixels. @param {Picture} picture @param {number} longSide @returns {Frame} */
export function fit(picture, longSide) {
  const shrink = Math.min(1, longSide / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, toEven(side * shrink)));
  return { picture: shrunk(picture, width, height), scale: [picture.width / width, picture.height / height] };
}

let narrowRows = new Float32Array(0); // used again by every call

/** Rows of a part of a picture, each averaged to a width: RGB. @param {Picture} picture @param {number} width @param {number[]} pixels */
function across(picture, width, [x1, y1, x2, y2]) {
  const { data } = picture, { first, right, below } = places(picture);
  const { firsts, ends, weights, most } = shares(x2 - x1, width);
  if (narrowRows.length < 3 * width * (y2 - y1)) narrowRows = new Float32Array(3 * width * (y2 - y1));
  for (let y = y1, to = 0; y < y2; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      let r = 0, g = 0, b = 0, from = 4 * (first + below * y + right * (x1 + firsts[x]));
      for (let i = x * most; i < ends[x]; i++, from += 4 * right) {
        r = round(r + round(weights[i] * data[from]));
        g = round(g + round(weights[i] * data[from + 1]));
        b = round(b + round(weights[i] * data[from + 2]));
      }
      narrowRows[to] = r;
      narrowRows[to + 1] = g;
      narrowRows[to + 2] = b;
    }
  }
  return narrowRows;
}

/** A picture from rows that are averaged to a height. @param {Float32Array} rows @param {number} width @param {number} height @param {number} count of the rows @returns {Picture} */
function down(rows, width, height, count) {
  const { firsts, ends, weights, most } = shares(count, height), data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 4) {
      let r = 0, g = 0, b = 0, from = 3 * (firsts[y] * width + x);
      for (let i = y * most; i < ends[y]; i++, from += 3 * width) {
        r = round(r + round(weights[i] * rows[from]));
        g = round(g + round(weights[i] * rows[from + 1]));
        b = round(b + round(weights[i] * rows[from + 2]));
      }
      data[to] = r; // halves to even numbers, as OpenCV rounds
      data[to + 1] = g;
      data[to + 2] = b;
      data[to + 3] = 255;
    }
  }
  return { width, height, data };
}

/** Which pixels make up each smaller one, and with what weights: those of number i lie from `most * i` to `ends[i]`.
 * @param {number} length @param {number} count */
function shares(length, count) {
  const size = length / count, most = Math.ceil(size) + 1;
  const firsts = new Int32Array(count), ends = new Int32Array(count), weights = new Float32Array(most * count);
  for (let i = 0; i < count; i++) {
    const from = i * size, to = Math.min((i + 1) * size, length);
    const first = (firsts[i] = Math.floor(from + 1e-9)), end = Math.ceil(to - 1e-9);
    ends[i] = most * i + end - first;
    for (let k = 0; k < end - first; k++) {
      weights[most * i + k] = (Math.min(first + k + 1, to) - Math.max(first + k, from)) / (to - from);
    }
  }
  return { firsts, ends, weights, most };
}
