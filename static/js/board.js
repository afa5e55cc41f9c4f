/* Boards: cards dragged between stages. The server decides; a refused card goes back and the reason is said. */
import { closeDialog } from "./dialogs.js";
import { post } from "./net.js";
import { toast } from "./toasts.js";
import { announce, word } from "./words.js";

const board = document.getElementById("board");
let pending = null;

if (board && "movable" in board.dataset && window.Sortable) {
  for (const lane of board.querySelectorAll("[data-lane]")) {
    window.Sortable.create(lane, {
      group: { name: "cards", put: (to, from) => to === from || targets(from.el).has(to.el.dataset.lane) },
      draggable: ".card", filter: ".menu, .button", preventOnFilter: false, sort: false, animation: 130,
      ghostClass: "is-ghost", dragClass: "is-dragged", delay: 120, delayOnTouchOnly: true, scroll: true,
      onStart: (event) => shade(event.from),
      onEnd: (event) => { shade(null); if (event.from !== event.to) move(event.item, event.from, event.to); },
    });
  }
}

const laneOf = (stage) => board.querySelector(`[data-lane="${CSS.escape(decodeURIComponent(stage))}"]`);
const targets = (lane) => new Set(lane.closest(".lane").dataset.targets.split(" "));

function shade(from) {
  for (const lane of board.querySelectorAll(".lane")) {
    const other = from && lane !== from.closest(".lane");
    lane.classList.toggle("is-closed-to", Boolean(other) && !targets(from).has(lane.dataset.stage));
    lane.classList.toggle("is-open-to", Boolean(other) && targets(from).has(lane.dataset.stage));
  }
}

async function move(card, from, to, address = `${card.querySelector(".card-head a").getAttribute("href")}/move/${to.dataset.lane}`) {
  // Where it was taken from: somebody else may have moved it meanwhile, and then both should know.
  const answer = await post(address, { _leaving: from?.dataset.lane ?? "" }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (body?.ok) { done(card, body); return; }
  from.prepend(card);
  if (body?.dialog) {
    pending = { card, to };
    window.htmx.ajax("GET", body.dialog, { target: "#dialog", swap: "innerHTML" });
    return;
  }
  refused(card, body?.message ?? body?.detail ?? word("failed"));
  renew(card);
}

function refused(card, reason) {
  toast(reason, "error");
  announce(reason);
  card.classList.add("is-refused");
  card.addEventListener("animationend", () => card.classList.remove("is-refused"), { once: true });
  card.querySelector(".card-head a").focus();
}

function done(card, { message, undo }) {
  toast(message, "message", undo && (() => takeBack(card.id, undo)));
  refresh();
  renew(card);
}

function takeBack(id, address) {
  const card = document.getElementById(id);
  const to = laneOf(new URL(address, location.href).pathname.split("/").pop());
  if (!card || !to) return;
  const from = card.parentElement;
  to.prepend(card);
  move(card, from, to, address);
}

/* What a card shows and where it may go next have changed with its stage. */
async function renew(card) {
  const address = new URL(board.dataset.card, location.href);
  address.searchParams.set("id", card.dataset.id);
  const text = await fetch(address).then((answer) => (answer.ok ? answer.text() : null)).catch(() => null);
  if (text === null || !card.isConnected) return;
  const shown = document.createElement("template");
  shown.innerHTML = text;
  const fresh = shown.content.firstElementChild;
  if (!fresh) { card.remove(); return; }
  // Nothing is waited for from here on: what people do meanwhile would be lost.
  const held = card.contains(document.activeElement);
  const opened = card.querySelector(":popover-open") !== null;
  const lane = laneOf(fresh.dataset.stage);
  if (lane && lane !== card.parentElement) { card.remove(); lane.prepend(fresh); refresh(); } else card.replaceWith(fresh);
  window.htmx.process(fresh);
  if (held) fresh.querySelector(".card-head a").focus();
  // Who was about to choose where it goes next goes on, among the stages that are open to it now.
  if (opened) fresh.querySelector("[data-card-moves]")?.showPopover();
}

async function refresh() {
  const answer = await fetch(board.dataset.totals).catch(() => null);
  if (!answer?.ok) return;
  for (const [stage, total] of Object.entries(await answer.json())) {
    const lane = board.querySelector(`.lane[data-stage="${CSS.escape(stage)}"]`);
    if (!lane) continue;
    lane.querySelector("[data-count]").textContent = total.count;
    lane.querySelector("[data-count]").classList.toggle("badge-warning", total.over);
    lane.querySelector("[data-total]").textContent = total.total;
  }
}

/* The menu on each card does the same without dragging. */
document.addEventListener("submit", (event) => {
  const menu = event.target.closest?.("[data-card-moves]");
  if (!menu || !board) return;
  event.preventDefault();
  menu.hidePopover();
  const card = menu.closest(".card");
  const from = card.parentElement;
  if ("pipeline" in event.submitter.dataset) { move(card, from, from, event.submitter.formAction); return; }
  const to = laneOf(event.submitter.formAction.split("/").pop());
  to.prepend(card);
  move(card, from, to);
});

// The dialogue of a conversion stays open: it shows what was made.
document.addEventListener("kalip:converted", (event) => moved(event));
document.addEventListener("kalip:moved", (event) => { closeDialog(); moved(event); });

function moved(event) {
  if (!pending) return;
  const { card, to } = pending;
  pending = null;
  // The dialogue may have led to another end than the one that the card was dropped on.
  ((event.detail.stage && laneOf(event.detail.stage)) || to).prepend(card);
  done(card, event.detail);
}

/* The keyboard: arrows walk over the cards, with Alt they move the card to the next stage on that side that is open to it. */
board?.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".card");
  if (!card || !event.target.matches(".card-head a") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.altKey) {
    if (step && "movable" in board.dataset) { event.preventDefault(); carry(card, step); }
    return;
  }
  const next = step ? beside(card, step) : { ArrowUp: card.previousElementSibling, ArrowDown: card.nextElementSibling }[event.key];
  const link = next?.querySelector?.(".card-head a");
  if (link) { event.preventDefault(); link.focus(); }
});

function beside(card, step) {
  const lanes = [...board.querySelectorAll("[data-lane]")];
  const place = [...card.parentElement.querySelectorAll(".card")].indexOf(card);
  for (let at = lanes.indexOf(card.parentElement) + step; lanes[at]; at += step) {
    const cards = lanes[at].querySelectorAll(".card");
    if (cards.length) return cards[Math.min(place, cards.length - 1)];
  }
  return null;
}

function carry(card, step) {
  const lanes = [...board.querySelectorAll("[data-lane]")];
  const from = card.parentElement;
  for (let at = lanes.indexOf(from) + step; lanes[at]; at += step) {
    if (!targets(from).has(lanes[at].dataset.lane)) continue;
    lanes[at].prepend(card);
    card.querySelector(".card-head a").focus();
    move(card, from, lanes[at]);
    return;
  }
  announce(word("no_stage"));
}
