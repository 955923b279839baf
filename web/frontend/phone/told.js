// The bell: asked for now and then while the page is seen and there is a signal; the answer is a few bytes, or 304.
import { fill, linkTo } from "./dom.js";

const EVERY = 30000;
const MOST = 99;
let known = null;

export function listenForNotices() {
  const address = document.body.dataset.news;
  const badge = document.querySelector("[data-badge]");
  if (!address || !badge) return;
  known = badge.hidden ? 0 : parseInt(badge.textContent, 10);
  name(known);
  setInterval(() => { if (!document.hidden && navigator.onLine) ask(address, badge); }, EVERY);
}

async function ask(address, badge) {
  try {
    const answer = await fetch(address, { cache: "no-cache", redirect: "error" });
    if (answer.ok) show((await answer.json()).unread, badge);
  } catch { /* no signal after all: asked again later */ }
}

function show(unread, badge) {
  badge.textContent = unread > MOST ? `${MOST}+` : unread;
  badge.hidden = !unread;
  name(unread);
  if (unread > known) announce(unread - known);
  known = unread;
}

function name(unread) {
  const rest = document.title.replace(/^\(\d+\+?\) /, "");
  document.title = unread ? `(${unread > MOST ? `${MOST}+` : unread}) ${rest}` : rest;
}

function announce(number) {
  const box = document.createElement("div");
  box.className = "note";
  const words = document.createElement("strong");
  words.textContent = document.body.dataset.arrived.replace("{n}", number);
  box.append(words, " ", linkTo(document.querySelector("a.bell").getAttribute("href"), document.body.dataset.look));
  fill(document.getElementById("told"), box);
}
