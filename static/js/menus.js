/* The navigation and menus, which are popovers: the browser opens and closes them; this places them and moves by arrow keys. */
const GAP = 6;

// The page one came to stays in sight where the navigation is longer than the window. Not by scrollIntoView: the first
// Tab would go on from there, past the link to the content.
const navigation = document.querySelector(".nav-scroll");
const here = navigation?.querySelector("[aria-current]");
if (here) navigation.scrollTop = here.getBoundingClientRect().bottom - navigation.getBoundingClientRect().bottom + GAP;

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.(".menu")) return;
  const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  button?.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState !== "open") return;
  if (button) place(menu, button);
  menu.querySelector(".menu-item, input:not([type=hidden]), select")?.focus({ preventScroll: true });
}, true);

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.right - width > 8 && at.left + width > innerWidth - 8 ? at.right - width : at.left), innerWidth - width - 8);
  const below = at.bottom + GAP + height <= innerHeight - 8;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${below ? at.bottom + GAP : Math.max(8, at.top - GAP - height)}px`;
}

document.addEventListener("htmx:afterSettle", (event) => {
  const menu = event.target.closest?.(".menu:popover-open");
  const button = menu && document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  if (button) { place(menu, button); menu.querySelector("input:not([type=hidden]), select")?.focus(); }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu:popover-open");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key) || event.target.matches("input, select, textarea")) return;
  const items = [...menu.querySelectorAll(".menu-item")];
  if (!items.length) return;
  const now = items.indexOf(document.activeElement);
  const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[event.key];
  items[(next + items.length) % items.length].focus();
  event.preventDefault();
});
