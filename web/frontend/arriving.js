// What the polled rail says about notices: the badge in the bar, the number in the title, and a polite word for news.
import { say } from "./toast.js";

const MOST = 999;
let known = null;

export function listenForNotices() {
  show();
  document.addEventListener("htmx:after:swap", show);
}

function show() {
  const rail = document.getElementById("counts");
  if (!rail) return;
  const unread = Number(rail.dataset.unread || 0);
  document.querySelectorAll("[data-badge]").forEach((one) => {
    one.textContent = shown(unread);
    one.hidden = !unread;
  });
  const count = Number(rail.dataset.count || 0);
  const rest = document.title.replace(/^\(\d+\+?\) /, "");
  document.title = count ? `(${shown(count)}) ${rest}` : rest;
  if (known !== null && unread > known) {
    const link = document.querySelector("a.bell");
    say({ text: rail.dataset.arrived.replace("{n}", unread - known), link: link && link.getAttribute("href"),
      label: rail.dataset.look });
  }
  known = unread;
}

function shown(number) {
  return number > MOST ? `${MOST}+` : String(number);
}
