// @ts-check
// What runs in a network's own thread: ONNX Runtime in WebAssembly, and one network.

/** @typedef {{entry: string, module: string, wasm: Uint8Array}} RuntimeFiles addresses of two scripts, and the program */
/** @typedef {{files?: RuntimeFiles, network: Uint8Array, arranged: boolean, threads: number}} Opening `arranged`: for this runtime, by the builder */
/** @typedef {{numbers: Float32Array, shape: number[]}} Question */

/** @type {any} */
let ort;

/** The runtime, once. @param {RuntimeFiles} files @param {number} threads */
async function load(files, threads) {
  ort = await import(files.entry);
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = { mjs: files.module };
  ort.env.wasm.wasmBinary = files.wasm;
}

/** A network in place of the one before, if any. @param {Opening} opening */
async function open({ files, network, arranged, threads }) {
  if (files) await load(files, threads);
  const graphOptimizationLevel = arranged ? "disabled" : "all";
  const session = await ort.InferenceSession.create(network, { executionProviders: ["wasm"], graphOptimizationLevel, logSeverityLevel: 3 });
  return async (/** @type {Question} */ { numbers, shape }) => {
    const answers = await session.run({ [session.inputNames[0]]: new ort.Tensor("float32", numbers, shape) });
    return session.outputNames.map((/** @type {string} */ name) => answers[name].data);
  };
}

/** @type {Promise<any>} */
let before = Promise.resolve(); // what was asked last: a network answers one question at a time
/** @type {(question: Question) => Promise<Float32Array[]>} */
let answer;

addEventListener("message", ({ data }) => {
  before = before.then(async () => {
    try {
      if (data.network) postMessage({ answer: void (answer = await open(data)) });
      else postMessage({ answer: await answer(data), spare: data.numbers.buffer }, { transfer: [data.numbers.buffer] });
    } catch (error) {
      postMessage({ error: String(error) });
    }
  });
});
