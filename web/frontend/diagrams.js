// Draws the diagrams of a page, the tokens marked; bpmn-js is loaded on the pages that need it.
export function drawDiagrams() {
  document.querySelectorAll("[data-diagram]").forEach(async (place) => {
    if (!window.showDiagram) return;
    const answer = await fetch(place.dataset.diagram);
    if (!answer.ok) return;
    const words = (text) => text.split(" ").filter(Boolean);
    const marks = {};
    words(place.dataset.done).forEach((id) => { marks[id] = ["was"]; });
    words(place.dataset.live).forEach((id) => { marks[id] = ["live"]; });
    words(place.dataset.late).forEach((id) => { marks[id] = ["live", "is-late"]; });
    await window.showDiagram(place, await answer.text(), marks);
  });
}
