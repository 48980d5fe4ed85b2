// @ts-check
// The page: what its buttons do, and what it shows.

import { assetBytes, assetJson, assetUrl } from "./assets.js";
import { drawFaces } from "./drawing.js";
import { computeOn, LiveEstimator, openEstimator, useYuNet } from "./estimator.js";
import { byId, Panel } from "./panel.js";
import { threads } from "./runtime.js";
import {
  checkFile, closeStream, closeVideo, FrameReader, isVideo, listCameras, nextFrame, openCamera, openPicture, openVideo, readFile, readPicture,
  SourceError,
} from "./sources.js";
import { texts } from "./texts.js";
import { Turn } from "./turn.js";

/** @typedef {import("./estimator.js").Face} Face */
/** @typedef {import("./estimator.js").PictureEstimator} PictureEstimator */
/** @typedef {{view: ImageData, scale: number, faces: Face[], mirrored: boolean}} Shown `scale`: from the pixels that were searched to those
 * of the view */

const video = /** @type {HTMLVideoElement} */ (byId("video"));
const canvas = /** @type {HTMLCanvasElement} */ (byId("canvas"));
const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
const reading = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d", { willReadFrequently: true }));

const KEEP_FILES_AFTER_MS = 3000;
/** @type {Record<string, string>} */
const KEYS = { c: "camera", o: "open", s: "stop", n: "neutral" }; // of buttons

class Page {
  /** @param {any} contract @param {Promise<PictureEstimator>} estimator @param {Panel} panel @param {Promise<Uint8Array>} sample */
  constructor(contract, estimator, panel, sample) {
    this.contract = contract;
    this.sampleFile = sample;
    this.estimator = estimator; // what is asked for meanwhile begins when it has loaded
    this.isLoading = true;
    estimator.then(() => (this.isLoading = false), () => undefined);
    this.panel = panel;
    /** @type {LiveEstimator | null} */
    this.live = null;
    /** @type {Turn | null} */
    this.turn = null; // of the source that is shown; null before the first
    /** @type {Shown | null} */
    this.shown = null;
  }

  /** Do what a person asked for; a refusal becomes a sentence. @param {(turn: Turn) => Promise<void>} action */
  async begin(action) {
    this.close();
    this.panel.problem("");
    this.panel.status(texts.reading); // what was said of the last source does not hold of this one
    try {
      await action((this.turn = new Turn()));
    } catch (error) {
      this.close();
      this.panel.status("");
      if (error instanceof SourceError) return this.panel.problem(error.message);
      this.panel.problem(texts.errors.unexpected(String(error)));
      throw error; // for the console
    }
  }

  close() {
    this.turn?.end();
    closeVideo(video);
    this.rest();
  }

  /** Nothing plays any longer. */
  rest() {
    this.live = null;
    this.panel.playing(false);
  }

  stop() {
    this.close();
    this.panel.status(texts.stopped);
  }

  /** What finds the faces and reads them. @param {Turn} turn */
  networks(turn) {
    if (this.isLoading) this.panel.status(texts.loading);
    return turn.wanted(this.estimator);
  }

  camera() {
    return this.begin(async (turn) => {
      const estimator = await this.networks(turn); // first: nobody is filmed while they load
      this.panel.status(texts.starting);
      const stream = await turn.wanted(openCamera(this.panel.cameraId()), closeStream), [track] = stream.getVideoTracks();
      const lost = () => (this.stop(), this.panel.problem(texts.errors.cameraLost));
      track.addEventListener("ended", () => turn.over || lost());
      video.srcObject = stream;
      this.panel.playing(true); // it can be stopped from here on
      this.panel.status(texts.looking);
      await turn.wanted(video.play());
      this.panel.cameras(await turn.wanted(listCameras()), track.getSettings().deviceId ?? "");
      await this.play(turn, estimator, "camera", null);
    });
  }

