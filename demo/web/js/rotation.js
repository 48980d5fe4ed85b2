// @ts-check
// Yaw, pitch and roll in degrees, and the rotation that they stand for: R = Rx(pitch) Ry(yaw) Rz(roll) in axes
// x right, y up, z towards the camera. The same formulas as fsanet.pose.angles; a matrix is nine numbers, row by row.

/** @typedef {number[]} Matrix nine numbers, row by row */
/** @typedef {{yaw: number, pitch: number, roll: number}} Pose degrees */

const DEGREE = Math.PI / 180;
const ANGLES = /** @type {const} */ (["yaw", "pitch", "roll"]);

/** @param {Pose} pose @returns {Matrix} */
export function rotationFromPose({ yaw, pitch, roll }) {
  const [cy, cp, cr] = [yaw, pitch, roll].map((angle) => Math.cos(angle * DEGREE));
  const [sy, sp, sr] = [yaw, pitch, roll].map((angle) => Math.sin(angle * DEGREE));
  return [
    cy * cr, cy * sr, -sy,
    sp * sy * cr - cp * sr, sp * sy * sr + cp * cr, sp * cy,
    cp * sy * cr + sp * sr, cp * sy * sr - sp * cr, cp * cy,
  ];
}

/** The inverse for |yaw| < 90; at +-90 the roll is reported as 0. @param {Matrix} r @returns {Pose} */
export function poseFromRotation(r) {
  const yaw = Math.asin(Math.min(1, Math.max(-1, -r[2])));
  const locked = Math.hypot(r[0], r[1]) < 1e-8;
  const pitch = locked ? Math.atan2(-r[7], r[4]) : Math.atan2(r[5], r[8]);
  const roll = locked ? 0 : Math.atan2(r[1], r[0]);
  return { yaw: yaw / DEGREE, pitch: pitch / DEGREE, roll: roll / DEGREE };
}

/** Of both triples that say one rotation the nearer to a pose that is known: beyond profile pitch and roll do not jump.
 * Angles with a pitch within 90 degrees are never changed for others. @param {Matrix} r @param {Pose} known @returns {Pose} */
export function poseNear(r, known) {
  const pose = poseFromRotation(r);
  const other = { yaw: wrapped(180 - pose.yaw), pitch: wrapped(pose.pitch + 180), roll: wrapped(pose.roll + 180) };
  const apart = (/** @type {Pose} */ { yaw, pitch, roll }) =>
    wrapped(yaw - known.yaw) ** 2 + wrapped(pitch - known.pitch) ** 2 + wrapped(roll - known.roll) ** 2;
  return Math.abs(pose.pitch) > 90 && apart(other) < apart(pose) ? other : pose;
}

/** By whole turns brought to -180 to 180. @param {number} degrees */
function wrapped(degrees) {
  return degrees - 360 * Math.floor((degrees + 180) / 360);
}

/** @param {Matrix} a @param {Matrix} b @returns {Matrix} */
export function multiply(a, b) {
  return a.map((_, i) => {
    const row = 3 * Math.floor(i / 3), column = i % 3;
    return a[row] * b[column] + a[row + 1] * b[column + 3] + a[row + 2] * b[column + 6];
  });
}

/** @param {Matrix} r @returns {Matrix} */
export function transpose(r) {
  return [r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]];
}

/** Axis times angle in radians. @param {Matrix} r @returns {number[]} */
export function rotationVector(r) {
  const axis = [r[7] - r[5], r[2] - r[6], r[3] - r[1]].map((value) => value / 2);
  const sine = Math.hypot(...axis), cosine = (r[0] + r[4] + r[8] - 1) / 2;
  const angle = Math.atan2(sine, cosine);
  if (sine > 1e-9) return axis.map((value) => (value * angle) / sine);
  if (cosine > 0) return [0, 0, 0];
  // Half a turn: the axis is read off the diagonal, its signs off the largest entry's row.
  const along = [r[0], r[4], r[8]].map((value) => Math.sqrt(Math.max(0, (value + 1) / 2)));
  const largest = along.indexOf(Math.max(...along));
  return along.map((value, i) => Math.PI * (i === largest || r[3 * largest + i] >= 0 ? value : -value));
}

