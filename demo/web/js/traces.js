// @ts-check
// Yaw, pitch and roll of one face over the last seconds.

/** @typedef {import("./rotation.js").Pose} Pose */

const SECONDS = 10, LIMIT = 90;

export class Traces {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    /** @type {{time: number, pose: Pose | null}[]} */
    this.points = [];
  }

  clear() {
    this.points = [];
  }

  /** @param {number} time seconds @param {Pose | null} pose null for a gap */
  add(time, pose) {
    this.points.push({ time, pose });
    while (this.points.length && this.points[0].time < time - SECONDS) this.points.shift();
  }

  draw() {
    const { canvas, context } = this, ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio)) Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas), colour = (/** @type {string} */ name) => style.getPropertyValue(name);
    const y = (/** @type {number} */ angle) => height / 2 - (Math.max(-LIMIT, Math.min(LIMIT, angle)) / LIMIT) * (height / 2 - 8);
    context.font = "11px system-ui, sans-serif";
    for (const angle of [-60, -30, 0, 30, 60]) {
      context.strokeStyle = colour("--line");
      context.fillStyle = colour("--muted");
      context.lineWidth = angle === 0 ? 1.5 : 0.5;
      context.beginPath();
      context.moveTo(30, y(angle));
      context.lineTo(width, y(angle));
      context.stroke();
      context.fillText(`${angle}°`, 2, y(angle) + 4);
    }
    const last = this.points.at(-1)?.time ?? 0;
    const x = (/** @type {number} */ time) => width - ((last - time) / SECONDS) * (width - 32);
    for (const name of /** @type {const} */ (["yaw", "pitch", "roll"])) {
      context.strokeStyle = colour(`--${name}`);
      context.lineWidth = 2;
      context.beginPath();
      let down = false;
      for (const { time, pose } of this.points) {
        if (pose) context[down ? "lineTo" : "moveTo"](x(time), y(pose[name]));
        down = pose !== null;
      }
      context.stroke();
    }
  }
}
