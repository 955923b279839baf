// What the phone keeps: drafts and what waits to be sent, with their photos, in the browser's own database.
import { openDB } from "idb";

const KEPT = 7 * 24 * 3600 * 1000; // how long what was sent stays listed, in milliseconds

const opened = () => openDB("wangge-phone", 1, {
  upgrade(db) {
    db.createObjectStore("items", { keyPath: "key" });
    db.createObjectStore("tickets", { keyPath: "owner" });
  },
});

// What each person on this phone sends with, also when nobody is logged in any more.
export async function keepTicket(owner, ticket) {
  await (await opened()).put("tickets", { owner, ticket });
}

export async function ticketOf(owner) {
  const found = await (await opened()).get("tickets", owner);
  return found ? found.ticket : "";
}

// An item: key, owner (account), state, made (ISO), fields, photos ([Blob]), and once tried: number, url, why, said.
// A draft never takes the place of what waits or was sent under its key: a slow save of it may come after the sending.
export async function keep(item) {
  const change = (await opened()).transaction("items", "readwrite");
  const there = item.state === "draft" ? await change.store.get(item.key) : undefined;
  if (!there || ["draft", "failed"].includes(there.state)) change.store.put(item);
  await change.done;
}

export async function find(key) {
  return (await opened()).get("items", key);
}

export async function drop(key) {
  await (await opened()).delete("items", key);
}

// Every item, the newest first; what was sent long ago is forgotten.
export async function list() {
  const items = await (await opened()).getAll("items");
  const old = items.filter((one) => one.state === "sent" && Date.now() - Date.parse(one.sentAt) > KEPT);
  await Promise.all(old.map((one) => drop(one.key)));
  return items.filter((one) => !old.includes(one)).sort((a, b) => (a.made < b.made ? 1 : -1));
}

// A key that nobody else has; old phones have no randomUUID.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