/** Rodrigues' formula. @param {number[]} vector @returns {Matrix} */
export function rotationFromVector(vector) {
  const angle = Math.hypot(...vector);
  if (angle < 1e-12) return [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const [x, y, z] = vector.map((value) => value / angle);
  const c = Math.cos(angle), s = Math.sin(angle), d = 1 - c;
  return [
    c + x * x * d, x * y * d - z * s, x * z * d + y * s,
    y * x * d + z * s, c + y * y * d, y * z * d - x * s,
    z * x * d - y * s, z * y * d + x * s, c + z * z * d,
  ];
}

/** A pose with another one taken as zero: R0^T R, near the differences of the angles.
 * @param {Pose} pose @param {Pose} neutral @returns {Pose} */
export function relativeTo(pose, neutral) {
  const differences = { yaw: pose.yaw - neutral.yaw, pitch: pose.pitch - neutral.pitch, roll: pose.roll - neutral.roll };
  return poseNear(multiply(transpose(rotationFromPose(neutral)), rotationFromPose(pose)), differences);
}

/** Where a face looks, in degrees, whatever its roll. @param {Pose} pose */
export function facing(pose) {
  const r = rotationFromPose(pose);
  return { azimuth: Math.atan2(-r[2], r[8]) / DEGREE, elevation: Math.asin(Math.min(1, Math.max(-1, r[5]))) / DEGREE };
}

/** The rotation as a unit quaternion, w >= 0 (Shepperd 1978: nothing is divided by little). @param {Pose} pose */
export function quaternion(pose) {
  const r = rotationFromPose(pose);
  const squares = [1 + r[0] + r[4] + r[8], 1 + r[0] - r[4] - r[8], 1 - r[0] + r[4] - r[8], 1 - r[0] - r[4] + r[8]];
  const [a, b, c] = [r[7] - r[5], r[2] - r[6], r[3] - r[1]], [d, e, f] = [r[1] + r[3], r[2] + r[6], r[5] + r[7]];
  const rows = [[squares[0], a, b, c], [a, squares[1], d, e], [b, d, squares[2], f], [c, e, f, squares[3]]];
  const row = rows[squares.indexOf(Math.max(...squares))];
  const norm = Math.hypot(...row) * (row[0] >= 0 ? 1 : -1);
  const [qw, qx, qy, qz] = row.map((value) => value / norm);
  return { qw, qx, qy, qz };
}

/** The pose of a picture turned clockwise by some degrees: Rz(a) R. @param {Pose} pose @param {number} clockwise */
export function turnInPlane(pose, clockwise) {
  const rotation = multiply(rotationFromPose({ yaw: 0, pitch: 0, roll: clockwise }), rotationFromPose(pose));
  return poseNear(rotation, { ...pose, roll: pose.roll + clockwise });
}

/** Errors to be expected of the angles after the picture is turned, as fsanet.pose.turned_errors has them: to first order, taken
 * for independent, and none more than all before together. @param {Pose} pose before the turn @param {Pose} error
 * @param {number} clockwise @returns {Pose} */
export function errorTurned(pose, error, clockwise) {
  const step = 0.01, turn = rotationFromPose({ yaw: 0, pitch: 0, roll: clockwise });
  const moved = (/** @type {"yaw" | "pitch" | "roll"} */ name, /** @type {number} */ by) =>
    poseFromRotation(multiply(turn, rotationFromPose({ ...pose, [name]: pose[name] + by })));
  const turned = moved("yaw", 0);
  const ways = ANGLES.map((name) => ({ ends: [moved(name, step), moved(name, -step)], error: error[name] }));
  const together = Math.hypot(error.yaw, error.pitch, error.roll);
  const [yaw, pitch, roll] = ANGLES.map((name) => {
    // the larger way of both counts, for across a yaw of 90 degrees yaw comes back
    const most = (/** @type {Pose[]} */ ends) => Math.max(...ends.map((end) => Math.abs(wrapped(end[name] - turned[name]))));
    const changes = ways.map(({ ends, error }) => (most(ends) / step) * error);
    return Math.min(Math.hypot(...changes), together);
  });
  return { yaw, pitch, roll };
}

/** How far the crown of a head leans clockwise on the screen, in degrees. @param {Pose} pose */
export function lean(pose) {
  const r = rotationFromPose(pose);
  return Math.atan2(r[1], r[4]) / DEGREE;
}

/** A rotation on the way from one to another: the chordal mean with weights, which turns about the same axis as the whole way.
 * @param {Matrix} first @param {Matrix} second @param {number} share of the way @returns {Matrix} */
export function rotationBetween(first, second, share) {
  const way = rotationVector(multiply(second, transpose(first)));
  const whole = Math.hypot(...way), part = Math.atan2(share * Math.sin(whole), 1 - share + share * Math.cos(whole));
  return whole ? multiply(rotationFromVector(way.map((value) => (part / whole) * value)), first) : first;
}

/** A pose on the way from one to another, beyond profile with angles like the first one's.
 * @param {Pose} first @param {Pose} second @param {number} share of the way */
export function poseBetween(first, second, share) {
  return poseNear(rotationBetween(rotationFromPose(first), rotationFromPose(second), share), first);
}

/** The angle, in degrees, of the rotation that leads from one pose to another. @param {Pose} one @param {Pose} other */
export function degreesApart(one, other) {
  const second = rotationFromPose(other), trace = rotationFromPose(one).reduce((sum, value, i) => sum + value * second[i], 0);
  return Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2))) / DEGREE;
}

/** A pose on the way from what the crop says to what the finder does, less far where they are far apart.
 * @param {Pose} ofCrop @param {Pose} ofFinder @param {number} share of the way @param {number[]} apart degrees: from the
 * first on the finder counts less, from the other on not at all */
export function poseMixed(ofCrop, ofFinder, share, [start, end]) {
  const counted = Math.min(1, Math.max(0, (end - degreesApart(ofCrop, ofFinder)) / (end - start)));
  return poseBetween(ofCrop, ofFinder, share * counted);
}
