// The page: who the visitor is, what room is open, and what came in.

import { $, el, post, toast } from "./dom.js";
import { message } from "./cards.js";
import { fill, showDraft } from "./composer.js";
import { begin, GROUP, spot, view } from "./keep.js";
import { hold, keepPlace, place, stay } from "./place.js";
import { startTour } from "./tour.js";
import { parcel, source } from "./wecom.js";

const config = JSON.parse($("config").textContent);
const people = new Map(config.people.map((p, i) => [p.account, { ...p, index: i }]));

let entries = [];
let flows = [];
let unread = new Map(); // by spot
let waiting = []; // of the tour

// ---- what is shown ----

const roomOf = (room) => (room === "group" ? GROUP : view.as);
const onScreen = (e) => e.room === view.room;

// show switches the person and the room: "group" or "private".
export function show(as, room) {
  view.as = as;
  view.room = room === "group" ? GROUP : as;
  render();
  showTab("chat");
  post("open", { as, room: view.room });
}

// showTab shows one part of the page where there is no room for all.
export function showTab(tab) {
  view.tab = document.body.dataset.tab = tab;
  for (const b of document.querySelectorAll("[data-tab-to]")) b.setAttribute("aria-current", b.dataset.tabTo === tab);
  showDraft(); // which has no height while it is not seen
}

function render() {
  const p = people.get(view.as);
  const group = view.room === GROUP;
  $("room-name").textContent = group ? config.group.name : `${p.name}与${config.bot}的私聊`;
  $("room-note").textContent = `我是 ${p.name}（${p.post}）`;
  $("mention").hidden = !group;
  $("place").hidden = $("photo").hidden = group;
  $("lines").replaceChildren(...entries.filter(onScreen).map(line));
  if (!$("lines").children.length) $("lines").append(empty(group));
  $("quick").replaceChildren(...p.quick.map(offer));
  showDraft();
  settle();
  marks();
}

const settle = hold($("lines"), place, (away) => { keepPlace(away); marks(); });

// toEnd takes the reader to the end of the open room.
function toEnd() {
  delete view.places[spot()];
  settle();
}

// toLine shows a line from its beginning, and keeps it there.
export function toLine(entry) {
  view.places[spot()] = { entry, below: 0 };
  settle();
}

function empty(group) {
  return el("p", { class: "empty" }, group ? `这里是${config.group.name}。@${config.bot} 说一句试试，比如「帮助」。` : `这里只有你和${config.bot}。发「帮助」看你能做什么。`);
}

// marks shows what is open and what is unread. Who is at the end of a room has
// read it.
function marks() {
  if (!view.places[spot()]) {
    unread.delete(spot());
    view.read[spot()] = entries.length;
  }
  const fresh = unread.get(spot());
  $("fresh").hidden = !fresh;
  $("fresh").textContent = `${fresh} 条新消息 ↓`;
  for (const b of document.querySelectorAll("[data-persona]")) {
    b.setAttribute("aria-pressed", b.dataset.persona === view.as);
    b.querySelector(".face").textContent = people.get(b.dataset.persona).name.slice(-1);
    const other = b.dataset.persona !== view.as;
    badge(b, other ? unread.get(spot(b.dataset.persona, b.dataset.persona)) : 0);
  }
  for (const b of document.querySelectorAll("[data-room]")) {
    const room = roomOf(b.dataset.room);
    b.setAttribute("aria-pressed", room === view.room);
    badge(b, unread.get(spot(view.as, room)));
  }
  $("who-dot").hidden = ![...unread.values()].some((n) => n > 0);
}

function badge(button, n) {
  const b = button.querySelector(".badge");
  b.hidden = !n;
  b.textContent = n ? String(n) : "";
  if (n) b.setAttribute("aria-label", `${n} 条未读`);
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

// ---- what the visitor does ----

// perform posts what the visitor does and goes to where the answer will be.
function perform(path, body) {
  toEnd();
  return post(path, { as: view.as, ...body });
}

const act = {
  press: (entry, button) => perform("press", { card: entry.id, button }),
  submit: (entry, values) => perform("submit", { card: entry.id, values }),
  type: (words) => say(words, true),
  copy: fill,
};

// command is a quick command: the bot menu in the private chat, a mention in
// the group. WeCom's robot has no menu: there it is typed.
function command(words) {
  if (view.wecom) return say(words, true);
  if (view.room === GROUP) return perform("say", { room: GROUP, text: words, mention: true });
  return perform("menu", { command: words });
}

// say sends a text as the visitor would.
export function say(text, mention = view.mention) {
  return perform("say", { room: view.room, text, mention: view.room === GROUP && mention, wecom: view.wecom });
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
  return perform("location", { room: view.room, place });
}

// maxPhoto is what the demo takes in one piece; the bot itself takes less, and says so.
const maxPhoto = 5.5 * 1024 * 1024;

// sendPhoto sends a picture to the private chat.
async function sendPhoto(file) {
  if (file.size > maxPhoto) return toast("照片太大，演示程序收不下");
  const url = await new Promise((done) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result));
    reader.readAsDataURL(file);
  });
  return perform("say", { room: view.room, text: "", picture: url.slice(url.indexOf(",") + 1), wecom: view.wecom });
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
  b.addEventListener("click", () => showTab(b.dataset.tabTo));
}
for (const b of document.querySelectorAll("[data-moment]")) b.addEventListener("click", () => { closeMore(); jump({ moment: b.dataset.moment }); });
for (const b of document.querySelectorAll("[data-minutes]")) b.addEventListener("click", () => { closeMore(); jump({ minutes: Number(b.dataset.minutes) }); });
$("custom").addEventListener("submit", (e) => { e.preventDefault(); closeMore(); jump({ to: $("custom-time").value }); });
$("reset").addEventListener("click", async () => { closeMore(); if ((await reset()).ok) toast("已重置示例数据"); });
const closeMore = () => { document.querySelector(".more").open = false; };

