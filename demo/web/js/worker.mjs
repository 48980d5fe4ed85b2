// @ts-check
// What runs in a network's own thread: ONNX Runtime in WebAssembly, and one network.

/** @typedef {{entry: string, engine: string, module: string, program: WebAssembly.Module}} RuntimeFiles addresses of
 * three scripts, and the program, which all workers share */
/** @typedef {{files?: RuntimeFiles, network: Uint8Array, arranged: boolean, threads: number,
 *   provider: Provider}} Opening `arranged`: for this runtime, by the builder */
/** @typedef {"wasm" | "webgpu"} Provider what computes: the processor or the graphics card */
/** @typedef {{numbers: Float32Array | Uint8Array, shape: number[]}} Question */

/** @type {any} */
let ort;
/** @type {any} */
let session; // the network that answers
/** @type {Promise<never>} */
let refused; // rejects where the browser cannot start the program, which the runtime would wait for without end

/** The runtime, once. It would compile the program by itself; this one is compiled. @param {RuntimeFiles} files @param {number} threads */
async function load({ entry, engine, module, program }, threads) {
  const [runtime, { default: start }] = await Promise.all([import(entry), import(module)]);
  /** @type {any} */ (globalThis).engine = (/** @type {object} */ config) => start({ ...config, instantiateWasm });
  /** @type {(reason: unknown) => void} */
  let refuse;
  refused = new Promise((_, reject) => (refuse = reject));
  /** @param {WebAssembly.Imports} imports @param {(instance: WebAssembly.Instance, program: WebAssembly.Module) => void} done */
  function instantiateWasm(imports, done) {
    WebAssembly.instantiate(program, imports).then((instance) => done(instance, program), refuse);
    return {}; // says that it takes a while
  }
  runtime.env.wasm.numThreads = threads;
  runtime.env.wasm.wasmPaths = { mjs: engine, wasm: "compiled" };
  ort = runtime;
}

/** A network in place of the one before, if any. @param {Opening} opening */
async function open({ files, network, arranged, threads, provider }) {
  if (files) await load(files, threads);
  const graphOptimizationLevel = arranged ? "disabled" : "all";
  const options = { executionProviders: [provider], graphOptimizationLevel, logSeverityLevel: 3 };
  const opened = await Promise.race([ort.InferenceSession.create(network, options), refused]);
  await session?.release();
  session = opened;
  return async (/** @type {Question} */ { numbers, shape }) => {
    const kind = numbers instanceof Uint8Array ? "uint8" : "float32";
    const answers = await session.run({ [session.inputNames[0]]: new ort.Tensor(kind, numbers, shape) });
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
      else {
        const answers = await answer(data), spare = data.numbers.buffer;
        postMessage({ answer: answers, spare }, { transfer: [spare, ...answers.map(({ buffer }) => buffer)] });
      }
    } catch (error) {
      const spare = data.numbers?.buffer; // as they came, so that they can be asked again
      postMessage({ error: String(error), spare }, { transfer: spare ? [spare] : [] });
    }
  });
});
