/* Ctrl K: records, pages and commands in one list. */
const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const list = document.getElementById("palette-list");
let timer = 0;
let asked = 0;

export function openPalette(text = "") {
  if (!palette || palette.open) return;
  input.value = text;
  palette.showModal();
  input.focus();
  load();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); }
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); openPalette(); }
});
document.querySelector("[data-palette-open]")?.addEventListener("pointerdown", (event) => { event.preventDefault(); openPalette(event.target.value); });

palette?.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
input?.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(load, 120); });
input?.addEventListener("keydown", (event) => {
  const items = [...list.querySelectorAll(".menu-item")];
  const now = items.findIndex((item) => item.classList.contains("is-active"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark(items, (now + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length);
  } else if (event.key === "Enter" && items[now]) {
    event.preventDefault();
    location.assign(items[now].href);
  }
});

async function load() {
  const mine = ++asked;
  const answer = await fetch(`${input.dataset.source}?q=${encodeURIComponent(input.value)}`).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const { items } = await answer.json();
  list.replaceChildren(...items.map(row));
  mark([...list.children], 0);
}

function row(item, index) {
  const link = document.createElement("a");
  link.className = "menu-item";
  link.href = item.href;
  link.id = `palette-${index}`;
  link.setAttribute("role", "option");
  link.tabIndex = -1;
  const icon = document.querySelector(".top-search .icon").cloneNode(true);
  const use = icon.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${item.icon}`));
  const label = document.createElement("span");
  label.className = "clip grow";
  label.textContent = item.label;
  const note = document.createElement("span");
  note.className = "end";
  note.textContent = item.note;
  link.append(icon, label, note);
  return link;
}

function mark(items, index) {
  items.forEach((item, at) => {
    item.classList.toggle("is-active", at === index);
    item.setAttribute("aria-selected", String(at === index));
  });
  if (items[index]) { items[index].scrollIntoView({ block: "nearest" }); input.setAttribute("aria-activedescendant", items[index].id); }
}
