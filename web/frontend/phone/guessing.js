// While one writes: matters that the words point at, as chips; and what may have been reported already.
import { fill, linkTo } from "./dom.js";

const PAUSE = 600;

export function prepareGuessing(form) {
  const chips = document.getElementById("guesses");
  const similar = document.getElementById("similar");
  let timer;
  form.description.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  chips.addEventListener("change", (event) => {
    form.matter.value = event.target.value;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  async function ask() {
    const asked = new URLSearchParams({ description: form.description.value, place: form.place.value });
    let found;
    try {
      const answer = await fetch(`${form.dataset.guess}?${asked}`, { redirect: "manual", headers: { Accept: "application/json" } });
      found = answer.ok ? await answer.json() : null;
    } catch {
      return;
    }
    if (found && form.description.value === asked.get("description")) paint(found); // not of words since changed or sent
  }

  function paint({ matters, similar: cases }) {
    const chosen = form.matter.value;
    const none = { code: "", name: chips.dataset.none };
    fill(chips, ...(matters.length ? [...matters, none] : []).map((one) => chip(one, one.code === chosen)));
    chips.hidden = !matters.length;
    fill(similar, ...cases.map((one) => {
      const line = document.createElement("p");
      line.append(`${form.dataset.same} `, linkTo(one.url, `${one.title} · ${one.place}`, "link"));
      return line;
    }));
  }

  function chip(one, isChosen) {
    const label = document.createElement("label");
    label.className = "opt";
    const radio = document.createElement("input");
    radio.type = "radio";
    radio.name = "guess";
    radio.value = one.code;
    radio.checked = isChosen;
    const text = document.createElement("span");
    text.textContent = one.name;
    label.append(radio, text);
    return label;
  }
}
