/* Short messages in the corner, read out by screen readers; some can be undone while they are shown. */
const LASTS = 10_000;

export function toast(text, kind = "message", undo = null) {
  const region = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!region || !template || !text) return;
  const shown = template.content.firstElementChild.cloneNode(true);
  shown.classList.toggle("toast-error", kind === "error");
  if (kind === "error") {
    const use = shown.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#alert-circle"));
  }
  shown.querySelector("span").textContent = text;
  const button = shown.querySelector("[data-undo]");
  button.hidden = !undo;
  button.addEventListener("click", () => { shown.remove(); undo(); });
  region.append(shown);
  expire(shown);
}

function expire(element) {
  let timer = setTimeout(() => element.remove(), LASTS);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("focusin", () => clearTimeout(timer));
  for (const left of ["pointerleave", "focusout"]) {
    element.addEventListener(left, () => { clearTimeout(timer); timer = setTimeout(() => element.remove(), LASTS / 2); });
  }
}

document.addEventListener("click", (event) => event.target.closest("[data-close-toast]")?.closest(".toast").remove());
document.addEventListener("kalip:toast", (event) => toast([event.detail.message, event.detail.hint].filter(Boolean).join(" "), event.detail.kind));
for (const element of document.querySelectorAll(".toast")) expire(element);
