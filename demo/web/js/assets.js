// @ts-check
// The files that the page needs: beside it on a server, or written into the page itself where it is one file to mail.

/** @param {string} name */
function embedded(name) {
  return document.getElementById(`asset:${name}`);
}

/** The bytes of a file. @param {string} name @returns {Promise<Uint8Array>} */
export async function assetBytes(name) {
  const element = embedded(name);
  if (element) return unpacked(element.textContent ?? "");
  return new Uint8Array(await (await served(name)).arrayBuffer());
}

/** A compiled program; it is compiled while it arrives, where the server says what it is. @param {string} name */
export async function assetProgram(name) {
  if (embedded(name)) return WebAssembly.compile(/** @type {BufferSource} */ (await assetBytes(name)));
  const response = await served(name);
  if (response.headers.get("Content-Type") === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** @param {string} name */
async function served(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response;
}

/** @param {string} text base64 of what gzip made */
async function unpacked(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {string} name @returns {Promise<any>} */
export async function assetJson(name) {
  return JSON.parse(new TextDecoder().decode(await assetBytes(name)));
}

/** An address that a worker can import a module from: of blobs, those of a page on a disk may not.
 * @param {string} name */
export async function moduleUrl(name) {
  if (!embedded(name)) return new URL(name, document.baseURI).href;
  const letters = Array.from(await assetBytes(name), (byte) => String.fromCharCode(byte));
  return `data:text/javascript;base64,${btoa(letters.join(""))}`;
}

/** An address for the file that workers and images can be loaded from. @param {string} name @param {string} type */
export async function assetUrl(name, type) {
  if (!embedded(name)) return new URL(name, document.baseURI).href;
  return URL.createObjectURL(new Blob([/** @type {BlobPart} */ (await assetBytes(name))], { type }));
}
