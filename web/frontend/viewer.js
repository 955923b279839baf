// Shows a diagram that can be moved and zoomed; bpmn.io's mark stays visible.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";

const READABLE = 0.62; // a label of 12 px is still read
const MARGIN = 24;
const LABEL = 90; // width of a label beside its shape, and of a letter and a line in it
const LETTER = 6;
const LINE = 14;

// Draws the BPMN text into the element with its marks: { element id: {kind, sign, title} }; looks at what matters first.
window.showDiagram = async (container, xml, marks = {}) => {
  const viewer = new NavigatedViewer({ container });
  await viewer.importXML(document.documentElement.lang === "en" ? inEnglish(xml) : xml);
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  whole(canvas);
  let first = null;
  for (const [id, mark] of Object.entries(marks)) {
    const element = known.get(id);
    if (!element) continue;
    for (const name of mark.kind.split(" ")) canvas.addMarker(id, name);
    if (mark.sign) sign(viewer, element, mark);
    if (!first && !/^(was|stands)$/.test(mark.kind)) first = element;
  }
  if (first && canvas.zoom() < READABLE) centre(canvas, first);
  return viewer;
};

// The same diagram under the English names that it brings along; without any it stays as it is.
function inEnglish(xml) {
  const read = new DOMParser().parseFromString(xml, "application/xml");
  if (read.querySelector("parsererror")) return xml;
  const shapes = new Map([...read.querySelectorAll("*")].filter((node) => node.localName === "BPMNShape")
    .map((shape) => [shape.getAttribute("bpmnElement"), shape]));
  for (const node of read.querySelectorAll("*")) {
    const name = node.getAttributeNS("https://wangge.dev/bpmn", "nameEn");
    if (!name || !node.hasAttribute("name")) continue;
    node.setAttribute("name", name);
    if (shapes.has(node.id)) widen(shapes.get(node.id), name);
  }
  return new XMLSerializer().serializeToString(read);
}

// A label beside its shape gets room for English: it grows to both sides, and upwards where it stands above.
function widen(shape, name) {
  const [own, label] = [...shape.querySelectorAll("*")].filter((node) => node.localName === "Bounds");
  if (!label) return;
  const read = (bounds) => ["x", "y", "width", "height"].map((key) => Number(bounds.getAttribute(key)));
  const [x, y, width, height] = read(label);
  const [, top, , size] = read(own);
  const tall = LINE * Math.ceil((name.length * LETTER) / LABEL);
  label.setAttribute("x", x + width / 2 - LABEL / 2);
  label.setAttribute("width", LABEL);
  label.setAttribute("height", tall);
  if (y + height / 2 < top + size / 2) label.setAttribute("y", y + height - tall);
}

// Leads the eye to an element; false when the drawing does not have it.
window.lookAt = (viewer, id) => {
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  const element = known.get(id);
  known.filter((one) => canvas.hasMarker(one.id, "looked")).forEach((one) => canvas.removeMarker(one.id, "looked"));
  if (!element) return false;
  canvas.addMarker(id, "looked");
  if (canvas.zoom() < READABLE) canvas.zoom(READABLE);
  centre(canvas, element);
  return true;
};

function sign(viewer, element, mark) {
  const box = document.createElement("div");
  box.className = `sign ${mark.kind}`;
  box.textContent = mark.sign;
  if (mark.title) box.title = mark.title;
  const points = element.waypoints;
  const middle = points && points[Math.floor((points.length - 1) / 2)];
  const position = points
    ? { left: middle.x - Math.min(...points.map((one) => one.x)), top: middle.y - Math.min(...points.map((one) => one.y)) - 10 }
    : { right: 10, top: -10 };
  viewer.get("overlays").add(element.id, { position, html: box });
}

// The whole drawing, with air around it.
function whole(canvas) {
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min(1, (outer.width - MARGIN) / inner.width, (outer.height - MARGIN) / inner.height);
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: inner.x - (width - inner.width) / 2, y: inner.y - (height - inner.height) / 2, width, height });
}

// Centres the view on an element at a readable size, without showing more emptiness beside the drawing than needed.
function centre(canvas, element) {
  const { inner, outer } = canvas.viewbox();
  const begin = (middle, size, from, length) => length <= size
    ? from - (size - length) / 2
    : Math.min(Math.max(middle - size / 2, from - MARGIN), from + length - size + MARGIN);
  const width = outer.width / READABLE;
  const height = outer.height / READABLE;
  const at = element.waypoints ? element.waypoints[0] : element;
  const x = begin(at.x + (element.width || 0) / 2, width, inner.x, inner.width);
  const y = begin(at.y + (element.height || 0) / 2, height, inner.y, inner.height);
  canvas.viewbox({ x, y, width, height });
}