for (const b of document.querySelectorAll("[data-skin-to]")) b.addEventListener("click", () => wear(b.dataset.skinTo === "wecom"));
$("place").addEventListener("click", () => $("place-dialog").showModal());
$("photo").addEventListener("click", () => $("photo-file").click());
$("photo-file").addEventListener("change", () => {
  const [file] = $("photo-file").files;
  if (file) sendPhoto(file).then(() => { $("photo-file").value = ""; });
});
$("place-cancel").addEventListener("click", () => $("place-dialog").close());
for (const b of document.querySelectorAll("[data-place]")) b.addEventListener("click", () => { $("place-dialog").close(); sendPlace(b.dataset.place); });
$("place-form").addEventListener("submit", () => { if ($("place-text").value.trim()) sendPlace($("place-text").value.trim()); $("place-text").value = ""; });
$("tour-start").addEventListener("click", () => startTour(config.tour));

// ---- what comes in ----

// takes are what the stream brings.
const takes = {
  reset(_, e) {
    begin(e.lastEventId.split(".")[0]);
    entries = [];
    flows = [];
    unread = new Map();
    $("traffic").replaceChildren();
    render();
    post("open", { as: view.as, room: view.room });
  },
  entry(entry) {
    const was = entries.findIndex((e) => e.id === entry.id);
    if (was >= 0) return change(was, entry);
    entries.push(entry);
    count(entry);
    if (onScreen(entry)) {
      $("lines").querySelector(".empty")?.remove();
      $("lines").append(line(entry));
    }
    marks();
    waiting = waiting.filter((w) => !w(entry));
  },
  traffic(t) {
    flows.push(t);
    $("traffic").append(traffic(t));
  },
  state(s) {
    $("now").textContent = s.now;
    $("now").dataset.now = s.iso;
    if (document.activeElement !== $("custom-time")) $("custom-time").value = s.iso;
    list($("jobs"), s.jobs);
    list($("audit"), s.audit);
  },
};

const AGAIN = 1000; // milliseconds until a browser that has given up is told to try again

// listen connects to the demo, over and over. Nothing that was typed is lost
// meanwhile.
function listen() {
  const stream = new EventSource("events");
  stream.addEventListener("open", () => { $("gone").hidden = true; });
  stream.addEventListener("error", () => {
    $("gone").hidden = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN);
  });
  for (const [name, take] of Object.entries(takes)) stream.addEventListener(name, (e) => take(JSON.parse(e.data), e));
}

const list = (box, lines) => box.replaceChildren(...lines.map((l) => el("li", {}, l)));

// change shows a card after what its buttons were for has happened.
function change(at, entry) {
  entries[at] = entry;
  $("lines").querySelector(`[data-entry="${entry.id}"]`)?.replaceWith(line(entry));
  settle();
  waiting = waiting.filter((w) => !w(entry));
}

// count marks the newest entry unread for everybody else in its room.
function count(entry) {
  if (entry.kind === "pressed") return;
  for (const account of entry.room === GROUP ? people.keys() : [entry.room]) {
    const at = spot(account, entry.room);
    if (entry.from !== account && entries.length > (view.read[at] ?? 0)) unread.set(at, (unread.get(at) ?? 0) + 1);
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

if (!people.has(view.as)) Object.assign(view, { as: config.people[0].account, room: GROUP });
stay($("traffic"));
stay($("audit"));
$("fresh").addEventListener("click", () => { toEnd(); marks(); $("lines").focus({ preventScroll: true }); });
setMention(view.mention);
wear(view.wecom);
showTab(view.tab);
listen();
