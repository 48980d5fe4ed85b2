// @ts-check
// From pictures to the numbers that a network reads: BGR, 0..255.

/** @typedef {{width: number, height: number, data: Uint8ClampedArray}} Picture RGBA, row by row */

const ONE = 2048; // weights are whole numbers of eleven bits, as in OpenCV's resize: the last bit of a crop counts

/** Two source columns (or rows) and their weights for each of `count` pixels: bilinear, pixel centres aligned.
 * @param {number} start @param {number} length @param {number} count */
function taps(start, length, count) {
  return Array.from({ length: count }, (_, i) => {
    const place = Math.min(Math.max(((i + 0.5) * length) / count - 0.5, 0), length - 1);
    const first = Math.floor(place), share = Math.fround(place - first);
    const weights = [Math.round((1 - share) * ONE), Math.round(share * ONE)];
    return { first: start + first, second: start + Math.min(first + 1, length - 1), weights };
  });
}

/** Cut a range of pixels (maxima exclusive), resize it bilinearly and write it as BGR numbers.
 * @param {Picture} picture @param {number[]} pixels x1, y1, x2, y2 @param {number} size side of the crop
 * @param {Float32Array} into @param {number} offset where in `into` */
export function cropTo(picture, [x1, y1, x2, y2], size, into, offset) {
  const columns = taps(x1, x2 - x1, size), rows = taps(y1, y2 - y1, size);
  const { data, width } = picture;
  let place = offset;
  for (const row of rows) {
    const above = row.first * width, below = row.second * width, [down0, down1] = row.weights;
    for (const column of columns) {
      const a = 4 * (above + column.first), b = 4 * (above + column.second);
      const c = 4 * (below + column.first), d = 4 * (below + column.second), [across0, across1] = column.weights;
      for (let channel = 2; channel >= 0; channel--) {
        const top = data[a + channel] * across0 + data[b + channel] * across1;
        const bottom = data[c + channel] * across0 + data[d + channel] * across1;
        into[place++] = (((down0 * (top >> 4)) >> 16) + ((down1 * (bottom >> 4)) >> 16) + 2) >> 2;
      }
    }
  }
}

/** A whole picture as BGR numbers on a ground of one grey and another size.
 * @param {Picture} picture @param {number} width @param {number} height @param {number} grey */
export function padded(picture, width, height, grey) {
  const numbers = new Float32Array(width * height * 3).fill(grey), { data } = picture;
  for (let y = 0; y < picture.height; y++) {
    let from = 4 * y * picture.width, to = 3 * y * width;
    for (let x = 0; x < picture.width; x++, from += 4, to += 3) {
      numbers[to] = data[from + 2];
      numbers[to + 1] = data[from + 1];
      numbers[to + 2] = data[from];
    }
  }
  return numbers;
}

/** A part of a picture, maxima exclusive. @param {Picture} picture @param {number[]} pixels @returns {Picture} */
export function part(picture, [x1, y1, x2, y2]) {
  const width = x2 - x1, height = y2 - y1, data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 4 * ((y1 + y) * picture.width + x1);
    data.set(picture.data.subarray(from, from + 4 * width), 4 * y * width);
  }
  return { width, height, data };
}

/** A picture turned clockwise by 0, 90, 180 or 270 degrees. @param {Picture} picture @param {number} clockwise @returns {Picture} */
export function turned(picture, clockwise) {
  const { width: w, height: h, data } = picture;
  if (clockwise === 0) return picture;
  const [width, height] = clockwise === 180 ? [w, h] : [h, w];
  const from = new Uint32Array(data.buffer, data.byteOffset, w * h), to = new Uint32Array(w * h);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (clockwise === 90) to[i] = from[(h - 1 - x) * w + y];
      else if (clockwise === 180) to[i] = from[(h - 1 - y) * w + (w - 1 - x)];
      else to[i] = from[x * w + (w - 1 - y)];
    }
  }
  return { width, height, data: new Uint8ClampedArray(to.buffer) };
}

/** Turn a square crop of BGR numbers in its place. @param {Float32Array} numbers @param {number} offset @param {number} size @param {number} clockwise */
export function turnCrop(numbers, offset, size, clockwise) {
  const before = numbers.slice(offset, offset + size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [row, column] = clockwise === 90 ? [size - 1 - x, y] : clockwise === 180 ? [size - 1 - y, size - 1 - x] : [x, size - 1 - y];
      for (let channel = 0; channel < 3; channel++) {
        numbers[offset + 3 * (y * size + x) + channel] = before[3 * (row * size + column) + channel];
      }
    }
  }
}

/** Area-averaged shrinking by any factor, as OpenCV's INTER_AREA. @param {Picture} picture @param {number} width @param {number} height @returns {Picture} */
export function shrunk(picture, width, height) {
  if (width === picture.width && height === picture.height) return picture;
  const across = shares(picture.width, width), down = shares(picture.height, height);
  const between = new Float32Array(picture.height * width * 3);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = across[x];
      let r = 0, g = 0, b = 0, from = 4 * (y * picture.width + first);
      for (const weight of weights) {
        r += weight * picture.data[from];
        g += weight * picture.data[from + 1];
        b += weight * picture.data[from + 2];
        from += 4;
      }
      const to = 3 * (y * width + x);
      between[to] = r;
      between[to + 1] = g;
      between[to + 2] = b;
    }
  }
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    const { first, weights } = down[y];
    for (let x = 0; x < width; x++) {
      let r = 0, g = 0, b = 0, from = 3 * (first * width + x);
      for (const weight of weights) {
        r += weight * between[from];
        g += weight * between[from + 1];
        b += weight * between[from + 2];
        from += 3 * width;
      }
      const to = 4 * (y * width + x);
      data[to] = Math.round(r);
      data[to + 1] = Math.round(g);
      data[to + 2] = Math.round(b);
      data[to + 3] = 255;
    }
  }
  return { width, height, data };
}

/** Which pixels make up each smaller one, and with what weights. @param {number} length @param {number} count */
function shares(length, count) {
  const size = length / count;
  return Array.from({ length: count }, (_, i) => {
    const from = i * size, to = Math.min((i + 1) * size, length);
    const first = Math.floor(from + 1e-9), end = Math.ceil(to - 1e-9);
    const weights = Array.from({ length: end - first }, (_, k) => {
      return (Math.min(first + k + 1, to) - Math.max(first + k, from)) / (to - from);
    });
    return { first, weights };
  });
}
