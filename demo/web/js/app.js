// @ts-check
// The page: what its buttons do, and what it shows.

import { assetBytes, assetJson, assetUrl } from "./assets.js";
import { drawFaces } from "./drawing.js";
import { computeOn, LiveEstimator, openEstimator, useYuNet } from "./estimator.js";
import { byId, Panel } from "./panel.js";
import { threads } from "./runtime.js";
import { closeVideo, FrameReader, isVideo, listCameras, nextFrame, openCamera, openPicture, openVideo, readPixels, SourceError } from "./sources.js";
import { texts } from "./texts.js";

/** @typedef {import("./estimator.js").Face} Face */
/** @typedef {import("./estimator.js").PictureEstimator} PictureEstimator */
/** @typedef {{picture: ImageData, faces: Face[], mirrored: boolean}} Shown */

const video = /** @type {HTMLVideoElement} */ (byId("video"));
const canvas = /** @type {HTMLCanvasElement} */ (byId("canvas"));
const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
const reading = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d", { willReadFrequently: true }));

const KEEP_FILES_AFTER_MS = 3000;

class Page {
  /** @param {any} contract @param {Promise<PictureEstimator>} estimator @param {Panel} panel @param {Promise<Uint8Array>} sample */
  constructor(contract, estimator, panel, sample) {
    this.contract = contract;
    this.sampleFile = sample;
    this.estimator = estimator; // what is asked for meanwhile begins when it has loaded
    this.panel = panel;
    /** @type {LiveEstimator | null} */
    this.live = null;
    this.turn = 0; // of the source that is shown: what an older one still brings is dropped
    /** @type {Shown | null} */
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
      if (turn !== this.turn) return; // another source is shown meanwhile
      this.stop();
      if (error instanceof SourceError) return this.panel.problem(error.message);
      this.panel.problem(texts.errors.unexpected(String(error)));
      throw error; // for the console
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
      const stream = await openCamera(this.panel.cameraId());
      if (turn !== this.turn) return stream.getTracks().forEach((track) => track.stop());
      video.srcObject = stream;
      await video.play();
      stream.getVideoTracks()[0].addEventListener("ended", () => {
        if (turn !== this.turn) return;
        this.stop();
        this.panel.problem(texts.errors.cameraLost);
      });
      this.panel.cameras(await listCameras(), stream.getVideoTracks()[0].getSettings().deviceId ?? "");
      await this.play(turn, "camera", null);
    });
  }

  /** @param {File} file */
  file(file) {
    return this.begin(async (turn) => {
      if (/\.onnx$/i.test(file.name)) return this.finder(turn, file);
      if (!isVideo(file)) return this.picture(turn, await openPicture(file, file.name), file.name);
      await this.play(turn, file.name, await openVideo(video, file));
    });
  }

  /** Faces are found with what the file holds from here on. @param {number} turn @param {File} file */
  async finder(turn, file) {
    this.panel.playing(false);
    this.panel.status(texts.loadingFinder);
    const content = new Uint8Array(await file.arrayBuffer()), { yunet } = this.contract;
    if (!(await useYuNet(await this.estimator, this.contract, content))) throw new SourceError(texts.errors.finder(file.name, yunet.file));
    this.panel.finder(yunet.name);
    if (turn === this.turn) this.panel.status(texts.finderReady(yunet.name));
  }

  /** What computes, as the switch says. A camera goes on meanwhile. */
  async card() {
    this.panel.status(texts.moving);
    const card = this.panel.onCard(), lost = () => this.panel.noCard(texts.errors.cardLost);
    const done = await computeOn(await this.estimator, card, lost);
    if (!done) this.panel.noCard(texts.errors.noCard);
    this.panel.status(texts.computesOn(card && done));
  }

  sample() {
    return this.begin(async (turn) => {
      const { file } = this.contract.sample;
      const blob = new Blob([/** @type {BlobPart} */ (await this.sampleFile)], { type: "image/jpeg" });
      await this.picture(turn, await openPicture(blob, file), file);
    });
  }

  /** @param {number} turn @param {ImageBitmap} bitmap @param {string} name */
  async picture(turn, bitmap, name) {
    this.panel.playing(false);
    const picture = readPixels(reading, bitmap, bitmap.width, bitmap.height);
    this.draw({ picture, faces: [], mirrored: false });
    const estimator = await this.estimator, { anyAngle } = this.panel.liveOptions();
    if (turn !== this.turn) return;
    this.panel.status(texts.looking);
    const faces = await estimator.estimate(picture, anyAngle, (early) => turn === this.turn && this.showStill(picture, early));
    if (turn !== this.turn) return;
    this.panel.rows(faces, name, null, null, bitmap.width / picture.width);
    this.panel.showRows();
    this.panel.status(texts.faces(faces.length));
  }

  /** @param {ImageData} picture @param {Face[]} faces */
  showStill(picture, faces) {
    this.still = { picture, faces, mirrored: false };
    this.draw(this.still);
    this.panel.faces(faces);
  }

  /** Go through the frames of the element until another source is chosen. A frame is searched while the poses of the
   * one before are read and drawn. @param {number} turn @param {string} name
   * @param {number | null} first time of the frame that a file shows already; null for a camera */
  async play(turn, name, first) {
    const estimator = await this.estimator, camera = first === null;
    if (turn !== this.turn) return;
    const live = (this.live = new LiveEstimator(estimator, this.contract, camera));
    const mirrored = () => camera && this.panel.mirrored(), started = performance.now(), frames = new FrameReader(reading, video);
    this.panel.playing(true);
    let next = camera ? nextFrame(video) : Promise.resolve(first), shown = Promise.resolve();
    for (let frame = 0; ; frame++) {
      const mediaTime = await next;
      if (turn !== this.turn) return;
      if (mediaTime === null) break;
      if (!camera) video.pause(); // a slow machine plays a file slowly, and reads all of it
      const time = camera ? (performance.now() - started) / 1000 : mediaTime, options = this.panel.liveOptions();
      const picture = await frames.read();
      if (turn !== this.turn) return;
      next = nextFrame(video, camera ? -Infinity : time); // one that comes while this one is searched is not waited for
      const followed = await live.follow(picture, time, options);
      await shown;
      if (turn !== this.turn) return;
      shown = live.read(picture, followed, time, options).then((faces) => {
        if (turn === this.turn) this.show({ picture, faces, mirrored: mirrored() }, name, frame, time);
      });
      // What has ended would begin again. It is refused where another source is chosen meanwhile.
      if (!camera && !video.ended) video.play().catch(() => undefined);
    }
    await shown;
    if (turn !== this.turn) return;
    this.panel.playing(false);
    this.panel.status(texts.ended);
  }

  /** @param {Shown} shown @param {string} name @param {number} frame @param {number} time seconds */
  show(shown, name, frame, time) {
    this.draw(shown);
    this.panel.rows(shown.faces, name, frame, time, video.videoWidth / shown.picture.width);
    this.panel.frame(shown.faces, time);
  }

  /** @param {Shown} shown */
  draw({ picture, faces, mirrored }) {
    const { width, height } = picture;
    byId("invitation").hidden = true;
    byId("stage").classList.toggle("mirrored", mirrored);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.putImageData(picture, 0, 0);
    const named = faces.map((face) => ({ ...face, name: String(face.id + 1), sure: face.origin === "detected" }));
    drawFaces(context, named, this.panel.style(), this.contract.palette, mirrored);
  }

  redraw() {
    if (this.still) this.draw(this.still);
  }

  neutral() {
    if (this.live) this.panel.status(texts.neutral[this.live.recentre()]);
  }
}

