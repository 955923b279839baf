// Shows a diagram that can be moved and zoomed; bpmn.io's mark stays visible.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";

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
  if (live && canvas.zoom() < 0.6) {
    canvas.zoom(0.6, { x: live.x + live.width / 2, y: live.y + live.height / 2 });
    canvas.scrollToElement(live, 60);
  }
  return viewer;
};
