// @ts-check
// ONNX Runtime in WebAssembly: loaded once, on as many threads as the page may use.

import * as ort from "../vendor/ort.wasm.min.mjs";
import { assetBytes, assetUrl } from "./assets.js";

const MOST_THREADS = 4;

/** Load the runtime's own files. Threads need a page that is isolated from others (COOP and COEP headers).
 * @param {{module: string, wasm: string}} files */
export async function startRuntime(files) {
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS) : 1;
  ort.env.wasm.wasmPaths = { mjs: await assetUrl(files.module, "text/javascript") };
  ort.env.wasm.wasmBinary = await assetBytes(files.wasm);
}

/** A network ready to run. @param {string} file */
export async function openNetwork(file) {
  return ort.InferenceSession.create(await assetBytes(file), { executionProviders: ["wasm"], graphOptimizationLevel: "all" });
}

/** The network's first answer to one input. @param {any} network @param {Float32Array} numbers @param {number[]} shape */
export async function run(network, numbers, shape) {
  const answers = await network.run({ [network.inputNames[0]]: new ort.Tensor("float32", numbers, shape) });
  return /** @type {{data: Float32Array, dims: number[]}} */ (answers[network.outputNames[0]]);
}

/** How many threads compute. */
export function threads() {
  return ort.env.wasm.numThreads ?? 1;
}
