/* Record lists: selection, sort by several columns, frozen columns, widths by dragging. */
import { announce, word } from "./words.js";

const page = document.getElementById("list");
const bulk = document.getElementById("selection");

function update() {
  const boxes = [...document.querySelectorAll(".row-check")];
  const chosen = boxes.filter((box) => box.checked).length;
  bulk.hidden = chosen === 0;
  const text = word("selected", { count: chosen });
  bulk.querySelector("[data-selected-count]").textContent = text;
  if (!chosen) clearMatching();
  const all = document.querySelector("[data-check-all]");
  if (all) { all.checked = chosen > 0 && chosen === boxes.length; all.indeterminate = chosen > 0 && chosen < boxes.length; }
  announce(text);
}

/* Rows that aren't on the page are selected only as long as one sees that they are. */
function clearMatching() {
  const matching = bulk.querySelector("[data-matching]");
  if (matching) matching.checked = false;
}

let last = null;
document.addEventListener("click", (event) => {
  const box = event.target.closest?.(".row-check");
  if (box) {
    const boxes = [...document.querySelectorAll(".row-check")];
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((each) => { each.checked = box.checked; });
    }
    last = box;
    update();
  }
  if (event.target.matches?.("[data-check-all]")) {
    document.querySelectorAll(".row-check").forEach((each) => { each.checked = event.target.checked; });
    update();
  }
  if (event.target.closest?.("[data-clear-selection]")) {
    document.querySelectorAll(".row-check").forEach((each) => { each.checked = false; });
    update();
  }
  const head = event.target.closest?.("[data-sort-more]");
  if (head && event.shiftKey) { event.preventDefault(); location.assign(head.dataset.sortMore); }
});

function freeze() {
  const heads = [...document.querySelectorAll(".records thead th")];
  let left = 0;
  heads.forEach((head, index) => {
    if (!("frozen" in head.dataset)) return;
    const at = left;
    const next = heads.slice(index + 1).some((each) => "frozen" in each.dataset);
    for (const row of document.querySelectorAll(".records tr")) {
      const cell = row.children[index];
      if (!cell || row.classList.contains("more-row")) continue;
      cell.style.insetInlineStart = `${at}px`;
      cell.classList.toggle("is-frozen-last", !next);
    }
    left += head.getBoundingClientRect().width;
  });
}

/* The way back leads to the rows and the place one left, however many had been loaded. */
const wrap = document.querySelector(".table-wrap");
const place = () => `list ${location.pathname}${location.search}`;

async function comeBack() {
  const left = JSON.parse(sessionStorage.getItem(place()) ?? "null");
  const [way] = performance.getEntriesByType("navigation");
  if (!left || way?.type === "navigate") return;
  while (loadedRows() < left.rows) {
    const before = loadedRows();
    const more = document.querySelector(".more-row");
    if (!more) break;
    await window.htmx.ajax("GET", more.getAttribute("hx-get"), { source: more, target: more, swap: "outerHTML" });
    if (loadedRows() === before) break;
  }
  wrap.scrollTo(left.x, left.y);
}

function loadedRows() {
  return document.querySelectorAll(".records tbody tr[data-id]").length;
}

addEventListener("pagehide", () => {
  if (wrap) sessionStorage.setItem(place(), JSON.stringify({ rows: loadedRows(), x: wrap.scrollLeft, y: wrap.scrollTop }));
});

if (page) {
  freeze();
  comeBack();
  if (document.querySelector(".row-check:checked")) update();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.target.closest?.(".records")) return;
    freeze();
    const rows = loadedRows();
    const loaded = document.querySelector("[data-loaded]");
    if (loaded) loaded.textContent = loaded.textContent.replace(/\d+/, rows);
  });
}

/* Widths live in the address, so a dragged column survives reload, link and saved view. */
let dragged = null;
document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-resize]");
  if (!handle) return;
  event.preventDefault();
  const head = handle.closest("th");
  const column = document.querySelector(`.records col[data-path="${CSS.escape(head.dataset.path)}"]`);
  dragged = { handle, column, from: event.clientX, width: head.getBoundingClientRect().width };
  handle.classList.add("is-active");
  handle.setPointerCapture(event.pointerId);
});
document.addEventListener("pointermove", (event) => {
  if (dragged) dragged.column.width = Math.round(Math.min(1200, Math.max(60, dragged.width + event.clientX - dragged.from)));
});
document.addEventListener("pointerup", () => {
  if (!dragged) return;
  dragged.handle.classList.remove("is-active");
  dragged = null;
  freeze();
  const frozen = new Set([...document.querySelectorAll(".records th[data-frozen][data-path]")].map((head) => head.dataset.path));
  const columns = [...document.querySelectorAll(".records col[data-path]")].map((col) => `${col.dataset.path}:${col.width}${frozen.has(col.dataset.path) ? "!" : ""}`);
  const here = new URL(location.href);
  here.searchParams.set("columns", columns.join(","));
  history.replaceState(history.state, "", here);
  for (const link of document.querySelectorAll(".sort-link[href], .list-page a[href*='?'], .toolbar a[href], .toolbar [hx-get]")) {
    for (const name of ["href", "hx-get"]) {
      const value = link.getAttribute(name);
      if (!value || !value.startsWith(here.pathname)) continue;
      const there = new URL(value, location.href);
      there.searchParams.set("columns", columns.join(","));
      link.setAttribute(name, there.pathname + there.search);
    }
  }
});
