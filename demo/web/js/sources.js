// @ts-check
// Where pictures come from: a camera, a file, the clipboard. Every refusal becomes a `SourceError` with a sentence.

import { shrunk } from "./pixels.js";
import { texts } from "./texts.js";

const MOST_PIXELS = 2 ** 26; // of a picture: they take 268 MB, about three times as much while they are read
const TILE_SIDE = 2048; // canvases of that size work in all browsers, on phones too
const VIEW_SIDE = 2560; // a screen shows no more of a picture
const FRAME_SIDE = 4096; // larger frames of a video are shrunk on the way in
const FIRST_FRAME_MS = 1000; // a browser that has not told by then that it shows a frame shows it all the same

export class SourceError extends Error {}

/** Open a camera. @param {string} deviceId empty for the usual one @returns {Promise<MediaStream>} */
export async function openCamera(deviceId) {
  if (!navigator.mediaDevices?.getUserMedia) throw new SourceError(texts.errors.cameraUnsupported);
  const wanted = { width: { ideal: 640 }, height: { ideal: 480 }, ...(deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "user" }) };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  } catch (error) {
    throw new SourceError(cameraError(/** @type {DOMException} */ (error).name));
  }
}

/** @param {string} name of the browser's exception */
function cameraError(name) {
  if (name === "NotAllowedError" || name === "SecurityError") return texts.errors.cameraRefused;
  if (name === "NotFoundError" || name === "OverconstrainedError") return texts.errors.cameraMissing;
  if (name === "NotReadableError" || name === "AbortError") return texts.errors.cameraBusy;
  return texts.errors.cameraOther(name);
}

/** Cameras by name; names are empty until one was allowed. */
export async function listCameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices.filter((device) => device.kind === "videoinput");
}

/** Switch a camera off. @param {MediaStream} stream */
export function closeStream(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

/** Stop whatever plays in the element. @param {HTMLVideoElement} video */
export function closeVideo(video) {
  if (video.srcObject) closeStream(/** @type {MediaStream} */ (video.srcObject));
  if (video.src.startsWith("blob:")) URL.revokeObjectURL(video.src);
  video.srcObject = null;
  video.removeAttribute("src");
  video.load();
}

/** What a file, or a part of it, holds. @param {File} file @param {Blob} [part] */
export async function readFile(file, part = file) {
  try {
    return new Uint8Array(await part.arrayBuffer());
  } catch {
    throw new SourceError(texts.errors.gone(file.name));
  }
}

/** Refuse a file that is gone: one that was deleted says that it is empty, and a folder passes for a file. @param {File} file */
export async function checkFile(file) {
  await readFile(file, file.size ? file.slice(0, 1) : file);
}

/** Whether a file says that it is a video. @param {File} file */
export function isVideo(file) {
  return file.type.startsWith("video/") || /\.(mp4|m4v|mov|webm|mkv|avi)$/i.test(file.name);
}

/** Open a video file in the element, which shows its first frame then. @param {HTMLVideoElement} video @param {File} file
 * @returns {Promise<number>} the time of that frame in seconds */
export async function openVideo(video, file) {
  const shown = new Promise((resolve) => video.requestVideoFrameCallback?.((_, { mediaTime }) => resolve(mediaTime)));
  await new Promise((resolve, reject) => {
    const failed = () => reject(new SourceError(texts.errors.video(file.name)));
    video.onerror = failed;
    video.onloadeddata = () => {
      video.onerror = video.onloadeddata = null;
      if (video.videoWidth) resolve(undefined);
      else failed();
    };
    video.src = URL.createObjectURL(file);
  });
  // That it is decoded does not mean that it can be read yet.
  return Promise.race([shown, new Promise((resolve) => setTimeout(() => resolve(video.currentTime), FIRST_FRAME_MS))]);
}

/** Wait for the next frame that the element shows. @param {HTMLVideoElement} element
 * @param {number} after in seconds: frames up to this time are passed over
 * @returns {Promise<number | null>} the frame's time in seconds; null where the element ends or is emptied instead */
export function nextFrame(element, after = -Infinity) {
  return new Promise((resolve) => {
    const listening = new AbortController(), { signal } = listening;
    const done = (/** @type {number | null} */ time) => (listening.abort(), resolve(time));
    const came = (/** @type {number} */ time) => (time > after ? done(time) : look());
    const now = () => (element.ended ? -Infinity : element.currentTime);
    const look = () => {
      if (signal.aborted) return;
      if ("requestVideoFrameCallback" in element) element.requestVideoFrameCallback((_, { mediaTime }) => came(mediaTime));
      else requestAnimationFrame(() => came(now()));
    };
    const ended = () => requestAnimationFrame(() => done(null)); // a last frame that is shown already is told before
    element.addEventListener("ended", ended, { signal });
    element.addEventListener("emptied", () => done(null), { signal });
    look();
    if (element.ended) ended();
  });
}

/** A picture file as a bitmap, upright. @param {Blob} file @param {string} name */
export async function openPicture(file, name) {
  if (file.size === 0) throw new SourceError(texts.errors.empty(name));
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new SourceError(texts.errors.picture(name));
  }
}

