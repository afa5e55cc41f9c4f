/* The one dialog: whatever htmx puts into it opens it. */
const dialog = document.getElementById("dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== dialog || !dialog.firstElementChild) return;
  dialog.classList.toggle("dialog-wide", Boolean(dialog.querySelector("[data-wide]")));
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector('[aria-invalid="true"], .dialog-body input:not([type="hidden"]), .dialog-body select, .dialog-body textarea');
  first?.focus();
});

export function closeDialog() {
  if (dialog?.open) dialog.close();
}

dialog?.addEventListener("close", () => { dialog.replaceChildren(); });
document.addEventListener("click", (event) => {
  const closer = event.target.closest("#dialog [data-close-dialog]");
  if (closer) { event.preventDefault(); closeDialog(); }
  if (event.target === dialog && event.detail > 0) {
    const box = dialog.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside) closeDialog();
  }
});

/* The filter builder: each change of a field or comparison, and each step, asks the server for the next form.
   The form is morphed, so that the button one presses while leaving an input is still there when it is released. */
document.addEventListener("change", (event) => {
  // A button that is being pressed sends the form itself.
  if (document.querySelector("#builder button:active")) return;
  if (event.target.matches("#builder [data-builder], #builder .builder-row :is(input, select)")) step(event.target.form);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("#builder [data-builder-step]");
  if (button && dialog?.contains(button)) { event.preventDefault(); step(button.form, button); }
});

async function step(form, button) {
  if (!dialog?.contains(form)) return;
  const values = new FormData(form, button);
  values.delete("csrf_token");
  await window.htmx.ajax("POST", form.action, { source: dialog, target: "#dialog", swap: "morph:innerHTML", values: collect(values) });
  // Morphing spares the input one is in; an expression that nobody has edited follows all the same.
  const expression = document.getElementById("builder-expression");
  if (expression?.value === values.get("expression")) expression.value = expression.form.elements.built.value;
}

function collect(data) {
  const values = {};
  for (const [name, value] of data) values[name] = name in values ? [].concat(values[name], value) : value;
  return values;
}
