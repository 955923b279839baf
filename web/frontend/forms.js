// Forms of tasks and acts: only the fields of the chosen outcome are shown, acts fold away, a submit names what follows.
import htmx from "htmx.org";
import { following } from "./list.js";

const TWICE = 2000; // milliseconds within which a second submit of a form is the same one
const LONGER = 30000; // and of a form that says it is at work

const folded = new WeakSet(); // acts that were folded away as they came: whoever opens one finds it open

export function prepareForms(root) {
  root.querySelectorAll("form[data-act]").forEach(showFields);
  root.querySelectorAll("form[data-act-form]").forEach((form) => {
    if (folded.has(form)) return;
    folded.add(form);
    form.hidden = !form.hasAttribute("data-open") && !form.contains(document.activeElement);
  });
}

// Hides and disables the fields that do not belong to the chosen outcome; the rest may be demanded by the browser.
export function showFields(form) {
  if (!form || !form.matches("[data-act]")) return;
  const chosen = form.querySelector("input[name=outcome]:checked, input[type=hidden][name=outcome]");
  const outcome = chosen ? chosen.value : "";
  form.querySelectorAll(".field").forEach((field) => {
    const when = field.dataset.when;
    const shown = !when || when.split(" ").includes(outcome);
    field.hidden = !shown;
    field.querySelectorAll("input, select, textarea").forEach((control) => {
      control.disabled = !shown;
      const kept = control.type === "file" && field.querySelector("input[type=hidden]");
      if (!/^(hidden|checkbox)$/.test(control.type)) {
        control.required = shown && field.hasAttribute("data-required") && !kept;
      }
    });
  });
  const says = form.querySelector("[data-says]"); // «dispatch» is not what a refusal does
  if (says) {
    says.dataset.own = says.dataset.own || says.textContent;
    says.textContent = outcome === says.dataset.says ? says.dataset.own : says.dataset.other;
  }
}

// Opens the reason of a refusal or return.
export function refuse(form) {
  const wanted = ["refuse", "return", "rework", "reject", "not_found"];
  const radio = wanted.map((value) => form.querySelector(`input[name=outcome][value=${value}]`)).find(Boolean);
  if (!radio) return;
  radio.checked = true;
  showFields(form);
  const text = form.querySelector(".field:not([hidden]) textarea");
  (text || radio).focus();
}

// Says which photos were chosen, and shows them small.
document.addEventListener("change", (event) => {
  if (!event.target.matches(".file input")) return;
  const box = event.target.parentElement;
  const said = box.querySelector("[data-none]");
  const files = [...event.target.files];
  said.textContent = files.map((one) => one.name).join(" · ") || said.dataset.none;
  box.querySelectorAll("img").forEach((one) => { URL.revokeObjectURL(one.src); one.remove(); });
  files.filter((one) => one.type.startsWith("image/") && one.type !== "image/svg+xml").slice(0, 6).forEach((one) => {
    const image = document.createElement("img");
    image.alt = "";
    image.className = "photo small";
    image.src = URL.createObjectURL(one);
    box.append(image);
  });
});

document.addEventListener("submit", (event) => {
  const sent = Number(event.target.dataset.sent || 0);
  const same = event.target.hasAttribute("aria-busy") ? LONGER : TWICE;
  if (event.target.method === "post" && Date.now() - sent < same) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  event.target.dataset.sent = Date.now();
  // A form that came a moment ago may be sent before htmx has seen it: it is shown to htmx first.
  if (event.target.matches("[hx-post]:not([data-htmx-powered])")) htmx.process(event.target);
  const next = event.target.elements && event.target.elements.namedItem("next");
  if (event.target.matches("[data-act], [data-follows]") && next) next.value = following() || "";
}, true);

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-act-open]");
  if (opener) {
    document.querySelectorAll("form[data-act-form]").forEach((form) => {
      form.hidden = form.id !== opener.dataset.actOpen || !form.hidden;
    });
    document.querySelectorAll("[data-act-open]").forEach((one) =>
      one.setAttribute("aria-expanded", String(!document.getElementById(one.dataset.actOpen).hidden)));
    const form = document.getElementById(opener.dataset.actOpen);
    const first = form.hidden ? null : form.querySelector("textarea, .input, select");
    if (first) first.focus();
  }
  const closer = event.target.closest("[data-act-close]");
  if (closer) {
    const form = closer.closest("form");
    form.hidden = true;
    const button = document.querySelector(`[data-act-open=${form.id}]`);
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }
  const refusing = event.target.closest("[data-key-r]");
  if (refusing) refuse(refusing.closest("form"));
});
