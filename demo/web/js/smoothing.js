// @ts-check
// The One-Euro filter on rotations (Casiez, Roussel and Vogel, CHI 2012), as fsanet.inference.video.smoothing has it.

import { multiply, poseNear, rotationFromPose, rotationFromVector, rotationVector, transpose } from "./rotation.js";

/** @typedef {import("./rotation.js").Pose} Pose */
/** @typedef {{min_cutoff_hz: number, beta: number, speed_cutoff_hz: number}} SmoothingSettings */

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

export class OneEuroRotationFilter {
  /** @param {SmoothingSettings} settings */
  constructor(settings) {
    this.settings = settings;
    this.timeSeconds = NaN;
    this.measured = IDENTITY;
    this.rotation = IDENTITY;
    this.velocity = [0, 0, 0];
  }

  /** Smoothed pose; a time that does not lie after the last one starts anew. @param {Pose} pose @param {number} timeSeconds */
  smooth(pose, timeSeconds) {
    const measured = rotationFromPose(pose);
    if (timeSeconds > this.timeSeconds) this.advance(measured, timeSeconds - this.timeSeconds);
    else [this.rotation, this.velocity] = [measured, [0, 0, 0]];
    [this.timeSeconds, this.measured] = [timeSeconds, measured];
    return poseNear(this.rotation, pose);
  }

  /** @param {number[]} measured @param {number} seconds */
  advance(measured, seconds) {
    const { min_cutoff_hz, beta, speed_cutoff_hz } = this.settings;
    const velocity = rotationVector(multiply(measured, transpose(this.measured))).map((value) => value / seconds);
    const share = smoothingShare(speed_cutoff_hz, seconds);
    this.velocity = this.velocity.map((value, i) => value + share * (velocity[i] - value));
    const speedDegrees = (Math.hypot(...this.velocity) * 180) / Math.PI;
    const way = smoothingShare(min_cutoff_hz + beta * speedDegrees, seconds);
    const step = rotationVector(multiply(measured, transpose(this.rotation)));
    this.rotation = multiply(rotationFromVector(step.map((value) => way * value)), this.rotation);
  }
}

/** Share of the way that a first-order low-pass goes. @param {number} cutoffHz @param {number} seconds */
export function smoothingShare(cutoffHz, seconds) {
  return 1 / (1 + 1 / (2 * Math.PI * cutoffHz * seconds));
}
