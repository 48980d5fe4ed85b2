// @ts-check
// The page: what its buttons do, and what it shows.

import { assetBytes, assetJson, assetUrl } from "./assets.js";
import { drawFaces } from "./drawing.js";
import { LiveEstimator, openEstimator } from "./estimator.js";
import { byId, Panel } from "./panel.js";
import { startRuntime, threads } from "./runtime.js";
import { closeVideo, isVideo, listCameras, openCamera, openPicture, openVideo, readPixels, SourceError } from "./sources.js";
import { texts } from "./texts.js";

/** @typedef {import("./estimator.js").Face} Face */
/** @typedef {import("./estimator.js").PictureEstimator} PictureEstimator */

const video = /** @type {HTMLVideoElement} */ (byId("video"));
const canvas = /** @type {HTMLCanvasElement} */ (byId("canvas"));
const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
const reading = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d", { willReadFrequently: true }));

class Page {
  /** @param {any} contract @param {PictureEstimator} estimator @param {Panel} panel @param {Uint8Array} sample */
  constructor(contract, estimator, panel, sample) {
    this.contract = contract;
    this.sampleFile = sample;
    this.estimator = estimator;
    this.panel = panel;
    /** @type {LiveEstimator | null} */
    this.live = null;
    this.turn = 0; // of the source that is shown: what an older one still brings is dropped
    /** @type {{source: ImageBitmap, faces: Face[]} | null} */
    this.still = null;
  }

  /** Do what a person asked for; a refusal becomes a sentence. @param {(turn: number) => Promise<void>} action */
  async begin(action) {
    const turn = ++this.turn;
    this.close();
    this.panel.problem("");
    try {
      await action(turn);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.stop();
      this.panel.problem(error.message);
    }
  }

  close() {
    closeVideo(video);
    this.live = null;
    this.still = null;
  }

  stop() {
    this.turn++;
    this.close();
    this.panel.playing(false);
    this.panel.status(texts.stopped);
  }

  camera() {
    return this.begin(async (turn) => {
      this.panel.status(texts.starting);
      const stream = await openCamera(video, this.panel.cameraId());
      if (turn !== this.turn) return stream.getTracks().forEach((track) => track.stop());
      stream.getVideoTracks()[0].addEventListener("ended", () => {
        if (turn !== this.turn) return;
        this.stop();
        this.panel.problem(texts.errors.cameraLost);
      });
      this.panel.cameras(await listCameras(), stream.getVideoTracks()[0].getSettings().deviceId ?? "");
      await this.play(turn, "camera", true);
    });
  }

  /** @param {File} file */
  file(file) {
    return this.begin(async (turn) => {
      if (!isVideo(file)) return this.picture(turn, await openPicture(file, file.name), file.name);
      await openVideo(video, file);
      await this.play(turn, file.name, false);
    });
  }

  sample() {
    return this.begin(async (turn) => {
      const { file } = this.contract.sample;
      const blob = new Blob([/** @type {BlobPart} */ (this.sampleFile)], { type: "image/jpeg" });
      await this.picture(turn, await openPicture(blob, file), file);
    });
  }

  /** @param {number} turn @param {ImageBitmap} bitmap @param {string} name */
  async picture(turn, bitmap, name) {
    this.panel.playing(false);
    this.panel.status(texts.looking);
    const picture = readPixels(reading, bitmap, bitmap.width, bitmap.height);
    this.draw(bitmap, picture, [], false);
    const faces = await this.estimator.estimate(picture, this.panel.liveOptions().anyAngle);
    if (turn !== this.turn) return;
    this.still = { source: bitmap, faces };
    this.draw(bitmap, picture, faces, false);
    this.panel.rows(faces, name, null, null, bitmap.width / picture.width);
    this.panel.faces(faces);
    this.panel.status(texts.faces(faces.length));
  }

  /** Go through the frames of the element until another source is chosen. @param {number} turn @param {string} name @param {boolean} camera */
  async play(turn, name, camera) {
    const live = (this.live = new LiveEstimator(this.estimator, this.contract));
    this.panel.playing(true);
    const started = performance.now();
    for (let frame = 0; turn === this.turn; frame++) {
      const next = nextFrame(video);
      if (!camera) video.play().catch(() => undefined); // refused where another source is chosen meanwhile
      const shown = await next;
      if (turn !== this.turn) return;
      if (video.ended) break;
      if (!camera) video.pause(); // a slow machine plays a file slowly, and reads all of it
      const time = camera ? (performance.now() - started) / 1000 : shown;
      const picture = readPixels(reading, video, video.videoWidth, video.videoHeight);
      const faces = await live.next(picture, time, this.panel.liveOptions());
      if (turn !== this.turn) return;
      this.draw(reading.canvas, picture, faces, camera && this.panel.mirrored());
      this.panel.rows(faces, name, frame, time, video.videoWidth / picture.width);
      this.panel.frame(faces, time);
    }
    this.panel.playing(false);
    this.panel.status(texts.ended);
  }

