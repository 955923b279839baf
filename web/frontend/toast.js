// Something said in passing; it goes by itself after ten seconds.
export function say(text) {
  const place = document.getElementById("toast");
  const box = document.createElement("div");
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  place.replaceChildren(box);
  setTimeout(() => box.remove(), 10000);
}