  /** @param {File} file */
  file(file) {
    return this.begin(async (turn) => {
      await turn.wanted(checkFile(file));
      if (/\.onnx$/i.test(file.name)) return this.finder(turn, file);
      if (!isVideo(file)) return this.picture(turn, file, file.name);
      await this.video(turn, file);
    });
  }

  /** @param {Turn} turn @param {File} file */
  async video(turn, file) {
    const first = await turn.wanted(openVideo(video, file)), estimator = await this.networks(turn);
    this.panel.playing(true);
    this.panel.status(texts.looking);
    await this.play(turn, estimator, file.name, first);
  }

  /** Faces are found with what the file holds from here on, also where another source is asked for meanwhile, which waits.
   * @param {Turn} turn @param {File} file */
  async finder(turn, file) {
    if (!globalThis.crypto?.subtle) throw new SourceError(texts.errors.insecure); // no digest is computed for a page that came openly
    const { yunet } = this.contract, content = await turn.wanted(readFile(file)), estimator = await this.networks(turn);
    const used = useYuNet(estimator, this.contract, content).then((used) => (used && this.panel.finder(yunet.name), used));
    this.estimator = used.then(() => estimator, () => estimator); // the network answers YuNet's questions before the finder asks them
    if (!(await turn.wanted(used))) throw new SourceError(texts.errors.finder(file.name, yunet.file));
    this.panel.status(texts.finderReady(yunet.name));
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
      const content = /** @type {BlobPart} */ (await turn.wanted(this.sampleFile));
      await this.picture(turn, new Blob([content], { type: "image/jpeg" }), this.contract.sample.file);
    });
  }

  /** @param {Turn} turn @param {Blob} file @param {string} name */
  async picture(turn, file, name) {
    const bitmap = await turn.wanted(openPicture(file, name), (late) => late.close());
    const { width, height } = bitmap;
    try {
      await this.still(turn, bitmap, name);
    } catch (error) {
      if (error instanceof RangeError) throw new SourceError(texts.errors.huge(name, width, height)); // no memory is given for it
      throw error;
    }
  }

  /** Show a bitmap, which is used up, and its faces. @param {Turn} turn @param {ImageBitmap} bitmap @param {string} name */
  async still(turn, bitmap, name) {
    const { picture, view, shrink } = readPicture(reading, bitmap);
    const show = (/** @type {Face[]} */ faces) => this.draw({ view, scale: view.width / picture.width, faces, mirrored: false });
    show([]);
    this.panel.unsearched();
    const estimator = await this.networks(turn), { anyAngle } = this.panel.liveOptions();
    this.panel.status(texts.looking);
    const early = (/** @type {Face[]} */ faces) => turn.over || (show(faces), this.panel.faces(faces));
    const faces = await turn.wanted(estimator.estimate(turn, picture, anyAngle, early));
    this.panel.rows(faces, name, null, null, shrink);
    this.panel.showRows();
    this.panel.status(texts.faces(faces.length));
  }

  /** Go through the frames of the element until another source is chosen. A frame is searched while the poses of the
   * one before are read and drawn. @param {Turn} turn @param {PictureEstimator} estimator @param {string} name
   * @param {number | null} first time of the frame that a file shows already; null for a camera */
  async play(turn, estimator, name, first) {
    const camera = first === null;
    const live = (this.live = new LiveEstimator(estimator, this.contract, camera));
    const mirrored = () => camera && this.panel.mirrored(), started = performance.now(), frames = new FrameReader(reading, video);
    let next = camera ? nextFrame(video) : Promise.resolve(first), shown = Promise.resolve();
    for (let count = 0; ; count++) {
      const mediaTime = await turn.wanted(next);
      if (mediaTime === null) break;
      // A slow machine plays a file slowly. A frame that comes before the file stands still is passed over, and nobody says how many do.
      if (!camera) video.pause();
      const time = camera ? (performance.now() - started) / 1000 : mediaTime, options = this.panel.liveOptions();
      const picture = await turn.wanted(frames.read());
      next = nextFrame(video, camera ? -Infinity : time); // one that comes while this one is searched is not waited for
      const followed = await turn.wanted(live.follow(picture, time, options));
      await turn.wanted(shown);
      const frame = camera ? count : null;
      shown = turn.wanted(live.read(picture, followed, time, options)).then((faces) => {
        this.draw({ view: picture, scale: 1, faces, mirrored: mirrored() });
        this.panel.rows(faces, name, frame, time, video.videoWidth / picture.width);
        this.panel.frame(faces, time);
      });
      // What has ended would begin again. It is refused where another source is chosen meanwhile.
      if (!camera && !video.ended) video.play().catch(() => undefined);
    }
    await turn.wanted(shown);
    this.rest();
    this.panel.status(texts.ended);
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { view, scale, faces, mirrored } = (this.shown = shown), { width, height } = view;
    byId("invitation").hidden = true;
    byId("stage").classList.toggle("mirrored", mirrored);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.putImageData(view, 0, 0);
    const named = faces.map(({ id, box, pose, origin }) => {
      return { box: box.map((value) => scale * value), pose, name: String(id + 1), sure: origin === "detected" };
    });
    drawFaces(context, named, this.panel.style(), this.contract.palette, mirrored);
  }

  redraw() {
    if (this.shown && !this.live) this.draw(this.shown); // what plays is drawn anew soon
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
    const key = event.key.toLowerCase();
    if (key in KEYS) byId(KEYS[key]).click(); // which does nothing while the button is disabled
    if (key === "d") (panel.nextStyle(), page.redraw());
  });
  const stage = byId("stage");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      stage.classList.toggle("over", kind === "dragover");
      const dropped = /** @type {DragEvent} */ (event).dataTransfer?.files;
      if (kind !== "drop") return;
      if (dropped?.length) page.file(dropped[0]);
      else panel.problem(texts.errors.nothingDropped);
    });
  }
  document.addEventListener("paste", (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length) page.file(pasted[0]);
    else panel.problem(texts.errors.nothingPasted);
  });
  document.addEventListener("visibilitychange", () => {
    if (page.live) panel.hidden(document.hidden);
  });
}

