/* Names in comments: @ and the beginning of a name offers those who may see the record (a textarea that controls a listbox). */
import { announce, word as said } from "./words.js";

let timer = 0;
let asked = 0;

const listOf = (area) => document.getElementById(area.getAttribute("aria-controls") ?? "");
const open = (area) => { const list = listOf(area); return list && !list.hidden ? list : null; };

/* What is typed behind an @ that begins a word, up to where one writes. */
function begun(area) {
  const before = area.value.slice(0, area.selectionStart);
  const found = /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}][^@\n]{0,40})?$/u.exec(before);
  return found ? { text: found[1] ?? "", start: before.length - (found[1] ?? "").length } : null;
}

document.addEventListener("input", (event) => {
  const area = event.target;
  if (!area.matches?.("[data-mentions]")) return;
  clearTimeout(timer);
  const word = begun(area);
  if (!word || / {2}$/.test(word.text)) { close(area); return; }
  timer = setTimeout(() => load(area), 120);
});

document.addEventListener("keydown", (event) => {
  const area = event.target;
  const list = area.matches?.("[data-mentions]") && open(area);
  if (!list) return;
  const options = [...list.children];
  const now = options.findIndex((each) => each.classList.contains("is-active"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark(area, options, (now + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length);
  } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
    event.preventDefault();
    choose(area, options[Math.max(now, 0)]);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close(area);
  }
});
document.addEventListener("pointerdown", (event) => {
  const row = event.target.closest?.(".mention-list [role=option]");
  if (row) { event.preventDefault(); choose(document.querySelector(`[aria-controls="${row.parentElement.id}"]`), row); }
});
document.addEventListener("focusout", (event) => { if (event.target.matches?.("[data-mentions]")) close(event.target); });

async function load(area) {
  const mine = ++asked;
  const word = begun(area);
  if (!word) return;
  const answer = await fetch(`${area.dataset.mentions}?q=${encodeURIComponent(word.text)}`).catch(() => null);
  const found = answer?.ok ? await answer.json() : null;
  if (mine !== asked || document.activeElement !== area || !begun(area)) return;
  if (!found?.options.length) { close(area); return; }
  const list = listOf(area) ?? made(area);
  list.replaceChildren(...found.options.map((each, index) => option(each, `${list.id}-${index}`)));
  list.hidden = false;
  announce(said("people", { count: found.options.length }));
  mark(area, [...list.children], 0);
}

function made(area) {
  const list = document.createElement("div");
  list.className = "picker-list mention-list";
  list.id = `${area.id}-people`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", area.dataset.people ?? "");
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);
  area.parentElement.append(list);
  return list;
}

function option(each, id) {
  const row = document.createElement("div");
  row.className = "menu-item";
  row.id = id;
  row.dataset.written = each.written;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", "false");
  const note = document.createElement("span");
  note.className = "menu-note";
  note.textContent = each.note;
  row.append(each.title, note);
  return row;
}

function mark(area, options, index) {
  options.forEach((each, at) => { each.classList.toggle("is-active", at === index); each.setAttribute("aria-selected", String(at === index)); });
  if (options[index]) { options[index].scrollIntoView({ block: "nearest" }); area.setAttribute("aria-activedescendant", options[index].id); }
}

function choose(area, row) {
  const word = begun(area);
  if (word && row) area.setRangeText(`${row.dataset.written} `, word.start, area.selectionStart, "end");
  close(area);
  area.focus();
}

function close(area) {
  clearTimeout(timer);
  asked += 1;
  const list = listOf(area);
  if (!list) return;
  list.hidden = true;
  area.removeAttribute("aria-activedescendant");
}
