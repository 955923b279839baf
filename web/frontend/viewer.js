// Shows a diagram that can be moved and zoomed; bpmn.io's mark stays visible.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";

const READABLE = 0.62; // a label of 12 px is still read
const MARGIN = 24;

// Draws the BPMN text into the element and marks the elements: { element id: [class, ...] }; looks at the first token.
window.showDiagram = async (container, xml, marks = {}) => {
  const viewer = new NavigatedViewer({ container });
  await viewer.importXML(xml);
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  canvas.zoom("fit-viewport", "auto");
  let live = null;
  for (const [id, classes] of Object.entries(marks)) {
    const element = known.get(id);
    if (!element) continue;
    for (const name of [classes].flat()) canvas.addMarker(id, name);
    if (!live && [classes].flat().includes("live")) live = element;
  }
  if (live && canvas.zoom() < READABLE) lookAt(canvas, live);
  return viewer;
};

// Centres the view on an element at a readable size, without showing more emptiness beside the drawing than needed.
function lookAt(canvas, element) {
  const { inner, outer } = canvas.viewbox();
  const begin = (centre, size, from, length) => length <= size
    ? from - (size - length) / 2
    : Math.min(Math.max(centre - size / 2, from - MARGIN), from + length - size + MARGIN);
  const width = outer.width / READABLE;
  const height = outer.height / READABLE;
  const x = begin(element.x + element.width / 2, width, inner.x, inner.width);
  const y = begin(element.y + element.height / 2, height, inner.y, inner.height);
  canvas.viewbox({ x, y, width, height });
}
