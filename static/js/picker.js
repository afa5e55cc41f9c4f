/* Reference inputs: suggestions from the server as one types (ARIA combobox), several values as chips, new ones inline. */
import { word } from "./words.js";

let timer = 0;
let asked = 0;
// The picker whose search is about to start, or runs.
let searching = null;
let waiting = null;

const boxOf = (target) => target.closest?.(".picker[data-picker]");
const listOf = (box) => box.querySelector("[role=listbox]");
const inputOf = (box) => box.querySelector("[role=combobox]");

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.(".picker [role=combobox]") && !event.target.readOnly) load(boxOf(event.target), "");
});
document.addEventListener("focusout", (event) => {
  const box = boxOf(event.target);
  if (box && !box.contains(event.relatedTarget)) close(box);
});
document.addEventListener("input", (event) => {
  if (!event.target.matches?.(".picker [role=combobox]")) return;
  const box = boxOf(event.target);
  const value = box.querySelector("[data-picker-value]");
  if (value) value.value = "";
  clearTimeout(timer);
  searching = box;
  timer = setTimeout(() => load(box, event.target.value), 150);
});
// A name that is typed but not chosen is no change yet.
document.addEventListener("change", (event) => {
  if (event.target.matches?.(".picker [role=combobox]") && event.isTrusted) event.stopPropagation();
}, true);

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(".picker [role=combobox]")) return;
  const box = boxOf(event.target);
  const options = [...listOf(box).querySelectorAll("[role=option]")];
  const now = options.findIndex((each) => each.classList.contains("is-active"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (listOf(box).hidden) load(box, event.target.value);
    else mark(box, options, (now + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length);
  } else if (event.key === "Enter" && !listOf(box).hidden && options[now]) {
    event.preventDefault();
    choose(box, options[now]);
  } else if (event.key === "Escape" && (searching === box || !listOf(box).hidden)) {
    event.preventDefault();
    event.stopPropagation();
    close(box);
  }
});

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.(".picker-list [role=option]");
  if (option) { event.preventDefault(); choose(boxOf(option), option); }
});
document.addEventListener("click", (event) => {
  const box = boxOf(event.target);
  if (!box) return;
  if (event.target.closest("[data-picker-clear]")) set(box, "", "");
  const remove = event.target.closest("[data-picker-remove]");
  if (remove) { remove.closest(".chip").remove(); changed(box); }
});

async function load(box, text) {
  const mine = ++asked;
  searching = box;
  const entity = box.parentElement.querySelector("[data-picker-entity]")?.value ?? "";
  const address = `${box.dataset.picker}?q=${encodeURIComponent(text)}&entity=${encodeURIComponent(entity)}`;
  const answer = await fetch(address).catch(() => null);
  const found = answer?.ok ? await answer.json() : null;
  if (mine !== asked) return;
  searching = null;
  if (!found || !box.contains(document.activeElement)) return;
  const { options, create } = found;
  const list = listOf(box);
  const rows = options.map((each) => option(each.title, each.id, each.note));
  if (create && box.dataset.create) rows.push(option(word("create", { title: text }), "", "", text));
  if (!rows.length) rows.push(note(word("none")));
  list.replaceChildren(...rows.map((row, index) => { row.id = `${list.id}-${index}`; return row; }));
  list.hidden = false;
  inputOf(box).setAttribute("aria-expanded", "true");
  mark(box, [...list.querySelectorAll("[role=option]")], text ? 0 : -1);
}

function option(title, id, more, create) {
  const row = document.createElement("div");
  row.className = "menu-item";
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", "false");
  row.dataset.id = id;
  row.dataset.title = title;
  if (create !== undefined) row.dataset.create = create;
  row.textContent = title;
  if (more) { const small = document.createElement("span"); small.className = "menu-note"; small.textContent = more; row.append(small); }
  return row;
}

function note(text) {
  const row = document.createElement("div");
  row.className = "menu-title";
  row.setAttribute("role", "option");
  row.setAttribute("aria-disabled", "true");
  row.setAttribute("aria-selected", "false");
  row.textContent = text;
  return row;
}

function mark(box, options, index) {
  options.forEach((each, at) => { each.classList.toggle("is-active", at === index); each.setAttribute("aria-selected", String(at === index)); });
  if (options[index]) { options[index].scrollIntoView({ block: "nearest" }); inputOf(box).setAttribute("aria-activedescendant", options[index].id); }
  else inputOf(box).removeAttribute("aria-activedescendant");
}

function choose(box, row) {
  if (row.getAttribute("aria-disabled")) return;
  if (row.dataset.create !== undefined) {
    waiting = box;
    close(box);
    window.htmx.ajax("GET", `${box.dataset.create}?q=${encodeURIComponent(row.dataset.create)}`, { target: "#dialog", swap: "innerHTML" });
    return;
  }
  set(box, row.dataset.id, row.dataset.title);
  close(box);
}

function set(box, id, title) {
  if ("pickerMany" in box.dataset) {
    if (id) box.querySelector(".picker-values").append(chip(box, id, title));
    inputOf(box).value = "";
  } else {
    box.querySelector("[data-picker-value]").value = id;
    inputOf(box).value = title;
  }
  changed(box);
}

function chip(box, id, title) {
  const shown = document.createElement("span");
  shown.className = "chip";
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = box.querySelector("input[type=hidden]").name;
  hidden.value = id;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "chip-remove";
  remove.dataset.pickerRemove = "";
  remove.setAttribute("aria-label", `× ${title}`);
  remove.textContent = "×";
  shown.append(hidden, title, remove);
  return shown;
}

function changed(box) {
  const input = box.querySelector("input[type=hidden]");
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/* A search that runs or is about to must not open the list again. */
function close(box) {
  clearTimeout(timer);
  asked += 1;
  searching = null;
  if (!listOf(box).hidden) setTimeout(() => document.dispatchEvent(new Event("kalip:chosen")));
  listOf(box).hidden = true;
  inputOf(box).setAttribute("aria-expanded", "false");
}

document.addEventListener("kalip:created", (event) => {
  document.getElementById("dialog").close();
  if (waiting?.isConnected) set(waiting, event.detail.id, event.detail.title);
  waiting = null;
});