/** @param {Page} page @param {Panel} panel */
function connect(page, panel) {
  const file = /** @type {HTMLInputElement} */ (byId("file"));
  const open = () => file.click();
  const stop = () => page.stop();
  /** @type {Record<string, () => void>} */
  const clicks = { camera: () => page.camera(), open, yunet: open, sample: () => page.sample(), stop, neutral: () => page.neutral() };
  for (const [id, action] of Object.entries(clicks)) byId(id).addEventListener("click", action);
  byId("style").addEventListener("change", () => page.redraw());
  byId("card").addEventListener("change", () => page.card());
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
    panel.use(contract, threads());
    // All now, so that nothing is asked of a server later.
    const estimator = openEstimator(contract), sample = assetBytes(contract.sample.file);
    const page = new Page(contract, estimator, panel, sample);
    connect(page, panel);
    panel.ready(true);
    await Promise.all([estimator, sample]);
    if (page.turn === 0) panel.status(texts.ready);
    /** @type {HTMLImageElement} */ (byId("angles")).src = await assetUrl(contract.drawing, "image/jpeg");
  } catch (error) {
    panel.ready(false);
    panel.status("");
    return panel.problem(texts.errors.load(error instanceof Error ? error.message : String(error)));
  }
  if ("serviceWorker" in navigator && location.protocol.startsWith("http") && document.querySelector("link[rel=manifest]")) {
    // Offline use is a gift, not a need: it fetches all files once more, which the first picture does not wait for.
    setTimeout(() => navigator.serviceWorker.register("sw.js").catch(() => undefined), KEEP_FILES_AFTER_MS);
  }
}

start();
