// Sends what waits, one item after the other, each under the key of its draft: whoever tries twice sends once.
import { keep, keepTicket, list, ticketOf } from "./store.js";

const ME = "/phone/me";
const OUTBOX = "/phone/outbox";
const PASSING = [408, 425, 429, 500, 502, 503, 504, 507];

// Tries everything that waits, whoever wrote it. One tab or worker at a time, where the browser can tell.
export async function sendAll(told = () => {}) {
  const locks = self.navigator.locks;
  return locks ? locks.request("wangge-outbox", () => trySending(told)) : trySending(told);
}

async function trySending(told) {
  const waiting = (await list()).filter((one) => one.state === "waiting" || one.state === "sending").reverse();
  for (const item of waiting) {
    if (!(await ticketOf(item.owner))) await whoAmI();
    const ticket = await ticketOf(item.owner);
    if (!ticket) await note(item, { state: "waiting", why: "login" }, told);
    else if (!(await send(item, ticket, told))) break;
  }
}

// Who is logged in; their ticket is kept for later. {} when nobody is, or without a connection.
export async function whoAmI() {
  try {
    const asked = `${ME}?device_at=${encodeURIComponent(new Date().toISOString())}`;
    const answer = await fetch(asked, { redirect: "manual", cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok) return {};
    const me = await answer.json();
    await keepTicket(me.owner, me.ticket);
    return me;
  } catch {
    return {};
  }
}

// One item; false when there is no use in trying the next one now.
async function send(item, ticket, told, again = false) {
  await note(item, { state: "sending", why: "" }, told);
  let answer;
  try {
    answer = await fetch(OUTBOX, { method: "POST", redirect: "manual", credentials: "omit", body: formOf(item),
      headers: { Accept: "application/json", "X-Phone-Ticket": ticket } });
  } catch {
    await note(item, { state: "waiting", why: "network" }, told);
    return false;
  }
  if (answer.status === 401 || answer.type === "opaqueredirect") {
    const me = await whoAmI();
    const fresh = me.owner === item.owner && me.ticket !== ticket ? me.ticket : "";
    if (fresh && !again) return send(item, fresh, told, true);
    await note(item, { state: "waiting", why: "login" }, told);
    return true; // another's ticket may be good
  }
  if (PASSING.includes(answer.status)) {
    await note(item, { state: "waiting", why: "server" }, told);
    return false;
  }
  await settle(item, answer, told);
  return true;
}

// What came of it: sent, or refused with its reasons.
async function settle(item, answer, told) {
  let body = {};
  try { body = await answer.json(); } catch { /* an answer that is no JSON has no reasons */ }
  if (answer.status === 201) {
    await note(item, { state: "sent", sentAt: new Date().toISOString(), number: body.number, url: body.url,
      said: body.clock || "", why: "", photos: [], count: item.photos.length }, told);
  } else {
    await note(item, { state: "failed", why: answer.status === 413 ? "large" : "refused", said: body.said || "",
      problems: body.fields || {}, number: body.number, url: body.url }, told);
  }
}

async function note(item, changed, told) {
  Object.assign(item, changed);
  await keep(item);
  told(item);
}

function formOf(item) {
  const form = new FormData();
  for (const name of Object.keys(item.fields)) form.append(name, item.fields[name]);
  form.append("key", item.key);
  form.append("noted_at", item.made);
  form.append("device_at", new Date().toISOString());
  item.photos.forEach((photo, place) => form.append("photos", photo, `${place + 1}.jpg`));
  return form;
}
