// What a message may begin with: after a / the commands of whoever writes it.

import { $, el } from "./dom.js";
import { view } from "./keep.js";

const config = JSON.parse($("config").textContent);
const commands = new Map(config.people.map((p) => [p.account, p.commands ?? []]));

let at = 0; // which one is chosen

// suggest offers the commands that words may become; take is given the one that
// is chosen.
export function suggest(words, take) {
  const found = words.startsWith("/") ? commands.get(view.as).filter((c) => fits(c, words.slice(1).toLowerCase())) : [];
  $("commands").replaceChildren(...found.map((c, i) => el("li", {
    role: "option", id: `command-${i}`, "data-command": c.name,
    onpointerdown: (e) => e.preventDefault(), // the composer keeps the focus
    onclick: () => take(`${c.name} `),
  }, el("b", {}, c.name), el("span", {}, c.summary))));
  $("commands").hidden = !found.length;
  mark(0);
}

const fits = (c, typed) => [c.name, ...(c.aliases ?? [])].some((n) => n.toLowerCase().startsWith(typed));

function mark(n) {
  const all = [...$("commands").children];
  at = all.length && (n + all.length) % all.length;
  for (const [i, li] of all.entries()) li.setAttribute("aria-selected", i === at);
  all[at]?.scrollIntoView({ block: "nearest" });
  if (all.length) $("text").setAttribute("aria-activedescendant", all[at].id);
  else $("text").removeAttribute("aria-activedescendant");
}

// choose reports whether a key was meant for the suggestions.
export function choose(e) {
  if ($("commands").hidden) return false;
  if (e.key === "ArrowDown") mark(at + 1);
  else if (e.key === "ArrowUp") mark(at - 1);
  else if (["Enter", "Tab"].includes(e.key) && !e.shiftKey) $("commands").children[at].click();
  else if (e.key === "Escape") $("commands").hidden = true;
  else return false;
  e.preventDefault();
  return true;
}

$("commands").addEventListener("keydown", choose);
