// Something said in passing, with a way back or on where there is one; it goes by itself after ten seconds.
export function say({ text, undo, label, reason, link }) {
  const place = document.getElementById("toast");
  const box = document.createElement("div");
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  if (undo) box.append(wayBack(undo, label, reason));
  if (link) box.append(wayOn(link, label));
  place.replaceChildren(box);
  setTimeout(() => box.remove(), 10000);
}

function wayOn(address, label) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.textContent = label;
  return anchor;
}

// A plain form: taking back is an act of its own, with a reason and an entry.
function wayBack(address, label, reason) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const token = document.querySelector("input[name=csrf_token]").value;
  for (const [name, value] of [["csrf_token", token], ["reason", reason]]) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  const button = document.createElement("button");
  button.textContent = label;
  form.append(button);
  return form;
}
