// @ts-check
// Where ONNX Runtime looks for its WebAssembly module: the worker that imports it has put there what starts the program.

/** @param {object} config of the runtime's */
export default (config) => /** @type {any} */ (globalThis).engine(config);
