// Photos as they are kept: upright, at most 1,600 px, JPEG; what this phone cannot read goes as it is.
import { fill } from "./dom.js";

const LONGEST = 1600;
const QUALITY = 0.82;

export async function shrink(file) {
  const image = await load(file);
  if (!image) return file;
  const scale = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight));
  if (scale === 1 && file.size < 400000 && file.type === "image/jpeg") return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return made || file;
}

function load(file) {
  return new Promise((done) => {
    const image = new Image();
    const url = URL.createObjectURL(file);
    image.onload = () => { URL.revokeObjectURL(url); done(image); };
    image.onerror = () => { URL.revokeObjectURL(url); done(null); };
    image.src = url;
  });
}

// Shows the photos of a draft, each with a button that takes it away.
export function show(place, photos, words, removed) {
  place.querySelectorAll("img").forEach((one) => URL.revokeObjectURL(one.src));
  fill(place, ...photos.map((photo, index) => {
    const figure = document.createElement("figure");
    const image = document.createElement("img");
    image.src = URL.createObjectURL(photo);
    image.alt = words.photo.replace("{n}", index + 1);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "✕";
    button.setAttribute("aria-label", `${words.remove} ${image.alt}`);
    button.addEventListener("click", () => removed(index));
    figure.append(image, button);
    return figure;
  }));
  place.hidden = !photos.length;
}
