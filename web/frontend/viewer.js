// Shows a diagram that can be moved and zoomed; bpmn.io's mark stays visible.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";

// Draws the BPMN text into the element and marks the elements: { element id: class }.
window.showDiagram = async (container, xml, marks = {}) => {
  const viewer = new NavigatedViewer({ container });
  await viewer.importXML(xml);
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport");
  const known = viewer.get("elementRegistry");
  for (const [id, mark] of Object.entries(marks)) {
    if (known.get(id)) canvas.addMarker(id, mark);
  }
  return viewer;
};
