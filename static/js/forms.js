/* Record forms: what was touched, changes that would be lost, tabs, steps that add or remove a line. */
import { word } from "./words.js";

let dirty = false;
// Whether something was changed that the server has not worked out, nor been asked to save.
let pending = false;
let saving = false;
// Counts what is typed: an answer to the form as it was before would undo it.
let typed = 0;
// The count when the server was last asked to save.
let sent = 0;
const form = () => document.querySelector("form[data-guard]");

function setDirty(now) {
  dirty = now;
  form()?.classList.toggle("is-dirty", now);
}

document.addEventListener("input", (event) => { if (event.target.form?.matches("[data-guard]")) touch(event.target); });
document.addEventListener("change", (event) => { if (event.target.form?.matches("[data-guard]")) touch(event.target); });

function touch(input) {
  typed += 1;
  pending = true;
  if (!input.name || input.name.startsWith("_")) return;
  setDirty(true);
  const names = document.getElementById("touched");
  // The designer's forms are guarded too, and tell nothing of what was touched.
  if (!names) return;
  const [name, ...parts] = input.name.replace(/~.*/, "").split(".");
  const known = new Set(names.value.split(",").filter(Boolean)).add(name);
  // Of a line it is told which of its fields was touched.
  if (/^\d+$/.test(parts[0])) known.add([name, ...parts.slice(0, 2)].join("."));
  names.value = [...known].join(",");
}

addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
document.addEventListener("submit", (event) => { if (event.target.matches("[data-guard]")) dirty = false; }, true);
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, xhr } = event.detail;
  if (event.defaultPrevented) return;
  if (elt.matches("form[data-guard]")) { dirty = pending = false; saving = true; sent = typed += 1; }
  if (elt.id !== "live") return;
  if (saving || !pending) { event.preventDefault(); return; }
  pending = false;
  xhr.typed = typed;
});
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt.matches("form[data-guard]")) saving = false; });
document.addEventListener("htmx:beforeSwap", (event) => {
  const asked = event.detail.xhr.typed;
  // Nor may it take away the suggestions that one is choosing from.
  const choosing = document.querySelector("#record-form .picker-list:not([hidden])");
  if (asked === undefined || (asked === typed && !choosing)) return;
  event.detail.shouldSwap = false;
  // What was sent to be saved is worked out there; another preview would take away what the save said.
  pending = typed !== sent;
});
document.addEventListener("kalip:chosen", () => { if (pending && form()) window.htmx.trigger("#live", "kalip:preview"); });
document.addEventListener("kalip:clean", () => setDirty(false));
document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.detail.target?.closest?.("#record, #record-form") && event.detail.target?.id !== "record") return;
  const failed = event.detail.xhr?.status === 422 || event.detail.xhr?.responseURL?.includes("/preview");
  setDirty(failed && Boolean(form()));
  if (event.detail.xhr?.status === 422) (document.getElementById("faults") ?? document.getElementById("twins"))?.focus();
});

document.addEventListener("click", (event) => {
  const discard = event.target.closest("[data-discard]");
  if (discard) { dirty = false; if (!discard.getAttribute("href")) { event.preventDefault(); location.reload(); } }
  const step = event.target.closest("#record-form [data-form-step]");
  if (step) {
    event.preventDefault();
    const values = { [step.name]: step.value };
    setDirty(true);
    pending = true;
    window.htmx.ajax("POST", step.formAction, { source: step.form.querySelector("#live"), target: "#record-form", select: "#record-form", swap: "morph:outerHTML", values }).then(() => {
      if (step.name === "_add") document.querySelector(`[id="field-${CSS.escape("")}"], #f-${CSS.escape(step.value)}`)?.closest(".field")?.querySelector("tbody tr:last-child :is(input:not([type=hidden]), select)")?.focus();
    });
  }
  const tab = event.target.closest("[role=tab][data-tab]");
  if (tab && !event.ctrlKey && !event.metaKey) { event.preventDefault(); openTab(tab); }
  const fault = event.target.closest(".error-summary a[href^='#']");
  if (fault) { event.preventDefault(); reveal(fault.hash.slice(1)); }
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && form()) { event.preventDefault(); document.querySelector("[data-save]")?.click(); }
  const tab = event.target.closest?.("[role=tab]");
  if (tab && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
    const tabs = [...tab.parentElement.querySelectorAll("[role=tab]")];
    const next = tabs[(tabs.indexOf(tab) + (event.key === "ArrowRight" ? 1 : -1) + tabs.length) % tabs.length];
    next.focus();
    openTab(next);
  }
});

function openTab(tab) {
  for (const each of tab.parentElement.querySelectorAll("[role=tab]")) {
    const mine = each === tab;
    each.setAttribute("aria-selected", String(mine));
    if (mine) each.setAttribute("aria-current", "true"); else each.removeAttribute("aria-current");
    document.getElementById(each.getAttribute("aria-controls")).hidden = !mine;
  }
  document.getElementById("active-tab").value = tab.dataset.tab;
  const lazy = document.querySelector(`#${CSS.escape(tab.getAttribute("aria-controls"))} [data-lazy-tab]`);
  if (lazy) window.htmx.trigger(lazy, "kalip:open");
}

function reveal(id) {
  const input = document.getElementById(id) ?? document.querySelector(`[id^="${CSS.escape(id)}-"]`);
  const panel = input?.closest(".tab-panel");
  if (panel?.hidden) openTab(document.querySelector(`[aria-controls="${CSS.escape(panel.id)}"]`));
  input?.focus();
  input?.scrollIntoView({ block: "center", behavior: "smooth" });
}

document.addEventListener("click", (event) => {
  const refused = event.target.closest("[data-refusal]");
  if (refused?.dataset.refusal) document.dispatchEvent(new CustomEvent("kalip:toast", { detail: { message: refused.dataset.refusal, kind: "error" } }));
});

document.addEventListener("input", (event) => {
  const picked = event.target.closest("[data-colour-for]");
  if (!picked) return;
  const text = document.getElementById(picked.dataset.colourFor);
  text.value = picked.value;
  text.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("htmx:confirm", (event) => {
  if (dirty && event.detail.elt.matches("a[href]") && !confirm(word("unsaved"))) event.preventDefault();
});
