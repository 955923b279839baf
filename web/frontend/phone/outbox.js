// The list of what is on this phone, each item with its state, its reason, and what may be done about it.
import { fill } from "./dom.js";
import { drop, find, keep, list } from "./store.js";

export function prepareOutbox(owner, send) {
  const place = document.getElementById("items");
  const words = document.getElementById("words").dataset;
  const all = document.getElementById("send-all");
  all.addEventListener("click", send);
  place.addEventListener("click", async (event) => {
    const item = event.target.closest("[data-key]");
    if (!item) return;
    const found = await find(item.dataset.key);
    if (event.target.closest("[data-retry]")) {
      await keep({ ...found, state: "waiting", why: "" });
      await send();
    }
    if (event.target.closest("[data-drop]") && (found.state === "sent" || confirm(words.sure))) {
      await drop(found.key);
      await paint();
    }
  });

  async function paint() {
    const items = await list();
    const rows = items.length ? items.map(row) : [empty()];
    const same = rows.length === place.children.length && rows.every((one, at) => one.isEqualNode(place.children[at]));
    if (!same) fill(place, ...rows); // nothing moves away below a finger for no reason
    all.hidden = !items.some((one) => one.state === "waiting");
  }

  function empty() {
    const made = document.createElement("li");
    made.className = "empty";
    made.textContent = place.dataset.empty;
    return made;
  }

  function row(item) {
    const made = document.getElementById("item").content.firstElementChild.cloneNode(true);
    const state = made.querySelector(".state");
    const edit = made.querySelector("[data-edit]");
    const open = made.querySelector("[data-open]");
    const mine = item.owner === owner;
    made.dataset.key = item.key;
    made.querySelector("[data-what]").textContent = mine ? item.fields.description || words.nowords : "…";
    state.textContent = words[item.state] + (item.state === "sent" ? ` ${item.number}` : "");
    state.classList.add(item.state);
    made.querySelector("[data-where]").textContent = facts(item, mine);
    const why = reason(item);
    const told = made.querySelector("[data-why]");
    told.textContent = why;
    told.hidden = !why;
    edit.href = `/phone/?draft=${item.key}`;
    edit.hidden = !mine || !["draft", "failed"].includes(item.state);
    if (item.url) open.href = item.url;
    open.hidden = !item.url || !mine;
    made.querySelector("[data-retry]").hidden = !mine || !["failed", "waiting"].includes(item.state);
    return made;
  }

  function facts(item, mine) {
    const number = item.count || item.photos.length;
    const photos = number ? words.photos.replace("{n}", number) : "";
    return [mine ? item.fields.place : "", photos, new Date(item.made).toLocaleString()].filter(Boolean).join(" · ");
  }

  function reason(item) {
    if (item.state === "sent") return item.said || "";
    const listed = Object.values(item.problems || {}).reduce((all, texts) => all.concat(texts), []);
    if (item.state === "failed") return [words[item.why] || "", item.said || "", ...listed].filter(Boolean).join(" ");
    return item.state === "waiting" ? words[item.why === "login" && item.owner !== owner ? "foreign" : item.why] || "" : "";
  }

  return paint;
}
