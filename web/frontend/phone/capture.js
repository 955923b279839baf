// The report page: the draft is kept while it is written, photos and all, and goes to the outbox when it is sent.
import { show, shrink } from "./photos.js";
import { find, keep, list, newKey } from "./store.js";
import { within } from "./within.js";

const TYPED = ["description", "place", "matter", "urgency", "done", "name", "phone", "lat", "lng", "accuracy"];
const PAUSE = 300;
const SLOWEST = 10000; // milliseconds that the phone's own store gets; after that the form goes as a form without a script

// Every handler is bound at once: whoever is quicker than the phone's store writes and sends all the same.
export function prepareCapture(form, owner, sent) {
  let draft = null;
  let isBegunHere = false;
  const typed = new Set();
  const words = form.dataset;
  const named = document.getElementById("snap").textContent;
  const repaint = () => {
    document.getElementById("snap").textContent = draft.photos.length ? words.another : named;
    show(document.getElementById("shots"), draft.photos, words, (index) => {
      draft.photos.splice(index, 1);
      save();
      repaint();
    });
  };
  const ready = within(opened(form, owner, typed), SLOWEST).then((found) => {
    draft = found;
    isBegunHere = !Object.keys(found.fields).length && !found.photos.length;
    repaint();
  });
  let timer;
  const save = () => { clearTimeout(timer); timer = setTimeout(() => { if (draft) saveNow(form, draft); }, PAUSE); };
  form.noValidate = true; // what is missing is said beside its field, in the page's words
  form.addEventListener("input", (event) => {
    const complaint = form.querySelector(`[data-problem="${event.target.name}"]`);
    if (complaint) complain(complaint, []); // what is being mended is not wrong any more
    if (event.target.type === "file") return;
    typed.add(event.target.name);
    ready.then(save, () => {});
  });
  const full = () => { if (draft) problems(form, {}, words.full, true); };
  let taken = ready; // all photos chosen so far are in the draft
  const take = async (input) => {
    const files = [...input.files];
    input.value = "";
    for (const file of files) draft.photos.push(await shrink(file));
    await saveNow(form, draft);
    repaint();
    if (!form.place.value && !form.lat.value) locate(form, save);
  };
  form.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    taken = taken.then(() => take(event.target)).catch(full);
  });
  prepareLocating(form, save);
  const submit = async (event) => {
    event.preventDefault();
    const button = event.submitter || document.activeElement;
    const way = button.value === "settled" ? "settled" : "report";
    try { await ready; } catch { button.click(); return; }
    await taken;
    if (!complete(form, way)) return;
    clearTimeout(timer);
    read(form, draft);
    const { key } = draft;
    try {
      await keep({ ...draft, state: "waiting", why: "", problems: {}, fields: { ...draft.fields, way } });
    } catch { full(); return; }
    draft = fresh(owner);
    typed.clear();
    clear(form);
    repaint();
    await sent(key, form);
  };
  form.addEventListener("submit", submit);
  addEventListener("pagehide", () => { if (draft) saveNow(form, draft); });
  const handOver = async (other) => { // what was begun on this page is another person's
    if (isBegunHere) draft.owner = other;
    await saveNow(form, draft);
  };
  return ready.then(() => handOver, (broken) => { // a browser that keeps nothing: the form is a plain form again
    form.removeEventListener("submit", submit);
    form.noValidate = false;
    throw broken;
  });
}

const fresh = (owner) => ({ key: newKey(), owner, state: "draft", made: new Date().toISOString(), fields: {}, photos: [] });

// The form as it is for the next report; no page is loaded for it, for there may be no signal.
function clear(form) {
  form.reset();
  TYPED.forEach((name) => { if (form.elements[name].value !== undefined && name !== "urgency") form.elements[name].value = ""; });
  problems(form, {}, "", false);
  document.getElementById("fix").textContent = "";
  document.getElementById("guesses").hidden = true;
  document.getElementById("similar").textContent = "";
  history.replaceState(null, "", "/phone/");
  scrollTo(0, 0);
}

// The draft that the address names, the newest of this person's, or a fresh one; what is typed meanwhile stays typed.
async function opened(form, owner, typed) {
  const wanted = new URLSearchParams(location.search).get("draft");
  const mine = (await list()).filter((one) => one.owner === owner && one.state === "draft");
  const found = (wanted && await find(wanted)) || mine[0];
  if (!found || found.owner !== owner || !["draft", "failed"].includes(found.state)) return fresh(owner);
  write(form, found, typed);
  problems(form, found.problems || {}, found.said || form.dataset.draft, Boolean(found.said));
  return { ...found, state: "draft" };
}

function write(form, item, typed) {
  for (const name of TYPED) {
    const control = form.elements.namedItem(name);
    if (control && !typed.has(name) && item.fields[name] !== undefined) control.value = item.fields[name];
  }
}

function read(form, draft) {
  const data = new FormData(form);
  draft.fields = {};
  for (const name of TYPED) if (data.get(name)) draft.fields[name] = String(data.get(name));
}

async function saveNow(form, draft) {
  read(form, draft);
  const begun = draft.photos.length || draft.fields.description || draft.fields.place || draft.fields.done;
  const there = await find(draft.key);
  if (there && !["draft", "failed"].includes(there.state)) return;
  if (begun || there) await keep(draft);
}

// Whether nothing is missing; what is missing is said beside its field.
function complete(form, way) {
  const missing = {};
  const needed = way === "settled" ? ["description", "place", "done"] : ["description", "place"];
  needed.filter((name) => !form.elements[name].value.trim()).forEach((name) => {
    missing[name] = [form.dataset.missing];
  });
  problems(form, missing, "", false);
  const first = needed.find((name) => missing[name]);
  if (first) form.elements[first].focus();
  return !first;
}

// Says beside a field what is wrong with it; with no words it says no more.
function complain(place, texts) {
  const control = document.getElementById(place.dataset.problem);
  place.hidden = !texts.length;
  place.textContent = texts.join(" ");
  place.closest(".field").classList.toggle("bad", Boolean(texts.length));
  if (texts.length && place.closest("details")) place.closest("details").open = true;
  if (control && texts.length) {
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", place.id);
  } else if (control) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
}

function problems(form, found, said, isWrong) {
  form.querySelectorAll("[data-problem]").forEach((place) => complain(place, found[place.dataset.problem] || []));
  const top = document.getElementById("wrong");
  top.hidden = !said;
  top.classList.toggle("red", isWrong);
  top.querySelector("strong").textContent = said;
}

function prepareLocating(form, save) {
  const button = document.getElementById("locate");
  if (!navigator.geolocation) return;
  button.hidden = false;
  button.addEventListener("click", () => locate(form, save));
}

function locate(form, save) {
  const fix = document.getElementById("fix");
  if (!navigator.geolocation) return;
  fix.textContent = form.dataset.seeking;
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    form.lat.value = coords.latitude.toFixed(6);
    form.lng.value = coords.longitude.toFixed(6);
    form.accuracy.value = Math.round(coords.accuracy);
    fix.textContent = form.dataset.fix.replace("{m}", Math.round(coords.accuracy));
    if (!form.place.value.trim()) {
      const point = form.dataset.point.replace("{lat}", coords.latitude.toFixed(4)).replace("{lng}", coords.longitude.toFixed(4));
      form.place.value = [form.dataset.spot, point].filter(Boolean).join(" ");
    }
    save();
  }, () => { fix.textContent = form.dataset.nofix; }, { enableHighAccuracy: true, timeout: 12000, maximumAge: 30000 });
}
