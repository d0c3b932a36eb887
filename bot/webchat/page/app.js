// The page: who the visitor is, what room is open, and what came in.

import { $, el, post, toast } from "./dom.js";
import { forgetDrafts, message } from "./cards.js";
import { startTour } from "./tour.js";
import { parcel, source } from "./wecom.js";

const config = JSON.parse($("config").textContent);
const GROUP = "#group";
const people = new Map(config.people.map((p, i) => [p.account, { ...p, index: i }]));

const view = { as: config.people[0].account, room: GROUP, mention: true, wecom: false };
let entries = [];
let flows = [];
let unread = new Map(); // "account/room" → count
let waiting = []; // of the tour

// ---- what is shown ----

const roomOf = (room) => (room === "group" ? GROUP : view.as);
const onScreen = (e) => e.room === view.room;
const key = (account, room) => `${account}/${room}`;

// show switches the person and the room: "group" or "private".
export function show(as, room) {
  view.as = as;
  view.room = room === "group" ? GROUP : as;
  unread.delete(key(as, view.room));
  document.body.dataset.tab = "chat";
  render();
  post("open", { as, room: view.room });
}

function render() {
  const p = people.get(view.as);
  const group = view.room === GROUP;
  $("room-name").textContent = group ? config.group.name : `${p.name}与${config.bot}的私聊`;
  $("room-note").textContent = `我是 ${p.name}（${p.post}）`;
  $("mention").hidden = !group;
  $("place").hidden = group;
  $("lines").replaceChildren(...entries.filter(onScreen).map(line));
  if (!$("lines").children.length) $("lines").append(empty(group));
  $("quick").replaceChildren(...p.quick.map(offer));
  marks();
  bottom();
}

function empty(group) {
  return el("p", { class: "empty" }, group ? `这里是${config.group.name}。@${config.bot} 说一句试试，比如「帮助」。` : `这里只有你和${config.bot}。发「帮助」看你能做什么。`);
}

function marks() {
  for (const b of document.querySelectorAll("[data-persona]")) {
    b.setAttribute("aria-pressed", b.dataset.persona === view.as);
    b.querySelector(".face").textContent = people.get(b.dataset.persona).name.slice(-1);
    const other = b.dataset.persona !== view.as;
    badge(b, other ? unread.get(key(b.dataset.persona, b.dataset.persona)) : 0);
  }
  for (const b of document.querySelectorAll("[data-room]")) {
    const room = roomOf(b.dataset.room);
    b.setAttribute("aria-pressed", room === view.room);
    badge(b, unread.get(key(view.as, room)));
  }
  for (const b of document.querySelectorAll("[data-tab-to]")) b.setAttribute("aria-current", b.dataset.tabTo === document.body.dataset.tab);
  $("who-dot").hidden = ![...unread.values()].some((n) => n > 0);
}

function badge(button, n) {
  const b = button.querySelector(".badge");
  b.hidden = !n;
  b.textContent = n ? String(n) : "";
  if (n) b.setAttribute("aria-label", `${n} 条未读`);
}

function bottom() {
  $("lines").scrollTop = $("lines").scrollHeight;
}

function line(e) {
  if (e.kind === "pressed") return el("p", { class: "did", "data-entry": e.id }, `${e.at} ${e.name} ${e.text}`);
  const mine = e.from === view.as;
  const p = people.get(e.from);
  const face = el("span", { class: `face ${p ? `c${p.index}` : "dark"}`, "aria-hidden": "true" }, p ? p.name.slice(-1) : "助");
  const dressed = view.wecom && e.wecom;
  const from = dressed ? source(e.wecom) : { name: "", secret: e.message?.confidential && "仅你可见 · 不可转发" };
  const meta = el("div", { class: "meta" }, `${e.name}${from.name} ${e.at} `, from.secret ? el("em", {}, from.secret) : null);
  const said = e.message
    ? dressed ? parcel(e, people.get(view.as), act) : message(e, view.as, act)
    : [el("div", { class: "bubble" }, e.toBot ? el("span", { class: "at" }, `@${config.bot} `) : null, e.kind === "placed" ? `📍 ${e.text}` : e.text)];
  return el("div", { class: `said ${mine ? "mine" : ""}`, "data-entry": e.id, "data-from": e.from ?? "bot", "data-confidential": Boolean(e.message?.confidential) },
    face, el("div", { class: "body" }, meta, ...said));
}

