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

function prepare(root) {
  prepareForms(root);
  prepareList();
  const wrong = root.querySelector("[data-focus]");
  if (wrong) wrong.focus();
}

document.addEventListener("DOMContentLoaded", () => {
  prepare(document);
  document.querySelectorAll("[data-fold]").forEach((one) => one.setAttribute("data-closed", ""));
  labelTables();
  drawDiagrams();
  listenToKeys();
  listenForNotices();
});
document.addEventListener("htmx:after:swap", () => {
  labelTables();
  prepare(document.getElementById("pane") || document);
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