  /** @param {CanvasImageSource} source @param {{width: number, height: number}} picture @param {Face[]} faces @param {boolean} mirrored */
  draw(source, { width, height }, faces, mirrored) {
    byId("invitation").hidden = true;
    byId("stage").classList.toggle("mirrored", mirrored);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.drawImage(source, 0, 0, width, height);
    const named = faces.map((face) => ({ ...face, name: String(face.id + 1), sure: face.origin === "detected" }));
    drawFaces(context, named, this.panel.style(), this.contract.palette, mirrored);
  }

  redraw() {
    if (this.still) this.draw(this.still.source, canvas, this.still.faces, false);
  }

  neutral() {
    if (this.live) this.panel.status(texts.neutral[this.live.recentre()]);
  }
}

/** Wait for the next frame that the element shows, or for its end. @param {HTMLVideoElement} element
 * @returns {Promise<number>} the frame's time in seconds */
function nextFrame(element) {
  return new Promise((resolve) => {
    const done = (/** @type {number} */ time) => {
      element.removeEventListener("ended", over);
      element.removeEventListener("emptied", over);
      resolve(time);
    };
    const over = () => done(element.currentTime);
    element.addEventListener("ended", over);
    element.addEventListener("emptied", over);
    if ("requestVideoFrameCallback" in element) element.requestVideoFrameCallback((_, { mediaTime }) => done(mediaTime));
    else requestAnimationFrame(over);
    if (element.ended) over();
  });
}

/** @param {Page} page @param {Panel} panel */
function connect(page, panel) {
  const file = /** @type {HTMLInputElement} */ (byId("file"));
  const open = () => file.click();
  const stop = () => page.stop();
  /** @type {Record<string, () => void>} */
  const clicks = { camera: () => page.camera(), open, sample: () => page.sample(), stop, neutral: () => page.neutral() };
  for (const [id, action] of Object.entries(clicks)) byId(id).addEventListener("click", action);
  byId("style").addEventListener("change", () => page.redraw());
  byId("cameras").addEventListener("change", () => page.live && page.camera());
  file.addEventListener("change", () => {
    if (file.files?.length) page.file(file.files[0]);
    file.value = "";
  });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return;
    /** @type {Record<string, () => void>} */
    const keys = { c: clicks.camera, o: open, s: stop, n: clicks.neutral, d: () => (panel.nextStyle(), page.redraw()) };
    keys[event.key.toLowerCase()]?.();
  });
  const stage = byId("stage");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      stage.classList.toggle("over", kind === "dragover");
      const dropped = /** @type {DragEvent} */ (event).dataTransfer?.files;
      if (kind === "drop" && dropped?.length) page.file(dropped[0]);
    });
  }
  document.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length) page.file(pasted[0]);
    else panel.problem(texts.errors.nothingPasted);
  });
  document.addEventListener("visibilitychange", () => {
    if (page.live && document.hidden) panel.status(texts.resting);
  });
}

async function start() {
  const panel = new Panel();
  panel.status(texts.loading);
  if (typeof WebAssembly !== "object") return panel.problem(texts.errors.noWasm);
  try {
    const contract = await assetJson("contract.json");
    panel.use(contract);
    await startRuntime(contract.runtime);
    const sample = await assetBytes(contract.sample.file); // now, so that nothing is asked of a server later
    const page = new Page(contract, await openEstimator(contract), panel, sample);
    connect(page, panel);
    /** @type {HTMLImageElement} */ (byId("angles")).src = await assetUrl(contract.drawing, "image/jpeg");
  } catch (error) {
    panel.status("");
    return panel.problem(texts.errors.load(error instanceof Error ? error.message : String(error)));
  }
  panel.ready();
  panel.status(`${texts.ready} ${texts.threads(threads())}`);
  if ("serviceWorker" in navigator && location.protocol.startsWith("http") && document.querySelector("link[rel=manifest]")) {
    navigator.serviceWorker.register("sw.js").catch(() => undefined); // offline use is a gift, not a need
  }
}

start();