/** @param {unknown} error @returns {SourceError} */
function incomplete(error) {
  if (error instanceof SourceError) return error;
  return new SourceError(texts.errors.load(error instanceof Error ? error.message : String(error)));
}

/** What must have come before anything can be shown. @template T @param {Promise<T>} part */
function needed(part) {
  return part.catch((error) => Promise.reject(incomplete(error)));
}

async function start() {
  const panel = new Panel();
  panel.status(texts.loading);
  if (typeof WebAssembly !== "object") return panel.problem(texts.errors.noWasm);
  try {
    const contract = await assetJson("contract.json");
    panel.use(contract, threads());
    // All now, so that nothing is asked of a server later.
    const estimator = needed(openEstimator(contract)), sample = needed(assetBytes(contract.sample.file));
    const page = new Page(contract, estimator, panel, sample);
    connect(page, panel);
    panel.ready(true);
    await Promise.all([estimator, sample]);
    if (!page.turn) panel.status(texts.ready);
    /** @type {HTMLImageElement} */ (byId("angles")).src = await assetUrl(contract.drawing, "image/jpeg");
  } catch (error) {
    panel.ready(false);
    panel.status("");
    return panel.problem(incomplete(error).message);
  }
  if ("serviceWorker" in navigator && location.protocol.startsWith("http") && document.querySelector("link[rel=manifest]")) {
    // Offline use is a gift, not a need: it fetches all files once more, which the first picture does not wait for.
    setTimeout(() => navigator.serviceWorker.register("sw.js").catch(() => undefined), KEEP_FILES_AFTER_MS);
  }
}

start();
