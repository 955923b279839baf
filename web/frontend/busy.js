// A form that takes longer says so: its button names what happens until the answer comes.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.busy || event.defaultPrevented) return;
  form.setAttribute("aria-busy", "true");
  const button = form.querySelector(".btn.go");
  if (!button) return;
  button.dataset.said = button.textContent;
  button.textContent = form.dataset.busy;
  button.setAttribute("aria-live", "polite");
});
// Back by the browser's button: the page as it was, not as it waited.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[aria-busy]").forEach((form) => {
    form.removeAttribute("aria-busy");
    const button = form.querySelector("[data-said]");
    if (button) button.textContent = button.dataset.said;
  });
});
