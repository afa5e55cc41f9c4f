/* The column chooser: order by buttons or by dragging. */
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-column-up], [data-column-down]");
  if (!button) return;
  const item = button.closest("[data-column-item]");
  if ("columnUp" in button.dataset) item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  button.focus();
});

let held = null;
document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest?.("[data-column-item] .grip")?.closest("[data-column-item]");
  if (!item) return;
  event.preventDefault();
  held = item;
  item.classList.add("is-dragged");
});
document.addEventListener("pointermove", (event) => {
  if (!held) return;
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-column-item]");
  if (!over || over === held) return;
  const middle = over.getBoundingClientRect();
  if (event.clientY < middle.top + middle.height / 2) over.before(held);
  else over.after(held);
});
document.addEventListener("pointerup", () => { held?.classList.remove("is-dragged"); held = null; });
