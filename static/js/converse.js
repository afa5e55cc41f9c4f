/* The dialogue of a conversion: what is chosen is worked out by the server at once; faults and new pages are shown first. */
const form = () => document.getElementById("convert-form");
let sending = false;
let changed = false;

if (window.Idiomorph) {
  // What one has opened stays open when the rest is renewed.
  const callbacks = window.Idiomorph.defaults.callbacks;
  const before = callbacks.beforeAttributeUpdated;
  callbacks.beforeAttributeUpdated = (name, node, change) => (name === "open" && node.tagName === "DETAILS" ? false : before?.(name, node, change));
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (elt.id === "convert-form") {
    sending = true;
    // What is typed now would be gone with the answer.
    elt.inert = true;
    window.htmx.trigger("#convert-look", "htmx:abort");
  }
  // What is sent is worked out by its own answer.
  if (elt.id === "convert-look" && sending) event.preventDefault();
});
// The form itself is gone by then: its answer has taken its place.
document.addEventListener("htmx:afterRequest", (event) => {
  const sent = event.detail.requestConfig?.elt;
  if (sent?.id === "convert-form") sending = sent.inert = false;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.elt.id !== "convert-look") return;
  // Suggestions that one is choosing from would be taken away.
  if (form()?.querySelector(".picker-list:not([hidden])")) { event.detail.shouldSwap = false; changed = true; }
});
document.addEventListener("kalip:chosen", () => {
  if (!changed || !form()) return;
  changed = false;
  window.htmx.trigger("#convert-look", "kalip:look");
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (target?.id !== "convert" || requestConfig?.elt?.id === "convert-look") return;
  document.querySelector("#convert .dialog-body")?.scrollTo(0, 0);
  const first = document.querySelector("#convert-faults") ?? document.querySelector("#convert #dialog-title");
  first?.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  const fault = event.target.closest("#convert-faults a[href^='#']");
  if (!fault) return;
  event.preventDefault();
  const input = document.getElementById(fault.hash.slice(1)) ?? document.querySelector(`[id^="${CSS.escape(fault.hash.slice(1))}"]`);
  input?.closest("details")?.setAttribute("open", "");
  input?.focus();
  input?.scrollIntoView({ block: "center" });
});

// Whoever ticks what to make of every selected record means just that.
document.addEventListener("change", (event) => {
  const exact = event.target.closest?.(".convert-exact")?.closest("form").querySelector('[name="which"][value="exact"]');
  if (exact) exact.checked = true;
});

// A page on which something has been made meanwhile is read anew once the dialogue is closed; a board moves its card.
const dialog = document.getElementById("dialog");
let stale = false;
document.addEventListener("htmx:afterSwap", () => { stale ||= Boolean(dialog?.querySelector("[data-stale]")); });
dialog?.addEventListener("close", () => {
  if (stale && !document.getElementById("board")) location.reload();
  stale = false;
});
