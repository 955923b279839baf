// The service worker of the phone: its pages open without a signal, and what waits is sent when the signal is back.
import { sendAll } from "./phone/sending.js";
import { within } from "./phone/within.js";

const CACHE = "wangge-phone-1";
const SHELL = ["/phone/", "/phone/outbox", "/phone/offline"];
const PATIENCE = 4000; // milliseconds that a slow network gets before the kept page is shown

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => Promise.all(SHELL.map((path) => fill(cache, path))))
    .then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(sendAll().then(tellPages));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url.pathname));
  else if (request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});

// A page: from the network, else as it was kept; a page that is never kept says that there is no signal.
async function page(request, path) {
  const cache = await caches.open(CACHE);
  const kept = request.method === "GET" && SHELL.includes(path) ? await cache.match(path) : undefined;
  try {
    const answer = await (kept ? within(fetch(request), PATIENCE) : fetch(request));
    if (answer.ok && !answer.redirected && request.method === "GET" && SHELL.includes(path)) {
      await cache.put(path, answer.clone());
    }
    return answer;
  } catch {
    return kept || (await cache.match("/phone/offline")) || Response.error();
  }
}

// What pages are made of: as it was kept, and fetched anew for the next time.
async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  const fresh = fetch(request).then((answer) => {
    if (answer.ok) cache.put(request, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  fresh.catch(() => {});
  return kept;
}

// Keeps a page with everything it loads.
async function fill(cache, path) {
  const answer = await fetch(path, { redirect: "manual" });
  if (!answer.ok) return;
  const text = await answer.clone().text();
  await cache.put(path, answer);
  const parts = [...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
  await Promise.all([...new Set(parts)].map((part) => cache.add(part)));
}

async function tellPages() {
  const pages = await self.clients.matchAll();
  pages.forEach((one) => one.postMessage("outbox"));
}
