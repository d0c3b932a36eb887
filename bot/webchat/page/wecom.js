// A message of the bot in WeCom's clothes: the bodies that its adapter makes,
// drawn as WeCom draws them.

import { el } from "./dom.js";

const names = { robot: "（智能机器人）", app: "（自建应用）" };
const PRESSED = "✓";
const TEMPLATE = "填表 ";

// pressed are the buttons that somebody pressed, by the card's task.
const pressed = new Map();

// source is who speaks, and what protects it.
export function source({ parcel: p }) {
  const safe = p.bodies.some((b) => b.safe === 1);
  return { name: names[p.way] ?? "", secret: safe ? "保密消息 · 不可转发 · 带水印" : "" };
}

// parcel draws an entry's bodies for a person. act is told of presses and of
// texts to copy.
export function parcel(entry, person, act) {
  const parts = entry.wecom.parcel.bodies.map((b) => body(b, entry, person, act));
  const bare = entry.wecom.bare?.bodies.map((b) => el("p", {}, words(b)));
  if (bare) parts.push(el("details", { class: "bare" }, el("summary", {}, "没有自建应用时，智能机器人只说摘要"), ...bare));
  return parts;
}

// words are what a body's text shows: characters without width cannot be seen,
// and markdown ends its lines with two blanks.
function words(b) {
  return (b.markdown ?? b.text).content.replaceAll("  \n", "\n").replaceAll("\u200b", "");
}

function body(b, entry, person, act) {
  if (b.template_card) return card(b.template_card, entry, act);
  const text = words(b);
  const bubble = el("div", { class: `bubble ${b.safe ? "safe" : ""}`, "data-way": b.safe ? "safe" : "open", "data-watermark": b.safe && `${person.name}　　　　`.repeat(500) },
    el("span", {}, text));
  const at = text.indexOf(TEMPLATE);
  if (at < 0) return bubble;
  return el("div", { class: "template" }, bubble, el("button", { type: "button", "data-copy": "", onclick: () => act.copy(text.slice(at)) }, "复制模板到输入框"));
}

function card(c, entry, act) {
  const facts = (c.horizontal_content_list ?? []).flatMap((f) => [el("dt", {}, f.keyname), el("dd", {}, f.value)]);
  return el("article", { class: "template-card", "data-card": entry.id, "aria-label": c.main_title.title },
    el("header", {}, c.main_title.title),
    c.main_title.desc ? el("p", { class: "note" }, c.main_title.desc) : null,
    facts.length ? el("dl", { class: "facts" }, ...facts) : null,
    c.sub_title_text ? el("p", {}, c.sub_title_text) : null,
    el("div", { class: "keys" }, ...c.button_list.map((b) => key(b, c.task_id, entry, act))));
}

// key is a button. What is pressed is the same button of the portable card, as
// both carry the same command; one that only WeCom's clothes have says it.
function key(b, task, entry, act) {
  const done = pressed.get(task) ?? new Set();
  return el("button", {
    type: "button", class: `style${b.style}`, "data-button": b.text, title: b.key,
    async onclick(e) {
      const own = e.currentTarget;
      own.disabled = true;
      const i = (entry.message.card.buttons ?? []).findIndex((x) => x.command === b.key);
      await (i < 0 ? act.type(b.key) : act.press(entry, i));
      pressed.set(task, done.add(b.key));
      own.textContent = PRESSED + b.text;
      own.disabled = false;
    },
  }, (done.has(b.key) ? PRESSED : "") + b.text);
}