function offer(q) {
  return el("button", { type: "button", "data-quick": q.command.trim(), onclick: () => (q.fill ? fill(q.command) : command(q.command)) }, q.label);
}

function fill(words) {
  $("text").value = words;
  $("text").focus();
}

// ---- what the visitor does ----

const act = {
  press: (entry, button) => post("press", { as: view.as, card: entry.id, button }),
  submit: (entry, values) => post("submit", { as: view.as, card: entry.id, values }),
  type: (words) => say(words, true),
  copy: (words) => { fill(words); grow(); },
};

// command is a quick command: the bot menu in the private chat, a mention in
// the group. WeCom's robot has no menu: there it is typed.
function command(words) {
  if (view.wecom) return say(words, true);
  if (view.room === GROUP) return post("say", { as: view.as, room: GROUP, text: words, mention: true });
  return post("menu", { as: view.as, command: words });
}

// say sends a text as the visitor would.
export function say(text, mention = view.mention) {
  return post("say", { as: view.as, room: view.room, text, mention: view.room === GROUP && mention, wecom: view.wecom });
}

// wear draws everything as Feishu or as WeCom shows it.
export function wear(wecom) {
  view.wecom = wecom;
  document.body.dataset.skin = wecom ? "wecom" : "feishu";
  $("skin-note").hidden = !wecom;
  for (const b of document.querySelectorAll("[data-skin-to]")) b.setAttribute("aria-pressed", (b.dataset.skinTo === "wecom") === wecom);
  $("traffic").replaceChildren(...flows.map(traffic));
  render();
}

// sendPlace sends a location to the private chat.
export function sendPlace(place) {
  return post("location", { as: view.as, room: view.room, place });
}

// jump moves the clock.
export async function jump(to) {
  document.body.classList.add("busy");
  const answer = await post("clock", to);
  document.body.classList.remove("busy");
  return answer;
}

// reset makes the sample data anew.
export function reset() {
  return post("reset");
}

function grow() {
  const t = $("text");
  t.style.height = "auto";
  t.style.height = `${t.scrollHeight + 2}px`;
}

$("composer").addEventListener("submit", async (e) => {
  e.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  grow();
  await say(text);
});
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || e.shiftKey || e.isComposing || $("text").value.includes("填表 ")) return; // a template has lines
  e.preventDefault();
  $("composer").requestSubmit();
});
$("mention").addEventListener("click", () => setMention(!view.mention));

// setMention says whether messages in the group mention the bot.
export function setMention(on) {
  view.mention = on;
  $("mention").setAttribute("aria-pressed", on);
  $("mention").title = on ? "点一下：不@机器人" : "没有@机器人：它听不到";
}

for (const b of document.querySelectorAll("[data-persona]")) {
  b.addEventListener("click", () => show(b.dataset.persona, view.room === GROUP ? "group" : "private"));
}
for (const b of document.querySelectorAll("[data-room]")) b.addEventListener("click", () => show(view.as, b.dataset.room));
for (const b of document.querySelectorAll("[data-tab-to]")) {
  b.addEventListener("click", () => { document.body.dataset.tab = b.dataset.tabTo; marks(); bottom(); });
}
for (const b of document.querySelectorAll("[data-moment]")) b.addEventListener("click", () => { closeMore(); jump({ moment: b.dataset.moment }); });
for (const b of document.querySelectorAll("[data-minutes]")) b.addEventListener("click", () => { closeMore(); jump({ minutes: Number(b.dataset.minutes) }); });
$("custom").addEventListener("submit", (e) => { e.preventDefault(); closeMore(); jump({ to: $("custom-time").value }); });
$("reset").addEventListener("click", async () => { closeMore(); if ((await reset()).ok) toast("已重置示例数据"); });
const closeMore = () => { document.querySelector(".more").open = false; };

