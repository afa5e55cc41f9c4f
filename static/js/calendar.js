/* Calendars: records are moved by dragging, or by Alt and an arrow; a double click on an empty place makes a new one. */
import { announce, word } from "./words.js";
import { post } from "./net.js";
import { toast } from "./toasts.js";

const calendar = () => document.querySelector("[data-calendar]");
const cellOf = (target) => target.closest?.("[data-calendar] td[data-day], [data-calendar] section[data-day]");
let dragged = null;

document.addEventListener("dragstart", (event) => {
  const entry = event.target.closest?.("[data-entry]");
  if (!entry || !calendar() || !("movable" in calendar().dataset)) return;
  dragged = entry;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", entry.dataset.entry);
  entry.classList.add("is-dragged");
});
document.addEventListener("dragover", (event) => {
  const cell = dragged && cellOf(event.target);
  if (!cell) return;
  event.preventDefault();
  if (cell.classList.contains("is-over")) return;
  clear();
  cell.classList.add("is-over");
});
document.addEventListener("dragend", () => { dragged?.classList.remove("is-dragged"); dragged = null; clear(); });
document.addEventListener("drop", (event) => {
  const cell = dragged && cellOf(event.target);
  if (!cell) return;
  event.preventDefault();
  const entry = dragged;
  const from = cellOf(entry);
  clear();
  if (cell === from) return;
  move(entry, cell.dataset.day, cell.dataset.time && from?.dataset.time ? clock(entry, cell.dataset.time) : cell.dataset.time ?? "");
});

/* An entry that is dragged to another hour keeps its minutes. */
function clock(entry, hour) {
  const minutes = /:(\d\d)/.exec(entry.querySelector(".entry-time")?.textContent ?? "")?.[1] ?? "00";
  return `${hour.slice(0, 2)}:${minutes}`;
}

function clear() {
  for (const each of document.querySelectorAll(".is-over")) each.classList.remove("is-over");
}

async function move(entry, day, time) {
  entry.classList.add("is-moving");
  const answer = await post(entry.dataset.move, { day, time: time ?? "", version: entry.dataset.version }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  entry.classList.remove("is-moving");
  if (!said?.ok) { toast(said?.message ?? word("failed"), "error"); return; }
  const id = entry.dataset.entry;
  await window.htmx.ajax("GET", location.href, { target: "#calendar", swap: "outerHTML" });
  announce(said.message);
  document.querySelector(`[data-entry="${CSS.escape(id)}"]`)?.focus();
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
document.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.("[data-entry]");
  if (!entry || !calendar() || !(event.key in STEPS)) return;
  const cell = cellOf(entry);
  if (event.altKey && calendar() && "movable" in calendar().dataset && entry.draggable) {
    event.preventDefault();
    const hours = cell.dataset.time && (event.key === "ArrowUp" || event.key === "ArrowDown");
    if (!hours) { move(entry, shifted(cell.dataset.day, STEPS[event.key]), ""); return; }
    const hour = Number(cell.dataset.time.slice(0, 2)) + (event.key === "ArrowDown" ? 1 : -1);
    if (hour >= 0 && hour <= 23) move(entry, cell.dataset.day, clock(entry, String(hour).padStart(2, "0")));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const all = [...document.querySelectorAll("[data-calendar] [data-entry]")];
  const to = all[all.indexOf(entry) + (STEPS[event.key] > 0 ? 1 : -1)];
  if (to) { event.preventDefault(); to.focus(); }
});

function shifted(day, by) {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + by);
  return moment.toISOString().slice(0, 10);
}

document.addEventListener("dblclick", (event) => {
  const cell = cellOf(event.target);
  if (!cell || event.target.closest("a, button")) return;
  const add = cell.querySelector(".day-add");
  if (add) location.assign(add.href);
});
