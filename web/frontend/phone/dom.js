// What old phones do not have by themselves.

export function fill(place, ...nodes) {
  place.textContent = "";
  place.append(...nodes);
}

export function linkTo(address, text, style = "btn") {
  const link = document.createElement("a");
  link.className = style;
  link.href = address;
  link.textContent = text;
  return link;
}
