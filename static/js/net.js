/* What requests need: the token against forgery, a line that shows progress, a word when the server is away. */
import { toast } from "./toasts.js";
import { word } from "./words.js";

export const token = () => document.querySelector('meta[name="csrf-token"]').content;

if (window.Idiomorph) {
  // Whoever types keeps the field they are in.
  window.Idiomorph.defaults.ignoreActiveValue = true;
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
});

// A version that was changed meanwhile is answered with both of them, as a page; other conflicts with a word.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status !== 409 || !xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

// A double click sends once: what waited for the first answer is not sent when that leads to another page, and a button
// of a plain form does not send again at once. Both for a while only: a download leaves the page as it is.
const WHILE = 1000;
let leaving = 0;
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Redirect")) leaving = Date.now() + 10 * WHILE;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (Date.now() < leaving && event.detail.requestConfig.verb !== "get") event.preventDefault();
});
addEventListener("pageshow", () => { leaving = 0; });
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  const pressed = (event.submitter ?? event.target).dataset;
  if (Date.now() < Number(pressed.again ?? 0)) event.preventDefault();
  else pressed.again = Date.now() + WHILE;
});

let running = 0;
const shown = () => document.documentElement.classList.toggle("is-loading", running > 0);
document.addEventListener("htmx:beforeSend", () => { running += 1; shown(); });
document.addEventListener("htmx:afterRequest", () => { running = Math.max(0, running - 1); shown(); });
document.addEventListener("htmx:sendError", () => toast(word("failed"), "error"));

export async function post(address, values = {}) {
  const body = new URLSearchParams(values);
  body.set("csrf_token", token());
  return fetch(address, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token() } });
}
