// The composer: what is being typed into the open room, and how it is sent.

import { $ } from "./dom.js";
import { say } from "./app.js";
import { spot, view } from "./keep.js";
import { choose, suggest } from "./suggest.js";

// draft is what somebody has typed into a room and not sent.
export function draft(words, at = spot()) {
  if (words) view.drafts[at] = words;
  else delete view.drafts[at];
  if (at === spot()) showDraft();
}

// showDraft puts what was typed into the open room into the composer.
export function showDraft() {
  const text = $("text");
  const words = view.drafts[spot()] ?? "";
  if (text.value !== words) text.value = words; // or a word that is being composed would break off
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
  suggest(words, fill);
}

// fill starts a message for the visitor to go on with.
export function fill(words) {
  draft(words);
  $("text").focus();
}

// composing reports whether a key belongs to an input method; the end of a word
// has another mark in Safari.
const composing = (e) => e.isComposing || e.keyCode === 229;

$("text").addEventListener("input", () => draft($("text").value));
$("text").addEventListener("keydown", (e) => {
  if (composing(e) || choose(e)) return;
  if (e.key !== "Enter" || e.shiftKey || $("text").value.includes("填表 ")) return; // a template has lines
  e.preventDefault();
  $("composer").requestSubmit();
});
$("composer").addEventListener("submit", async (e) => {
  e.preventDefault();
  const at = spot();
  const text = $("text").value.trim();
  if (!text) return;
  draft("");
  if ((await say(text)).lost) draft([text, view.drafts[at]].filter(Boolean).join("\n"), at);
});
