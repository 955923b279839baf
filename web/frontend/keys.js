// Single keys, as the help lists them; never while typing, composing, or when switched off.
import { isSettled, select, step } from "./list.js";
import { refuse } from "./forms.js";

const click = (selector) => { const found = document.querySelector(selector); if (found) found.click(); return Boolean(found); };
const GOES = 4000; // milliseconds between «g» and the key that says where to
let goes = -GOES; // when «g» was pressed; a busy page may hear of it later

const KEYS = {
  "?": () => document.getElementById("help").showModal(),
  "/": () => document.getElementById("search").focus(),
  j: () => step(1),
  k: () => step(-1),
  x: select,
  n: () => click("[data-key-n]"),
  d: () => { const form = first(); if (form) form.requestSubmit(); },
  r: () => { const form = first(); if (form) refuse(form); },
  c: () => isSettled() && click("[data-key-c] button"),
  p: () => click("[data-key-p]"),
  m: () => nextWay(),
  u: () => isSettled() && click("[data-key-u]:not(:disabled)"),
  g: (event) => { goes = event.timeStamp; },
  Enter: () => isSettled() && click("#pane [data-open]"),
};

function first() {
  const form = isSettled() && document.querySelector("form[data-act][data-first]");
  return form && !form.querySelector("button.go:disabled") ? form : null;
}

// The next way of telling somebody, of those that the form offers.
function nextWay() {
  const ways = [...document.querySelectorAll("[data-key-m]")].filter((one) => one.form === document.querySelector("[data-digit]").form);
  if (ways.length) ways[(ways.findIndex((one) => one.checked) + 1) % ways.length].click();
}

function go(key) {
  goes = -GOES;
  if (/^[1-9]$/.test(key)) {
    const queue = document.querySelectorAll("#counts a[data-queue]")[Number(key) - 1];
    if (queue) queue.click();
    return true;
  }
  return click(`#counts a[data-go="${key}"]`);
}

function isBusy(event) {
  const at = event.target;
  return event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey ||
    at.isContentEditable || document.querySelector("dialog[open]") !== null ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio)$/.test(at.type);
}

export function listenToKeys() {
  if (document.body.dataset.keys === "off") return;
  document.addEventListener("keydown", (event) => {
    if (isBusy(event)) {
      if (event.key === "Escape" && !event.isComposing && event.target.blur) event.target.blur();
      return;
    }
    if (event.timeStamp - goes < GOES && go(event.key)) { event.preventDefault(); return; }
    if (event.key === "Enter" && event.target !== document.body && event.target.id !== "pane") return;
    if (/^[1-9]$/.test(event.key) && isSettled() && click(`[data-digit="${event.key}"]`)) { event.preventDefault(); return; }
    const act = KEYS[event.key];
    if (act) { event.preventDefault(); act(event); }
  });
}