for (const b of document.querySelectorAll("[data-skin-to]")) b.addEventListener("click", () => wear(b.dataset.skinTo === "wecom"));
$("place").addEventListener("click", () => $("place-dialog").showModal());
$("place-cancel").addEventListener("click", () => $("place-dialog").close());
for (const b of document.querySelectorAll("[data-place]")) b.addEventListener("click", () => { $("place-dialog").close(); sendPlace(b.dataset.place); });
$("place-form").addEventListener("submit", () => { if ($("place-text").value.trim()) sendPlace($("place-text").value.trim()); $("place-text").value = ""; });
$("tour-start").addEventListener("click", () => startTour(config.tour));

// ---- what comes in ----

const stream = new EventSource("events");
stream.addEventListener("reset", () => {
  entries = [];
  flows = [];
  unread = new Map();
  forgetDrafts();
  $("traffic").replaceChildren();
  render();
  post("open", { as: view.as, room: view.room });
});
stream.addEventListener("entry", (e) => {
  const entry = JSON.parse(e.data);
  entries.push(entry);
  count(entry);
  if (onScreen(entry)) {
    $("lines").querySelector(".empty")?.remove();
    $("lines").append(line(entry));
    bottom();
  }
  marks();
  waiting = waiting.filter((w) => !w(entry));
});
stream.addEventListener("traffic", (e) => {
  const box = $("traffic");
  const t = JSON.parse(e.data);
  flows.push(t);
  box.append(traffic(t));
  box.scrollTop = box.scrollHeight;
});
stream.addEventListener("state", (e) => {
  const s = JSON.parse(e.data);
  $("now").textContent = s.now;
  $("now").dataset.now = s.iso;
  if (document.activeElement !== $("custom-time")) $("custom-time").value = s.iso;
  list($("jobs"), s.jobs);
  list($("audit"), s.audit);
});

function list(box, lines) {
  box.replaceChildren(...lines.map((l) => el("li", {}, l)));
  if (box.id === "audit") box.scrollTop = box.scrollHeight;
}

// count marks an entry unread for those who have not its room open.
function count(entry) {
  const readers = entry.room === GROUP ? [...people.keys()] : [entry.room];
  for (const account of readers) {
    if (entry.from === account || (account === view.as && entry.room === view.room)) continue;
    if (entry.kind === "pressed") continue;
    unread.set(key(account, entry.room), (unread.get(key(account, entry.room)) ?? 0) + 1);
  }
}

function traffic(t) {
  const arrow = { in: "→ 机器人", out: "← 机器人", clock: "⏱" }[t.way];
  const inside = [];
  const bytes = (view.wecom && t.wecom?.parcel) || t.payload;
  if (bytes) inside.push(el("pre", {}, JSON.stringify(bytes, null, 2)));
  if (t.payload && t.way === "in") {
    inside.push(el("button", { type: "button", "data-again": t.id, title: "平台没收到回执时会再投一次；机器人应当认出", onclick: () => post("again", { id: t.id }) }, "再投一次"));
  }
  return el("details", { class: `traffic ${t.way}`, "data-way": t.way }, el("summary", {}, `${t.at} `, el("b", {}, arrow), ` ${t.text}`), ...inside);
}

// ---- for the tour ----

// mark is how much has come in so far.
export const mark = () => entries.length;

// seen waits until a message of the bot with text is in a room ("group", or an
// account), among those that came after the mark.
export function seen(room, text, after, milliseconds) {
  const want = room === "group" ? GROUP : room;
  const fits = (e) => e.room === want && e.message && words(e.message).includes(text);
  const early = entries.slice(after).findLast(fits);
  if (early) return Promise.resolve(early);
  return new Promise((resolve) => {
    const stop = setTimeout(() => resolve(null), milliseconds);
    waiting.push((e) => {
      if (!fits(e)) return false;
      clearTimeout(stop);
      resolve(e);
      return true;
    });
  });
}

// words are all texts of a message.
function words(v) {
  if (typeof v === "string") return v;
  return v && typeof v === "object" ? Object.values(v).map(words).join("\n") : "";
}

render();
