// Every page of the console: htmx, the keyboard, and the small things that forms do when there is a script.
import htmx from "htmx.org";
import { listenToKeys } from "./keys.js";
import { drawDiagrams } from "./diagrams.js";
import { prepareForms, showFields } from "./forms.js";
import { openRow, prepareList } from "./list.js";
import { labelTables } from "./tables.js";
import { say } from "./toast.js";
import { listenForNotices } from "./arriving.js";
import "./again.js";
import "./busy.js";

window.htmx = htmx;

// What is new on the page, once: what somebody has opened, typed or gone to since stays as it is.
function prepare(root, isFresh = true) {
  prepareForms(root);
  const [wrong, ...others] = root.querySelectorAll("[data-focus]");
  if (!wrong) return;
  [wrong, ...others].forEach((one) => one.removeAttribute("data-focus"));
  if (isFresh || document.activeElement === document.body) wrong.focus();
}

// A browser gives the focus away some time after the first keys are heard; here it is given before.
function focusWanted() {
  const wanted = document.querySelector("[autofocus]");
  if (wanted && document.activeElement === document.body) wanted.focus();
}

// What was opened before anybody listened is fetched now.
function fetchOpened() {
  document.querySelectorAll("details[open][hx-trigger]").forEach((one) => htmx.trigger(one, "toggle"));
}

document.addEventListener("DOMContentLoaded", () => {
  prepare(document, false);
  prepareList();
  focusWanted();
  fetchOpened();
  document.querySelectorAll("[data-fold]").forEach((one) => one.setAttribute("data-closed", ""));
  labelTables();
  drawDiagrams();
  listenToKeys();
  listenForNotices();
});
document.addEventListener("htmx:after:swap", (event) => {
  const pane = document.getElementById("pane");
  labelTables();
  prepare(pane || document);
  if (event.detail.ctx.target === pane) prepareList();
});
document.addEventListener("toast", (event) => say(event.detail));

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  if (at("[data-help]")) document.getElementById("help").showModal();
  if (at("[data-print]")) window.print();
  if (at("[data-dismiss]")) at("[data-dismiss]").parentElement.remove();
  if (at("[data-menu]")) {
    const open = document.getElementById("rail").classList.toggle("open");
    at("[data-menu]").setAttribute("aria-expanded", String(open));
  }
  const toggle = at("[data-toggle]");
  if (toggle) {
    const closed = document.getElementById(toggle.dataset.toggle).toggleAttribute("data-closed");
    toggle.setAttribute("aria-expanded", String(!closed));
  }
  const choice = at("[data-choose]");
  if (choice) {
    document.getElementById(choice.dataset.into).value = choice.dataset.choose;
    choice.parentElement.querySelectorAll("[data-choose]").forEach((one) =>
      one.setAttribute("aria-pressed", String(one === choice)));
  }
  const row = at(".row a[data-pane]");
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
  if (row && plain && openRow(row)) event.preventDefault();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.name === "outcome") showFields(event.target.form);
  const mirror = event.target.id && document.querySelector(`[data-mirror="${event.target.id}"]`);
  if (mirror && event.target.value) mirror.textContent = event.target.selectedOptions[0].textContent;
});
