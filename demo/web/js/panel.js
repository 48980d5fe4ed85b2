// @ts-check
// What stands beside the picture: sentences, the table of faces, traces, settings, rows to download.

import { facing, quaternion } from "./rotation.js";
import { asCsv, asJsonLines, makeRow } from "./rows.js";
import { Traces } from "./traces.js";
import { texts } from "./texts.js";

/** @typedef {import("./estimator.js").Face} Face */

const MOST_ROWS = 100000;
const WRITTEN_EVERY = 0.1; // seconds: numbers that change faster cannot be read
const SPOKEN_EVERY = 2; // seconds between two descriptions for who cannot see the picture
const ANGLES = /** @type {const} */ (["yaw", "pitch", "roll"]);

/** @param {string} id */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
function field(id) {
  return /** @type {HTMLInputElement & HTMLSelectElement} */ (byId(id));
}

export class Panel {
  constructor() {
    this.traces = new Traces(/** @type {HTMLCanvasElement} */ (byId("traces")));
    /** @type {import("./rows.js").Row[]} */
    this.kept = [];
    this.written = this.spoken = -Infinity;
    this.count = -1; // faces that the status has named
    /** @type {number[]} */
    this.times = [];
    byId("csv").addEventListener("click", () => this.download("csv"));
    byId("jsonl").addEventListener("click", () => this.download("jsonl"));
    byId("forget").addEventListener("click", () => this.forget());
  }

  /** @param {any} contract @param {number} threads of each network */
  use(contract, threads) {
    this.format = contract.rows;
    byId("card-choice").hidden = !contract.runtime.webgpu;
    byId("about").textContent = `${contract.about} ${texts.threads(threads)}`;
  }

  /** @param {boolean} ready to be asked for something */
  ready(ready) {
    for (const id of ["camera", "open", "sample", "yunet", "card"]) field(id).disabled = !ready;
  }

  /** @param {string} name of what finds the faces */
  finder(name) {
    byId("finder").textContent = name;
  }

  /** @param {string} text */
  status(text) {
    byId("status").textContent = text;
  }

  /** @param {string} text empty for none */
  problem(text) {
    byId("problem").hidden = !text;
    byId("problem").textContent = text;
  }

  /** @param {boolean} playing */
  playing(playing) {
    if (!playing && document.activeElement === byId("stop")) byId("camera").focus(); // what is hidden loses it
    byId("stop").hidden = !playing;
    byId("traces-figure").hidden = !playing;
    field("neutral").disabled = !playing;
    byId("rate").textContent = "";
    this.showRows();
    this.traces.clear();
    this.times = [];
    this.written = this.spoken = -Infinity;
    this.count = -1;
  }

  /** The page is out of sight, or in sight again while something plays. @param {boolean} hidden */
  hidden(hidden) {
    if (hidden) this.status(texts.resting);
    else this.count = -1; // the next frame names the faces again
  }

  liveOptions() {
    return { detectEvery: Number(field("every").value), smooth: field("smooth").checked, anyAngle: field("any-angle").checked };
  }

  mirrored() {
    return field("mirrored").checked;
  }

  onCard() {
    return field("card").checked;
  }

  /** The processor computes. @param {string} why */
  noCard(why) {
    field("card").checked = false;
    this.problem(why);
  }

  style() {
    return /** @type {import("./drawing.js").Style} */ (field("style").value);
  }

  nextStyle() {
    field("style").selectedIndex = (field("style").selectedIndex + 1) % field("style").options.length;
  }

  cameraId() {
    return field("cameras").value;
  }

  /** @param {MediaDeviceInfo[]} devices @param {string} chosen */
  cameras(devices, chosen) {
    const options = devices.map((device, i) => new Option(device.label || texts.camera(i + 1), device.deviceId));
    field("cameras").replaceChildren(...options);
    field("cameras").value = chosen;
  }

  /** The faces of a frame that was shown. @param {Face[]} faces @param {number} time seconds */
  frame(faces, time) {
    const now = performance.now() / 1000, news = faces.length !== this.count; // a file may play slower than its times say
    this.times = [...this.times.filter((earlier) => earlier > now - 2), now];
    const span = now - this.times[0];
    this.traces.add(time, faces[0]?.pose ?? null);
    if (news) this.status(texts.faces(faces.length)); // read out, so only then
    this.count = faces.length;
    if (!news && now - this.written < WRITTEN_EVERY) return;
    this.written = now;
    this.traces.draw();
    this.faces(faces, now);
    if (span > 0.5) byId("rate").textContent = texts.rate((this.times.length - 1) / span);
  }

  /** The table, how many rows are kept, and the picture in words. @param {Face[]} faces
   * @param {number} [now] seconds on the clock, for a frame of many */
  faces(faces, now) {
    const lines = faces.map(({ id, pose, mask }) => {
      const line = document.createElement("tr");
      const cells = [texts.faceName(id), ...ANGLES.map((name) => `${pose[name] >= 0 ? "+" : "−"}${Math.abs(pose[name]).toFixed(1)}°`), texts.looks(pose, mask)];
      line.append(...cells.map((text) => Object.assign(document.createElement("td"), { textContent: text })));
      return line;
    });
    byId("faces").replaceChildren(...(lines.length ? lines : [emptyLine(texts.noFaces)]));
    this.showRows();
    if (now !== undefined && now - this.spoken < SPOKEN_EVERY) return;
    this.spoken = now ?? -Infinity;
    const words = faces.map(({ id, pose, mask }) => texts.summary(texts.faceName(id), pose, mask));
    byId("canvas").setAttribute("aria-label", words.join(" ") || texts.faces(0));
  }

  /** Another picture is shown, of whose faces nothing is known yet. */
  unsearched() {
    byId("faces").replaceChildren(emptyLine(texts.noneYet));
    byId("canvas").setAttribute("aria-label", texts.unsearched);
  }

  /** Keep the rows of a picture or frame. `scale` leads from the pixels that were searched to those of the source.
   * @param {Face[]} faces @param {string} file @param {number | null} frame @param {number | null} time @param {number} scale */
  rows(faces, file, frame, time, scale) {
    for (const { id, box, score, turn, origin, flags, pose, error, mask = null } of faces) {
      const [x1, y1, x2, y2] = box.map((value) => value * scale);
      const errors = error && { yaw_error: error.yaw, pitch_error: error.pitch, roll_error: error.roll };
      const derived = { ...facing(pose), ...quaternion(pose), turn, flags: flags.join(" "), ...errors, mask };
      this.kept.push(makeRow({ file, frame, time, face: id, x1, y1, x2, y2, score, ...pose, box: origin, ...derived }, this.format));
    }
    if (this.kept.length > MOST_ROWS) this.kept.splice(0, this.kept.length - MOST_ROWS);
  }

  forget() {
    this.kept = [];
    this.showRows();
  }

  showRows() {
    for (const id of ["csv", "jsonl", "forget"]) field(id).disabled = this.kept.length === 0;
    byId("rows").textContent = this.kept.length >= MOST_ROWS ? texts.rowsFull(MOST_ROWS) : texts.rows(this.kept.length);
  }

  /** @param {"csv" | "jsonl"} kind */
  download(kind) {
    const text = kind === "csv" ? asCsv(this.kept, this.format) : asJsonLines(this.kept);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: kind === "csv" ? "text/csv" : "application/x-ndjson" }));
    link.download = `poses.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
}

/** @param {string} text */
function emptyLine(text) {
  const line = document.createElement("tr");
  const cell = Object.assign(document.createElement("td"), { textContent: text, colSpan: 5, className: "none" });
  line.append(cell);
  return line;
}
