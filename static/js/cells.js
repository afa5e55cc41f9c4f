/* The list by keyboard: arrows, Home and End move between cells, Space selects the row, Enter opens the record or
   edits the cell, F2 edits. A cell is edited where it stands: Enter saves, Escape leaves. */
let before = null;

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest?.("td[data-editable]");
  if (cell && !event.target.closest("a")) open(cell);
});

document.addEventListener("click", (event) => {
  const cell = event.target.closest?.(".records tbody td:not(.is-editing)");
  if (cell && !event.target.closest("a, input, button")) focusCell(cell);
});

document.addEventListener("keydown", (event) => {
  const editing = event.target.closest?.("td[data-editing]");
  if (editing) {
    if (event.key === "Escape") { event.preventDefault(); restore(editing); }
    if (event.key === "Enter" && event.target.matches("select")) { event.preventDefault(); event.target.form.requestSubmit(); }
    return;
  }
  if (event.target.matches?.(".table-wrap") && ["ArrowDown", "ArrowRight"].includes(event.key)) enter(event);
  const cell = event.target.closest?.(".records tbody td");
  if (!cell || event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = cell.parentElement;
  if (event.key === "Enter" || event.key === "F2") {
    event.preventDefault();
    const link = cell.querySelector("a");
    if (cell.matches("[data-editable]") && (event.key === "F2" || !cell.matches(".cell-title"))) open(cell);
    else link?.click();
    return;
  }
  if (event.key === " ") {
    event.preventDefault();
    row.querySelector(".row-check")?.click();
    return;
  }
  const index = [...row.children].indexOf(cell);
  const next = {
    Home: row.children[1],
    End: row.lastElementChild,
    ArrowLeft: cell.previousElementSibling,
    ArrowRight: cell.nextElementSibling,
    ArrowUp: row.previousElementSibling?.children[index],
    ArrowDown: row.nextElementSibling?.children[index],
  }[event.key];
  if (next) { event.preventDefault(); focusCell(next); }
});

// A choice, a date or a tick is saved at once; typed text when one leaves the cell.
document.addEventListener("change", (event) => {
  const cell = event.target.closest?.("td[data-editing]");
  if (cell && event.target.matches("select, [type=checkbox], [type=hidden]")) event.target.form.requestSubmit();
});
document.addEventListener("focusout", (event) => {
  const cell = event.target.closest?.("td[data-editing]");
  if (!cell || !event.relatedTarget || cell.contains(event.relatedTarget)) return;
  const form = cell.querySelector("form");
  if (form && event.target.value !== event.target.defaultValue) form.requestSubmit();
  else restore(cell);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const form = document.querySelector("td[data-editing] form");
  if (form && !form.contains(document.activeElement)) {
    const input = form.querySelector("input:not([type=hidden]), select, textarea");
    input?.focus();
    input?.select?.();
  }
  if (event.detail.elt?.matches?.("td[data-editable]")) focusCell(event.detail.elt);
});

document.addEventListener("kalip:saved", (event) => {
  const row = document.querySelector(`tr[data-id="${CSS.escape(event.detail.id)}"]`);
  if (row) row.dataset.version = event.detail.version;
});

function enter(event) {
  const cell = document.querySelector(".records td[tabindex='0']") ?? document.querySelector(".records tbody .cell-title");
  if (cell) { event.preventDefault(); focusCell(cell); }
}

function open(cell) {
  before = cell.dataset.editable;
  window.htmx.ajax("GET", cell.dataset.editable, { source: cell, target: cell, swap: "outerHTML" });
}

function restore(cell) {
  const address = cell.querySelector("form")?.getAttribute("action") ?? before;
  if (address) window.htmx.ajax("GET", `${address}?shown=1`, { source: cell, target: cell, swap: "outerHTML" });
}

function focusCell(cell) {
  document.querySelectorAll(".records td[tabindex='0']").forEach((each) => { each.tabIndex = -1; });
  cell.tabIndex = 0;
  cell.focus();
}
