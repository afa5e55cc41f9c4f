/* The designer: entries of maps dragged into order, and completion in the JSON of a document. */
import { post, token } from "./net.js";
import { toast } from "./toasts.js";
import { announce, word } from "./words.js";

for (const list of document.querySelectorAll("[data-entries]")) {
  window.Sortable?.create(list, {
    handle: ".grip", draggable: "[data-entry]", animation: 130, ghostClass: "is-ghost", dragClass: "is-dragged",
    onEnd: (event) => { if (event.oldIndex !== event.newIndex) moved(list, event.item); },
  });
}

async function moved(list, item) {
  const values = { do: "move", map: list.dataset.map, entry: item.dataset.entry, after: item.previousElementSibling?.dataset.entry ?? "" };
  const body = new URLSearchParams({ ...values, csrf_token: token() });
  const answer = await fetch(list.dataset.entries, { method: "POST", body, headers: { "HX-Request": "true", "X-CSRFToken": token() } }).catch(() => null);
  if (!answer?.ok) { toast(word("failed"), "error"); return; }
  document.getElementById("draft-bar").outerHTML = await answer.text();
  first_and_last(list);
  announce(item.querySelector(".design-entry-name").textContent.trim());
}

function first_and_last(list) {
  const items = [...list.querySelectorAll("[data-entry]")];
  for (const [place, item] of items.entries()) {
    item.querySelector('[value="up"]').disabled = place === 0;
    item.querySelector('[value="down"]').disabled = place === items.length - 1;
  }
}

const text = document.querySelector("textarea[data-completion]");
const offers = document.getElementById("completion");
let chosen = 0;

if (text && offers) {
  text.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.code === "Space") { event.preventDefault(); offer(); return; }
    if (offers.hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) { event.preventDefault(); choose(chosen + moves[event.key]); }
    else if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); take(offers.children[chosen]); }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
  });
  text.addEventListener("input", () => { if (!offers.hidden) offer(); });
  text.addEventListener("blur", () => setTimeout(close, 150));
  offers.addEventListener("pointerdown", (event) => { event.preventDefault(); take(event.target.closest("li")); });
}

async function offer() {
  const before = text.value.slice(0, text.selectionStart);
  const answer = await post(text.dataset.completion, { before }).catch(() => null);
  const found = answer?.ok ? await answer.json() : { suggestions: [] };
  if (before !== text.value.slice(0, text.selectionStart)) return;
  offers.replaceChildren(...found.suggestions.map(line));
  offers.hidden = found.suggestions.length === 0;
  offers.dataset.written = found.written;
  offers.dataset.value = found.is_value ? "1" : "";
  choose(0);
}

function line({ text: said, note }, place) {
  const item = document.createElement("li");
  item.role = "option";
  item.id = `completion-${place}`;
  item.className = "menu-item";
  item.dataset.word = said;
  const name = document.createElement("span");
  name.className = "mono";
  name.textContent = said;
  const meaning = document.createElement("span");
  meaning.className = "muted small";
  meaning.textContent = note;
  item.append(name, meaning);
  return item;
}

function choose(place) {
  const items = [...offers.children];
  if (!items.length) return;
  chosen = (place + items.length) % items.length;
  for (const [number, item] of items.entries()) {
    item.classList.toggle("is-active", number === chosen);
    item.ariaSelected = String(number === chosen);
  }
  items[chosen].scrollIntoView({ block: "nearest" });
  text.setAttribute("aria-activedescendant", items[chosen].id);
}

function take(item) {
  if (!item) return;
  const at = text.selectionStart;
  let from = at - offers.dataset.written.length;
  if (text.value[from - 1] === '"') from -= 1;
  const bare = offers.dataset.value && ["true", "false"].includes(item.dataset.word);
  const quoted = bare ? item.dataset.word : `"${item.dataset.word}"`;
  const rest = text.value.slice(at).replace(/^"/, "");
  const said = offers.dataset.value || /^\s*:/.test(rest) ? quoted : `${quoted}: `;
  text.setRangeText(said, from, text.value.length - rest.length, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  close();
}

function close() {
  offers.hidden = true;
  text.removeAttribute("aria-activedescendant");
}

/* The layout of a form: fields dragged between sections; the server answers with the layout anew. */
function arrange() {
  const layout = document.getElementById("layout");
  for (const list of layout?.querySelectorAll("[data-section], [data-unplaced]") ?? []) {
    window.Sortable?.create(list, {
      group: "fields", handle: ".grip", draggable: "[data-field]", animation: 130, ghostClass: "is-ghost", dragClass: "is-dragged",
      onEnd: (event) => { if (event.from !== event.to || event.oldIndex !== event.newIndex) placed(event.item); },
    });
  }
}

function placed(item) {
  // The layout may have been answered anew while the field was carried.
  const layout = document.getElementById("layout");
  if (!layout) return;
  const section = item.closest("[data-section]")?.dataset.section;
  const pointer = item.querySelector('[name="pointer"]')?.value;
  const after = item.previousElementSibling?.dataset.field ?? "";
  const values = section ? { do: "place", field: item.dataset.field, section, after } : { do: "take", pointer };
  window.htmx.ajax("POST", layout.dataset.layout, { target: "#layout", swap: "outerHTML", values });
}

arrange();
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target?.id === "layout") arrange(); });
document.addEventListener("change", (event) => { if (event.target.id === "preview-role") event.target.form.requestSubmit(); });
