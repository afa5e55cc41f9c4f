/* Fields for files: dropped ones, and what was chosen but not saved yet, with pictures of pictures. */
import { word } from "./words.js";

const zoneOf = (event) => event.target.closest?.("[data-drop]");
const inputOf = (zone) => zone.querySelector("input[type=file]");
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

/* A file that misses its field would replace the page. */
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  const zone = zoneOf(event);
  event.dataTransfer.dropEffect = zone ? "copy" : "none";
  mark(zone);
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  mark(null);
  const zone = zoneOf(event);
  if (zone) take(inputOf(zone), [...event.dataTransfer.files]);
});

function mark(over) {
  for (const zone of document.querySelectorAll("[data-drop]")) zone.classList.toggle("is-over", zone === over);
}

function take(input, files) {
  const before = input.multiple ? [...input.files] : [];
  set(input, input.multiple ? [...before, ...files] : files.slice(0, 1));
}

function set(input, files) {
  const kept = new DataTransfer();
  for (const file of files) kept.items.add(file);
  input.files = kept.files;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("change", (event) => { if (zoneOf(event) && event.target.type === "file") show(zoneOf(event)); });
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-unchoose]");
  if (!button) return;
  const input = inputOf(zoneOf(event));
  set(input, [...input.files].filter((_, index) => String(index) !== button.dataset.unchoose));
  input.focus();
});
/* The server's form knows nothing of what is only chosen. */
document.addEventListener("htmx:afterSwap", () => document.querySelectorAll("[data-drop]").forEach(show));

/* What was saved is not sent again. */
document.addEventListener("kalip:clean", () => {
  for (const zone of document.querySelectorAll("[data-drop]")) { inputOf(zone).value = ""; show(zone); }
});

function show(zone) {
  const list = zone.querySelector("[data-chosen]");
  for (const picture of list.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
  list.replaceChildren(...[...inputOf(zone).files].map(row));
}

function row(file, index) {
  const shown = document.createElement("li");
  shown.className = "file-row";
  if (/^image\/(png|jpeg|gif|webp|avif)$/.test(file.type)) {
    const picture = document.createElement("img");
    picture.className = "file-thumb";
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    shown.append(picture);
  }
  const name = document.createElement("span");
  name.className = "clip";
  name.textContent = file.name;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "chip-remove end";
  remove.dataset.unchoose = index;
  remove.setAttribute("aria-label", word("unchoose", { name: file.name }));
  remove.textContent = "×";
  shown.append(name, remove);
  return shown;
}