/** @typedef {{picture: ImageData, view: ImageData, shrink: number}} StillPicture to be searched and cut, and to be shown; `shrink`: how
 * many pixels of the file lie side by side in one of the picture */

/** The pixels of a bitmap, which is used up: all of them, or of very many each four as one, as often as it takes.
 * @param {CanvasRenderingContext2D} context of a canvas that may be overwritten @param {ImageBitmap} bitmap
 * @param {number} [most] pixels that are read @returns {StillPicture} */
export function readPicture(context, bitmap, most = MOST_PIXELS) {
  const { width, height } = bitmap;
  let shrink = 1;
  while (width * height > most * shrink ** 2) shrink *= 2;
  try {
    const picture = readTiles(context, bitmap, shrink);
    const isShown = Math.max(picture.width, picture.height) <= VIEW_SIDE;
    return { picture, view: isShown ? picture : readPixels(context, bitmap, width, height, VIEW_SIDE), shrink };
  } finally {
    bitmap.close();
  }
}

/** All pixels of a bitmap, or means of squares of them; what is left of a square at the right and below is left out.
 * @param {CanvasRenderingContext2D} context of a canvas that may be overwritten @param {ImageBitmap} bitmap
 * @param {number} shrink a power of two: the side of the squares */
function readTiles(context, bitmap, shrink) {
  const picture = new ImageData(Math.floor(bitmap.width / shrink), Math.floor(bitmap.height / shrink)), { width, height } = picture;
  const side = TILE_SIDE / shrink, pixels = new Uint32Array(picture.data.buffer);
  Object.assign(context.canvas, { width: shrink * Math.min(side, width), height: shrink * Math.min(side, height) });
  context.globalCompositeOperation = "copy"; // nothing of another tile shines through
  for (let y = 0; y < height; y += side) {
    for (let x = 0; x < width; x += side) {
      const w = Math.min(side, width - x), h = Math.min(side, height - y);
      context.drawImage(bitmap, -x * shrink, -y * shrink);
      const tile = new Uint32Array(shrunk(context.getImageData(0, 0, w * shrink, h * shrink), w, h).data.buffer);
      for (let row = 0; row < h; row++) pixels.set(tile.subarray(row * w, (row + 1) * w), (y + row) * width + x);
    }
  }
  return picture;
}

/** Pixels of what is shown, shrunk where it is very large.
 * @param {CanvasRenderingContext2D} context of a canvas that may be overwritten
 * @param {HTMLVideoElement | ImageBitmap} source @param {number} width @param {number} height @param {number} [longSide] at most */
export function readPixels(context, source, width, height, longSide = FRAME_SIDE) {
  const less = Math.min(1, longSide / Math.max(width, height));
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * less)));
  if (context.canvas.width !== w || context.canvas.height !== h) Object.assign(context.canvas, { width: w, height: h });
  Object.assign(context, { imageSmoothingQuality: "high", globalCompositeOperation: "copy" });
  context.drawImage(source, 0, 0, w, h);
  return context.getImageData(0, 0, w, h);
}

const FRAMES_KEPT = 3; // one is searched while the one before is read and drawn

/** Reads the frames of a video or a camera: from the decoder's memory where the browser gives them so, which costs
 * less, else by a canvas. A frame's pixels are overwritten by the third frame after it. */
export class FrameReader {
  /** @param {CanvasRenderingContext2D} context of a canvas that may be overwritten @param {HTMLVideoElement} video */
  constructor(context, video) {
    this.context = context;
    this.video = video;
    /** @type {ImageData[]} */
    this.kept = [];
    this.count = 0;
    this.direct = "VideoFrame" in globalThis;
  }

  /** The frame that is shown. @returns {Promise<ImageData>} */
  async read() {
    const { videoWidth: width, videoHeight: height } = this.video;
    return (this.direct && (await this.copied(width, height))) || readPixels(this.context, this.video, width, height);
  }

  /** The frame by a copy; null, and never again, where the browser cannot, or where a canvas would shrink or turn it.
   * @param {number} width @param {number} height */
  async copied(width, height) {
    try {
      const frame = new VideoFrame(this.video);
      try {
        const { displayWidth, displayHeight, visibleRect } = frame;
        const sizes = [displayWidth === width, displayHeight === height, visibleRect?.width === width, visibleRect?.height === height];
        const { rotation, flip } = /** @type {{rotation?: number, flip?: boolean}} */ (/** @type {unknown} */ (frame));
        if (rotation !== 0 || flip || !sizes.every(Boolean) || Math.max(width, height) > FRAME_SIDE) return this.never();
        const place = this.count++ % FRAMES_KEPT;
        if (this.kept[place]?.width !== width || this.kept[place]?.height !== height) this.kept[place] = new ImageData(width, height);
        await frame.copyTo(this.kept[place].data, /** @type {VideoFrameCopyToOptions} */ ({ format: "RGBA" }));
        return this.kept[place];
      } finally {
        frame.close();
      }
    } catch {
      return this.never();
    }
  }

  never() {
    this.direct = false;
    return null;
  }
}
