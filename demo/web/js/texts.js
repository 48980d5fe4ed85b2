// @ts-check
// Every sentence that the page says while it runs; what stands still is in index.html.

/** @typedef {import("./rotation.js").Pose} Pose */

/** @type {Record<string, string>} */
const MASK_WORDS = { worn: "mask", "below nose": "mask below the nose" }; // of what the finder calls them; else nothing is said
const COUNTS = new Intl.PluralRules("en");

/** @param {number} count @param {string} one @param {string} many */
function counted(count, one, many) {
  return `${count} ${COUNTS.select(count) === "one" ? one : many}`;
}

export const texts = {
  loading: "Loading the networks (about 4 MB, once) …",
  ready: "Ready. Nothing that you show leaves this device.",
  reading: "Reading the file …",
  finderReady: (/** @type {string} */ name) => `Faces are found by ${name} from now on.`,
  moving: "Preparing the networks …",
  computesOn: (/** @type {boolean} */ card) => `The networks compute on the ${card ? "graphics card" : "processor"} now.`,
  looking: "Looking for faces …",
  starting: "Starting the camera; your browser may ask for permission.",
  stopped: "Stopped.",
  ended: "The video has ended.",
  resting: "Paused while this tab is in the background.",
  neutral: {
    set: "The poses in view are zero now. Press N again to undo that.",
    cleared: "Angles are measured from the camera again.",
    noFace: "No face is in view whose pose could be zero.",
  },
  threads: (/** @type {number} */ count) => `Each network computes on ${counted(count, "thread", "threads")}.`,
  faces: (/** @type {number} */ count) => (count ? `${counted(count, "face", "faces")} found.` : "No face found: move closer, or more into the light."),
  rows: (/** @type {number} */ count) => (count ? `${counted(count, "row", "rows")} to save` : "No rows yet"),
  rowsFull: (/** @type {number} */ count) => `${count} rows are kept; older ones are dropped. Save them from time to time.`,
  rate: (/** @type {number} */ frames) => `${frames.toFixed(0)} frames/s`,
  camera: (/** @type {number} */ number) => `Camera ${number}`,
  noFaces: "None.",
  noneYet: "None yet.",
  unsearched: "A picture of whose faces nothing is known yet.",
  faceName: (/** @type {number} */ id) => String(id + 1),
  looks: (/** @type {Pose} */ pose, /** @type {string} */ mask = "none") => [facingWords(pose), MASK_WORDS[mask]].filter(Boolean).join(", "),
  summary: (/** @type {string} */ name, /** @type {Pose} */ pose, /** @type {string} */ mask = "none") =>
    `Face ${name} looks ${facingWords(pose)}${mask in MASK_WORDS ? ` and wears a ${MASK_WORDS[mask]}` : ""}.`,
  errors: {
    noWasm: "This browser has no WebAssembly, which the networks need. A current Firefox, Chrome, Edge or Safari has it.",
    load: (/** @type {string} */ reason) => `The page could not be loaded whole (${reason}). Check the connection and load it again.`,
    cameraUnsupported: "This browser gives no camera to this page: open it by https or from localhost, or choose a picture instead.",
    cameraRefused: "The camera was not allowed. Allow it at the address bar and try again, or choose a picture instead.",
    cameraMissing: "No camera was found. Plug one in and try again, or choose a picture or a video instead.",
    cameraBusy: "The camera cannot be read: another program may be using it. Close that and try again.",
    cameraOther: (/** @type {string} */ name) => `The camera could not be started (${name}). Try another one, or choose a picture instead.`,
    cameraLost: "The camera was unplugged or taken by another program. Start it again, or choose a picture instead.",
    video: (/** @type {string} */ name) => `“${name}” cannot be played by this browser. MP4 with H.264 and WebM usually can.`,
    picture: (/** @type {string} */ name) => `“${name}” is no picture that this browser can read. JPEG, PNG and WebP can be, unless they are huge.`,
    insecure: "YuNet's file can be checked only where the page comes by https or from localhost; faces are found as before.",
    finder: (/** @type {string} */ name, /** @type {string} */ wanted) =>
      `“${name}” is not the file ${wanted} of OpenCV's model zoo, as fsanet weights brings it; faces are found as before.`,
    noCard: "This browser cannot compute on the graphics card; the networks go on computing on the processor.",
    cardLost: "The graphics card was lost; the networks go on computing on the processor.",
    unexpected: (/** @type {string} */ reason) => `Something went wrong that should not (${reason}). Load the page again, or choose another picture.`,
    gone: (/** @type {string} */ name) => `“${name}” can no longer be read: it was changed, moved or deleted, or is a folder. Choose it again.`,
    empty: (/** @type {string} */ name) => `“${name}” is empty.`,
    huge: (/** @type {string} */ name, /** @type {number} */ width, /** @type {number} */ height) =>
      `“${name}” has ${width} × ${height} pixels, for which this browser gives no memory. Make it smaller.`,
    nothingDropped: "What was dropped is no file. Save the picture, and drop its file.",
    nothingPasted: "The clipboard holds no picture.",
  },
};

/** Where a face looks, in words of the picture. @param {Pose} pose */
function facingWords({ yaw, pitch }) {
  const words = [];
  if (Math.abs(yaw) >= 10) words.push(`${Math.round(Math.abs(yaw))}° ${yaw > 0 ? "left" : "right"}`);
  if (Math.abs(pitch) >= 10) words.push(`${Math.round(Math.abs(pitch))}° ${pitch > 0 ? "up" : "down"}`);
  return words.join(", ") || "ahead";
}
