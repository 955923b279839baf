// A log-in that has ended while a page is open: a window over the page asks for it again, and what was wanted goes on.
// The page itself stays as it is, with everything typed and every photo chosen.
const ADDRESS = "/login/again";
let wanted = null; // the form that was sent too late, and its button
let later = false; // put off: what only looks for news asks no more

const box = () => document.getElementById("again");

async function open(form, button) {
  if (form) wanted = { form, button };
  if (!box() || box().open || (later && !form)) return;
  const answer = await fetch(ADDRESS, { headers: { "HX-Request": "true" } });
  if (answer.status === 204) return goOn();
  const text = await answer.text();
  if (box().open) return; // asked twice at once: what is typed there already stays
  show(text);
  box().showModal();
}

function show(text) {
  box().innerHTML = text;
  const name = box().querySelector("#again-username");
  if (name) box().querySelector(name.value ? "#again-password" : "#again-username").focus();
}

function goOn() {
  const { form, button } = wanted || {};
  wanted = null;
  if (!form || !form.isConnected) return;
  delete form.dataset.sent;
  form.dataset.checked = "yes";
  form.requestSubmit(button && button.form === form ? button : undefined);
}

async function enter(form) {
  const answer = await fetch(ADDRESS, { method: "POST", body: new FormData(form) });
  if (!(answer.headers.get("Content-Type") || "").includes("json")) return show(await answer.text());
  const said = await answer.json();
  if (said.next) {
    location.href = said.next;
    return undefined;
  }
  if (said.must_change) return show(await (await fetch(ADDRESS)).text());
  box().close();
  return goOn();
}

// What htmx was answered: the page is not touched.
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status !== 401 || !ctx.response.headers.get("X-Log-In")) return;
  event.preventDefault();
  const form = event.target.closest("form");
  const sent = form && ctx.request.method !== "GET" ? form : null;
  open(sent, ctx.sourceEvent && ctx.sourceEvent.submitter);
});

// A plain form with photos leaves the page when it is sent, and photos cannot be kept: ask first whether we are in.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-again]")) {
    event.preventDefault();
    enter(form);
    return;
  }
  const files = [...form.querySelectorAll("input[type=file]")].some((one) => one.files.length);
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post]") || !files) return;
  if (form.dataset.checked) {
    delete form.dataset.checked;
    return;
  }
  event.preventDefault();
  open(form, event.submitter);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-again-later]")) return;
  later = true;
  box().close();
});
