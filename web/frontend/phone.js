// Every page of the phone: what waits goes by itself, its state is said, and forms fold to the chosen outcome.
import { prepareCapture } from "./phone/capture.js";
import { fill, linkTo } from "./phone/dom.js";
import { prepareGuessing } from "./phone/guessing.js";
import { prepareOutbox } from "./phone/outbox.js";
import { sendAll, whoAmI } from "./phone/sending.js";
import { find, list } from "./phone/store.js";
import { listenForNotices } from "./phone/told.js";

const AGAIN = 30000; // while a page is open and something waits
const TWICE = 5000; // milliseconds within which a second submit of a form is the same one
const KEPT = ["/phone/", "/phone/outbox"]; // the pages that the service worker keeps and that say whose they are
const owner = Number(document.body.dataset.owner) || null;
let paint = async () => {};
let handOver = async () => {};

async function send() {
  await sendAll(() => { refresh(); });
  await refresh();
}

// The note on top, the number in the dock, and the list where it is shown.
async function refresh() {
  await paint();
  const items = await list();
  const mine = items.filter((one) => one.owner === owner);
  const unsent = mine.filter((one) => one.state === "waiting" || one.state === "sending");
  const failed = mine.filter((one) => one.state === "failed");
  const foreign = items.filter((one) => one.owner !== owner && one.state === "waiting");
  document.querySelectorAll("[data-unsent]").forEach((one) => { one.textContent = unsent.length + failed.length || ""; });
  const note = document.getElementById("signal");
  const login = unsent.some((one) => one.why === "login");
  const isDark = !navigator.onLine || unsent.some((one) => one.why === "network"); // some browsers say «online» for ever
  const [said, number] = isDark ? [note.dataset.offline, unsent.length]
    : failed.length ? [note.dataset.failed, failed.length]
      : unsent.length ? [login ? note.dataset.login : note.dataset.waiting, unsent.length]
        : foreign.length ? [note.dataset.foreign, foreign.length] : ["", 0];
  const words = [said.replace("{n}", number)];
  if (login && unsent.length) words.push(" ", linkTo(`/login?next=${encodeURIComponent("/phone/outbox")}`, note.dataset.enter));
  const made = document.createElement("div");
  made.append(...words);
  note.hidden = !said;
  if (made.innerHTML !== note.innerHTML) fill(note, ...words); // a link does not go away below a finger
}

// After a report went into the outbox: it is tried at once, and a word says what became of it.
async function sent(key, form) {
  askForSync();
  const tried = send();
  await answered(key);
  const item = await find(key);
  say(item, form);
  if (item.state === "sent" || item.state === "failed" || item.why) return;
  await tried; // the network is slow: what came of it is said when it is known
  const later = await find(key);
  if (later.state === "sent" || (later.state === "failed" && !form.description.value)) say(later, form);
}

// Waits a moment for the answer: most are there before the page is.
async function answered(key) {
  for (let tries = 0; tries < 15 && navigator.onLine; tries += 1) {
    const item = await find(key);
    if (!item || item.state === "sent" || item.state === "failed" || item.why) return;
    await new Promise((done) => setTimeout(done, 100));
  }
}

function say(item, form) {
  if (item.state === "failed") {
    location.assign("/phone/outbox"); // where the reason stands, and what may be done about it
    return;
  }
  const box = document.createElement("div");
  box.className = "note";
  const words = document.createElement("strong");
  words.textContent = item.state === "sent" ? form.dataset.went.replace("{number}", item.number) : form.dataset.kept;
  box.append(words, ...(item.url && item.state === "sent" ? [linkTo(item.url, form.dataset.open)] : []));
  if (item.said && item.state === "sent") box.append(item.said);
  fill(document.getElementById("told"), box);
}

// Starts the service worker where there is one; nothing waits for it, for some browsers only pretend to have it.
function wake() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register(document.body.dataset.worker, { scope: "/phone/" }).catch(() => {});
  navigator.serviceWorker.addEventListener("message", () => refresh());
}

// Where the browser can, it wakes the service worker when the signal is back, even with the page closed.
function askForSync() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.getRegistration("/phone/")
    .then((found) => found && found.sync && found.sync.register("outbox")).catch(() => {});
}

// Only the fields of the chosen outcome are shown and sent.
function showFields(form) {
  const chosen = form.querySelector("input[name=outcome]:checked, input[type=hidden][name=outcome]");
  form.querySelectorAll(".field").forEach((field) => {
    const shown = !field.dataset.when || field.dataset.when.split(" ").includes(chosen ? chosen.value : "");
    field.hidden = !shown;
    field.querySelectorAll("input, select, textarea").forEach((control) => { control.disabled = !shown; });
  });
}

// Fetches this person's ticket, and says when the phone's clock is wrong. A page that was kept for somebody else, and
// came because the network was slow, goes; what was begun on it is this person's.
async function meet() {
  const me = await whoAmI();
  if (owner && me.owner && me.owner !== owner) {
    await handOver(me.owner);
    if ("caches" in window) await forgetPages();
    location.reload();
    return;
  }
  const note = document.getElementById("clock");
  note.hidden = !me.clock;
  note.querySelector("span").textContent = me.clock || "";
}

async function forgetPages() {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    await Promise.all(KEPT.map((path) => cache.delete(path)));
  }
}

// A second tap on the same button within a moment is the first one; the report form sees to itself, by its key.
function listenToTaps() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id === "capture" || form.method !== "post") return;
    if (Date.now() - Number(form.dataset.sent || 0) < TWICE) event.preventDefault();
    else form.dataset.sent = Date.now();
  }, true);
}

async function begin() {
  document.documentElement.classList.remove("noscript");
  document.querySelectorAll("form[data-act]").forEach((form) => {
    showFields(form);
    form.addEventListener("change", () => showFields(form));
  });
  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();
  listenToTaps();
  listenForNotices();
  if (!("indexedDB" in window)) return;
  addEventListener("online", () => { meet(); send(); });
  addEventListener("offline", () => refresh());
  if (document.getElementById("items")) paint = prepareOutbox(owner, send);
  const form = document.getElementById("capture");
  if (form) {
    prepareGuessing(form);
    handOver = await prepareCapture(form, owner, sent);
  }
  meet();
  wake();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  setInterval(async () => { if (navigator.onLine && (await list()).some((one) => one.state === "waiting")) send(); }, AGAIN);
  await send();
}

begin();
