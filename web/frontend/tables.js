// On a phone a table folds into rows, a cell below the other: each cell then says the heading of its column itself.
export function labelTables() {
  document.querySelectorAll("table.rows").forEach((table) => {
    const headings = [...table.querySelectorAll("thead th, thead td")].map((one) => one.textContent.trim());
    table.querySelectorAll("tbody tr").forEach((row) => {
      const isNamed = row.cells[0] && row.cells[0].tagName === "TH";
      [...row.cells].forEach((cell, at) => {
        if (cell.tagName !== "TD") return;
        if ((at || !isNamed) && !cell.dataset.label) cell.dataset.label = headings[at] || "";
        cell.classList.toggle("void", !cell.textContent.trim() && !cell.querySelector("input, textarea, select, img, svg"));
      });
    });
  });
}
