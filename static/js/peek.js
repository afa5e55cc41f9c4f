/* A record beside its list: the address names it, Escape closes it, and one is back where one was.
   Shift+Enter opens it from a cell. */
const panel = document.getElementById("peek");
// The cell from where it was opened.
let from = null;

const shown = () => new URL(location.href).searchParams.get("peek");
const buttonOf = (id) => document.querySelector(`[data-peek="${CSS.escape(id ?? "")}"]`);

async function show(id) {
  for (const button of document.querySelectorAll("[data-peek][aria-expanded]")) button.removeAttribute("aria-expanded");
  panel.hidden = !id;
  if (!id) { panel.replaceChildren(); return; }
  buttonOf(id)?.setAttribute("aria-expanded", "true");
  await window.htmx.ajax("GET", panel.dataset.part.replace("/_/", `/${encodeURIComponent(id)}/`), { target: panel, swap: "innerHTML" });
  document.getElementById("peek-title")?.focus();
}

function open(id, cell) {
  const address = new URL(location.href);
  address.searchParams.set("peek", id);
  from = cell;
  // Going from one to the next leaves one step back to the list alone.
  history[shown() ? "replaceState" : "pushState"]({ peek: true }, "", address);
  show(id);
}

function close() {
  const id = shown();
  const address = new URL(location.href);
  address.searchParams.delete("peek");
  if (history.state?.peek) history.back();
  else history.replaceState(history.state, "", address);
  show(null);
  (from?.isConnected ? from : buttonOf(id))?.focus();
  from = null;
}

if (panel) {
  addEventListener("popstate", () => show(shown()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-peek]");
    if (button) open(button.dataset.peek, button);
    if (event.target.closest?.("[data-close-peek]")) close();
  });
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.(".records tbody tr[data-id] td:not([data-editing])");
    if (event.key === "Enter" && event.shiftKey && cell === event.target) {
      event.preventDefault();
      event.stopPropagation();
      open(cell.parentElement.dataset.id, cell);
    }
  }, true);
  document.addEventListener("keydown", (event) => {
    const busy = document.querySelector("dialog[open], :popover-open") || event.target.closest?.("[data-editing], .picker");
    if (event.key === "Escape" && !event.defaultPrevented && !panel.hidden && !busy) { event.preventDefault(); close(); }
  });
}
