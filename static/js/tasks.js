/* The inbox: arrows move among tasks and show each beside the list, the end of one leads to the next. */
import { closeDialog } from "./dialogs.js";

const links = () => [...document.querySelectorAll("[data-task-link]")];

document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.("[data-task-link]");
  if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = links();
  const now = all.indexOf(link);
  const next = { ArrowDown: now + 1, j: now + 1, ArrowUp: now - 1, k: now - 1, Home: 0, End: all.length - 1 }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    const to = all[Math.min(Math.max(next, 0), all.length - 1)];
    to.focus();
    // Beside the list there is a place to show it; on a phone it would take the list's place.
    if (to !== link && matchMedia("(min-width: 861px)").matches) to.click();
  } else if (event.key === "x") {
    event.preventDefault();
    link.closest(".task-row").querySelector(".row-check")?.click();
  } else if (event.key === "ArrowRight") {
    event.preventDefault();
    document.getElementById("task-preview-title")?.focus();
  }
});

document.addEventListener("keydown", (event) => {
  const preview = event.target.closest?.("#task-preview");
  if (event.key !== "Escape" || !preview || document.querySelector("dialog[open], :popover-open")) return;
  document.querySelector(".task-row[aria-current] [data-task-link]")?.focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-submit]")) event.target.form.requestSubmit();
});

function mark() {
  const inbox = document.getElementById("inbox");
  if (!inbox) return;
  const title = document.getElementById("task-preview-title");
  inbox.classList.toggle("has-task", Boolean(title));
  const chosen = new URL(location.href).searchParams.get("task");
  for (const row of document.querySelectorAll(".task-row")) {
    if (row.dataset.task === chosen) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/* The task that follows the one which is ended, as the list stands. */
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest?.("[data-task-form]");
  if (!form) return;
  const rows = [...document.querySelectorAll(".task-row")];
  const now = rows.findIndex((row) => row.hasAttribute("aria-current"));
  event.detail.parameters.set?.("next", (rows[now + 1] ?? rows[now - 1])?.dataset.task ?? "");
});

document.addEventListener("htmx:pushedIntoHistory", mark);
document.addEventListener("htmx:afterSettle", (event) => {
  if (!document.getElementById("inbox")) return;
  mark();
  const target = event.detail.target;
  if (target?.id === "task-preview" && document.activeElement?.closest?.("[data-task-link]") === null) document.getElementById("task-preview-title")?.focus();
  if (target?.id === "inbox" && (document.activeElement === document.body || !document.activeElement?.isConnected)) {
    (document.getElementById("task-preview-title") ?? links()[0])?.focus();
  }
});

document.addEventListener("kalip:close", closeDialog);
document.addEventListener("kalip:tasks", closeDialog);
