// Keeps the page's own files for use without a network. Their names and the version are written in by the builder.
const FILES = ["@FILES@"];
const OURS = `head-pose ${self.registration.scope} `; // other pages of the same host keep files of their own
const KEPT = `${OURS}@VERSION@`;

self.addEventListener("install", (event) => {
  const fresh = FILES.map((name) => new Request(name, { cache: "reload" })); // what the browser has may be an older version's
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const stale = caches.keys().then((names) => names.filter((name) => name.startsWith(OURS) && name !== KEPT));
  event.waitUntil(stale.then((names) => Promise.all(names.map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const kept = caches.match(event.request, { ignoreSearch: true, cacheName: KEPT });
  event.respondWith(kept.then((response) => (response ? isolated(response) : fetch(event.request))));
});

// With the headers that threads need, for hosts that send none: from its second visit on the page has its threads there.
function isolated(response) {
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
