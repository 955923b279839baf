// The list of a desk: the row under the eye, what follows it, and what is selected.
import htmx from "htmx.org";

const rows = () => [...document.querySelectorAll(".rows > .row")];
const current = () => document.querySelector(".rows > .row.cur");

// Loads a row's case into the pane; false where there is no pane in sight (a phone): then the link is followed.
export function openRow(link, focus = false) {
  const pane = document.getElementById("pane");
  if (!pane || getComputedStyle(pane).display === "none") return false;
  mark(link.closest(".row"));
  history.replaceState(null, "", link.getAttribute("href"));
  htmx.ajax("GET", link.dataset.pane, { source: pane, target: pane, swap: "innerHTML" }).then(() => {
    pane.scrollTop = 0;
    if (focus) pane.focus({ preventScroll: true });
  });
  return true;
}

export function mark(row) {
  rows().forEach((one) => {
    one.classList.toggle("cur", one === row);
    const link = one.querySelector("a");
    if (one === row) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  if (row) row.scrollIntoView({ block: "nearest" });
}

// The number of the case after the current one, or before it at the end of the list.
export function following() {
  const row = current();
  const near = row && (row.nextElementSibling || row.previousElementSibling);
  return near ? near.dataset.number : "";
}

// Whether the pane shows the case of the current row: nothing is done to a case that is not in sight yet.
export function isSettled() {
  const row = current();
  const shown = document.querySelector("#pane [data-shown]");
  return !row || !shown || row.dataset.number === shown.dataset.shown;
}

export function step(by) {
  const all = rows();
  const row = all[Math.min(all.length - 1, Math.max(0, all.indexOf(current()) + by))];
  if (row && row !== current()) openRow(row.querySelector("a[data-pane]"));
}

export function select() {
  const box = current() && current().querySelector("input[type=checkbox]:not(:disabled)");
  if (!box) return;
  box.checked = !box.checked;
  count();
}

// After a swap the row that the pane shows is the current one.
export function prepareList() {
  const shown = document.querySelector("#pane [data-shown]");
  const row = shown && document.getElementById(`row-${shown.dataset.shown}`);
  if (!row || row.classList.contains("cur")) return;
  mark(row);
  history.replaceState(null, "", row.querySelector("a[data-pane]").getAttribute("href"));
}

function count() {
  const chosen = document.querySelectorAll("input[name=number]:checked").length;
  const all = document.querySelector("[data-all]");
  const number = all && all.checked ? all.dataset.all : chosen;
  document.querySelectorAll("[data-selected]").forEach((one) => { one.textContent = number || (all ? "" : 0); });
  document.querySelectorAll("[data-bulk]").forEach((bar) => { bar.hidden = !chosen; });
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[name=number], [data-all]")) count();
});
document.addEventListener("click", (event) => {
  const every = event.target.closest("[data-select-all]");
  const none = event.target.closest("[data-select-none]");
  if (!every && !none) return;
  document.querySelectorAll("input[name=number]:not(:disabled)").forEach((box) => { box.checked = Boolean(every); });
  count();
});
