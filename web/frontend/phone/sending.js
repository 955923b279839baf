// Sends what waits, one item after the other, each under the key of its draft: whoever tries twice sends once.
import { keep, list } from "./store.js";

export const ME = "/phone/me";
const REPORTS = "/phone/reports";
const PASSING = [408, 425, 429, 500, 502, 503, 504, 507];

// Tries everything that waits for whoever is logged in; gives { owner, login, clock }. One tab at a time, where it can.
export async function sendAll(told = () => {}) {
  const locks = self.navigator.locks;
  return locks ? locks.request("wangge-outbox", () => trySending(told)) : trySending(told);
}

async function trySending(told) {
  const waiting = (await list()).filter((one) => one.state === "waiting" || one.state === "sending").reverse();
  if (!waiting.length) return {};
  const me = await whoAmI();
  if (!me.owner) {
    for (const item of waiting) await note(item, { state: "waiting", why: me.login ? "login" : "network" }, told);
    return me;
  }
  for (const item of waiting) {
    if (item.owner !== me.owner) await note(item, { state: "waiting", why: "foreign" }, told);
    else if (!(await send(item, me.token, told))) break;
  }
  return me;
}

// Who is logged in, and the token to send with; { login: true } when nobody is, {} without a connection.
export async function whoAmI() {
  try {
    const asked = `${ME}?device_at=${encodeURIComponent(new Date().toISOString())}`;
    const answer = await fetch(asked, { redirect: "manual", cache: "no-store", headers: { Accept: "application/json" } });
    if (answer.type === "opaqueredirect" || answer.status === 401) return { login: true };
    return answer.ok ? await answer.json() : {};
  } catch {
    return {};
  }
}

// One item; false when there is no use in trying the next one now.
async function send(item, token, told) {
  await note(item, { state: "sending", why: "" }, told);
  let answer;
  try {
    answer = await fetch(REPORTS, { method: "POST", redirect: "manual", body: formOf(item),
      headers: { Accept: "application/json", "X-CSRFToken": token } });
  } catch {
    await note(item, { state: "waiting", why: "network" }, told);
    return false;
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 400) {
    await note(item, { state: "waiting", why: "login" }, told);
    return false;
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
