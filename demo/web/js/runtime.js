// @ts-check
// Networks, each in a thread of its own: while one looks for the faces of a frame, the other reads the poses of the last.

import { assetProgram, assetUrl, moduleUrl } from "./assets.js";

const MOST_THREADS = 4;

/** How many threads each of the two networks computes on: half of the cores. More than one needs a page that is
 * isolated from others (COOP and COEP headers). */
export function threads() {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.min((navigator.hardwareConcurrency || 1) >> 1, MOST_THREADS));
}

/** The runtime's own files, for the networks to come.
 * @param {{worker: string, entry: string, engine: string, module: string, wasm: string}} files */
export function loadRuntime({ worker, entry, engine, module, wasm }) {
  const [scripts, compiled] = [Promise.all([entry, engine, module].map(moduleUrl)), assetProgram(wasm)];
  const files = Promise.all([scripts, compiled]).then(([[entry, engine, module], program]) => ({ entry, engine, module, program }));
  return { worker: assetUrl(worker, "text/javascript"), files };
}

/** @typedef {ReturnType<typeof loadRuntime>} Runtime */
/** @template T @typedef {{new (buffer: ArrayBuffer, from: number, count: number): T, BYTES_PER_ELEMENT: number}} Kind of arrays */

/** A network of the page's own ready to run. @param {Runtime} runtime @param {Promise<Uint8Array>} file */
export async function openNetwork(runtime, file) {
  const network = new Network(new Worker(await runtime.worker)); // its thread starts while the files are fetched
  const [bytes, files] = await Promise.all([file, runtime.files]);
  await network.open(bytes, { arranged: true, files });
  return network;
}

export class Network {
  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    /** @type {{resolve: (answer: any) => void, reject: (reason: Error) => void}[]} */
    this.waiting = []; // answers come in the order of the questions
    this.spare = new ArrayBuffer(0); // that of the last question, to be filled anew
    /** @type {import("./worker.mjs").Provider} */
    this.provider = "wasm";
    this.lost = () => {}; // called when the graphics card was lost while it computed, and the processor goes on
    worker.addEventListener("message", ({ data }) => {
      const { resolve, reject } = /** @type {(typeof this.waiting)[0]} */ (this.waiting.shift());
      this.spare = data.spare ?? this.spare;
      if (data.error === undefined) resolve(data.answer);
      else reject(new Error(data.error));
    });
    /** @type {Error | null} */
    this.broken = null; // why the thread answers nothing any longer; it may never have started
    worker.addEventListener("error", ({ message }) => {
      const broken = (this.broken = new Error(message || "a network's thread did not start"));
      this.waiting.splice(0).forEach(({ reject }) => reject(broken));
    });
  }

  /** Take a network from here on. @param {Uint8Array} network
   * @param {{arranged: boolean, files?: import("./worker.mjs").RuntimeFiles}} how `files`: with the first one */
  async open(network, { arranged, files }) {
    await this.ask({ files, network, arranged, threads: threads(), provider: this.provider });
    this.opened = { network, arranged };
  }

  /** Let something else compute; where it cannot, that is an error, and all stays as it was.
   * @param {import("./worker.mjs").Provider} provider */
  async move(provider) {
    await this.ask({ .../** @type {{network: Uint8Array, arranged: boolean}} */ (this.opened), threads: threads(), provider });
    this.provider = provider;
  }

  /** Room for the numbers of a question, whatever it holds. @template {import("./pixels.js").Numbers} T @param {number} count
   * @param {Kind<T>} kind that the network takes */
  room(count, kind) {
    const { spare } = this, bytes = count * kind.BYTES_PER_ELEMENT;
    this.spare = new ArrayBuffer(0);
    return new kind(spare.byteLength < bytes ? new ArrayBuffer(bytes) : spare, 0, count);
  }

  /** The network's answers to one input, which is used up. @param {import("./pixels.js").Numbers} numbers @param {number[]} shape
   * @returns {Promise<Float32Array[]>} */
  async run(numbers, shape) {
    const count = numbers.length, kind = /** @type {Kind<typeof numbers>} */ (numbers.constructor);
    try {
      return await this.ask({ numbers, shape }, [numbers.buffer]);
    } catch (error) {
      if (this.provider === "wasm") throw error;
      await this.move("wasm");
      this.lost();
      const again = this.room(count, kind);
      return this.ask({ numbers: again, shape }, [again.buffer]);
    }
  }

  /** @param {import("./worker.mjs").Opening | import("./worker.mjs").Question} question @param {Transferable[]} given
   * @returns {Promise<any>} */
  ask(question, given = []) {
    if (this.broken) return Promise.reject(this.broken);
    this.worker.postMessage(question, given);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }
}
