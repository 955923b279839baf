// Draws the diagrams of a page with their marks; bpmn-js is loaded on the pages that need it.
const drawn = [];
let wanted = ""; // the element that somebody asked for, perhaps before the drawing was there

export function drawDiagrams() {
  document.querySelectorAll("[data-diagram]").forEach(async (place) => {
    if (!window.showDiagram) return;
    const answer = await fetch(place.dataset.diagram);
    if (!answer.ok) return;
    const words = (text) => (text || "").split(" ").filter(Boolean);
    const marks = JSON.parse(place.dataset.marks || "{}");
    words(place.dataset.done).forEach((id) => { marks[id] = { kind: "was" }; });
    words(place.dataset.live).forEach((id) => { marks[id] = { kind: "live" }; });
    words(place.dataset.late).forEach((id) => { marks[id] = { kind: "live is-late" }; });
    try {
      const viewer = await window.showDiagram(place, await answer.text(), marks);
      drawn.push({ viewer, pair: place.dataset.pair });
      if (place.dataset.pair) pair(place.dataset.pair);
      if (wanted) window.lookAt(viewer, wanted);
    } catch {
      const said = document.createElement("p");
      said.className = "muted undrawn";
      said.textContent = place.dataset.undrawn || "";
      place.replaceChildren(said);
    }
  });
}

// Two drawings of one diagram move and zoom together.
function pair(name) {
  const both = drawn.filter((one) => one.pair === name).map((one) => one.viewer.get("canvas"));
  if (both.length !== 2) return;
  const { x, y, width, height } = both[1].viewbox();
  both[0].viewbox({ x, y, width, height });
  let busy = false;
  drawn.filter((one) => one.pair === name).forEach(({ viewer }, at) => {
    viewer.on("canvas.viewbox.changed", () => {
      if (busy) return;
      busy = true;
      const { x, y, width, height } = both[at].viewbox();
      both[1 - at].viewbox({ x, y, width, height });
      busy = false;
    });
  });
}

// A word in a list leads to its element on the drawing; Escape leads nowhere else: the focus stays in the list.
document.addEventListener("click", (event) => {
  const look = event.target.closest("[data-look]");
  if (!look) return;
  wanted = look.dataset.look;
  const shown = drawn.filter(({ viewer }) => window.lookAt(viewer, wanted));
  if (shown.length) shown[0].viewer.get("canvas").getContainer().scrollIntoView({ block: "nearest" });
});

// Of a table only the cells that were typed over are sent.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-only-changed]")) return;
  event.target.querySelectorAll(".cell").forEach((cell) => { cell.disabled = cell.value === cell.defaultValue; });
});
