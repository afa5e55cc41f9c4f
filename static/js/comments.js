/* Comments: sent by keys, and kept while the record beside them is saved. */
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-send-by-keys]") || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

if (window.Idiomorph) {
  // A part that is marked so stays as it stands, with what was typed there.
  window.Idiomorph.defaults.callbacks.beforeNodeMorphed = (old) => !old.matches?.("[data-keep]");
}
