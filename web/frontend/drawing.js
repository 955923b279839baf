// The drawing board of a process designer: bpmn-js with a small panel for what the engine reads, checked as it is drawn.
import Modeler from "bpmn-js/lib/Modeler";
import chinese from "bpmn-js-i18n/translations/zn.js";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import { fieldsOf } from "./drawn.js";

const MARGIN = 20;
const READABLE = 0.5;
const PAUSE = 1200; // milliseconds without a change before the gate is asked

const board = document.querySelector("[data-draw]");
const panel = document.getElementById("drawn");
const form = document.getElementById("keep");
const words = JSON.parse(board.dataset.words);
const translate = (text, given = {}) => (words.language === "zh" ? chinese[text] || text : text)
  .replace(/{([^}]+)}/g, (_, key) => given[key] || `{${key}}`);
const modeler = new Modeler({ container: board, additionalModules: [{ translate: ["value", translate] }] });
let waiting = 0;
let asked = 0;
let marked = [];

async function open() {
  const answer = await fetch(board.dataset.draw);
  await modeler.importXML(await answer.text());
  besidePalette(modeler.get("canvas"));
  modeler.on("selection.changed", ({ newSelection }) => show(newSelection.length === 1 ? newSelection[0] : null));
  modeler.on("commandStack.changed", () => {
    clearTimeout(waiting);
    waiting = setTimeout(check, PAUSE);
    form.querySelector("button").disabled = false;
  });
}

// The whole drawing in sight as far as it can be read, to the right of the palette and not below it.
function besidePalette(canvas) {
  const { inner, outer } = canvas.viewbox();
  const palette = board.querySelector(".djs-palette");
  const left = palette ? palette.offsetLeft + palette.offsetWidth + MARGIN : MARGIN;
  const fits = Math.min((outer.width - left - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height);
  const scale = Math.max(READABLE, Math.min(1, fits));
  const height = outer.height / scale;
  canvas.viewbox({ x: inner.x - left / scale, y: inner.y - Math.max((height - inner.height) / 2, MARGIN / scale), width: outer.width / scale, height });
}

// The panel of the chosen element: one field for everything that the engine reads of it.
function show(element) {
  const fields = element ? fieldsOf(modeler, element, words) : [];
  panel.replaceChildren(...(fields.length ? fields.map((one, at) => control(one, `drawn-${at}`)) : [hint()]));
}

function hint() {
  const said = document.createElement("p");
  said.className = "muted";
  said.textContent = words.choose;
  return said;
}

function control({ label, value, choices, box, write }, id) {
  const field = document.createElement("div");
  field.className = "field";
  const name = document.createElement("label");
  name.htmlFor = id;
  name.textContent = label;
  const input = document.createElement(choices ? "select" : "input");
  input.id = id;
  if (choices) input.append(...["", ...choices].map((one) => new Option(one || "–", one)));
  else input.className = "input";
  if (box) {
    input.type = "checkbox";
    input.className = "";
    input.checked = value;
  } else {
    if (choices && value && !choices.includes(value)) input.append(new Option(value, value));
    input.value = value;
  }
  input.addEventListener("change", () => write(box ? input.checked : input.value.trim()));
  field.append(name, input);
  return field;
}

// What the gate says now: on the elements and in the list.
async function check() {
  asked += 1;
  const mine = asked;
  const { xml } = await modeler.saveXML({ format: true });
  const body = new FormData();
  body.append("file", new Blob([xml]), form.dataset.file);
  const answer = await fetch(board.dataset.check, { method: "POST", body, headers: { "X-CSRFToken": token() } });
  if (!answer.ok) return;
  const found = await answer.json();
  if (mine !== asked) return; // a later question is on its way: this drawing is not the one on the board any more
  const canvas = modeler.get("canvas");
  marked.forEach(([id, kind]) => modeler.get("elementRegistry").get(id) && canvas.removeMarker(id, kind));
  marked = found.filter((one) => modeler.get("elementRegistry").get(one.element))
    .map((one) => [one.element, one.severity === "error" ? "wrong" : "doubtful"]);
  marked.forEach(([id, kind]) => canvas.addMarker(id, kind));
  const list = document.getElementById("said");
  list.replaceChildren(...found.map(line));
  document.getElementById("verdict").textContent = found.length ? "" : words.fine;
}

function line({ element, severity, text }) {
  const item = document.createElement("li");
  item.className = severity;
  const sort = document.createElement("span");
  sort.className = severity === "error" ? "tag hot" : "tag";
  sort.textContent = words[severity];
  const said = document.createElement("span");
  const where = document.createElement("code");
  where.textContent = element;
  said.append(where, ` ${text}`);
  item.append(sort, said);
  return item;
}

const token = () => form.querySelector("input[name=csrf_token]").value;

// What was drawn goes the way of every upload; when it is not taken the reason stands here and the drawing stays.
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { xml } = await modeler.saveXML({ format: true });
  const body = new FormData(form);
  const button = form.querySelector("button");
  body.append("file", new Blob([xml]), form.dataset.file);
  button.disabled = true; // once is enough, however long it takes
  const answer = await fetch(form.action, { method: "POST", body }).finally(() => { button.disabled = false; });
  if (answer.ok) {
    button.disabled = true;
    window.location.assign(answer.url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const why = page.querySelector("[role=alert] strong, main h1");
  const note = document.getElementById("refused");
  note.hidden = false;
  note.firstElementChild.textContent = why ? why.textContent : "";
  note.focus();
});

open();
