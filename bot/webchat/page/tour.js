// The guided tour: plays its steps through the page's own elements.

import { $ } from "./dom.js";
import { jump, mark, reset, say, seen, sendPlace, setMention, show, showTab, toLine, wear } from "./app.js";

const PATIENCE = 15000; // milliseconds until an answer counts as missing
const LENGTH = 180000; // milliseconds that the automatic tour takes
const GLANCE = 1500; // milliseconds for which each of its steps is seen, however late its answer came
const LOOK = 25; // what there is to see in a step beside its caption, in characters to read

let steps = [];
let at = 0;
let playing = false;
let run = 0; // which automatic run goes on; 0: none
let runs = 0;

// startTour begins from fresh sample data.
export async function startTour(all) {
  steps = all;
  at = 0;
  setAuto(false);
  busy(true);
  showTab("chat");
  state("resetting");
  wear(false);
  lockSkin(true);
  $("tour").hidden = false;
  caption("准备", "正在恢复示例数据…");
  $("tour-result").textContent = "";
  await reset();
  setMention(true);
  show(steps[0].as, steps[0].room);
  caption(`共 ${steps.length} 步`, "一个市场部的一周，三分钟看完。每一步都真的发给机器人，回答是它当场算的。");
  state("ready");
  busy(false);
}

// busy keeps the next step from beginning.
function busy(on) {
  playing = on;
  $("tour-next").disabled = on;
}

const state = (s) => { $("tour").dataset.tourState = s; };

// lockSkin keeps the clothes as they are.
function lockSkin(on) {
  for (const b of document.querySelectorAll("[data-skin-to]")) {
    b.disabled = on;
    b.title = on ? "导览用飞书的样子" : "";
  }
}

function caption(count, words) {
  $("tour-count").textContent = count;
  $("tour-caption").textContent = words;
}

async function next() {
  if (playing) return;
  if (at >= steps.length) return leave();
  busy(true);
  const step = steps[at];
  at += 1;
  $("tour").dataset.tourStep = String(at);
  state("playing");
  caption(`${at} / ${steps.length}`, step.caption);
  $("tour-result").textContent = "…";
  const ok = await play(step);
  state(ok ? "done" : "failed");
  $("tour-result").textContent = ok ? "✓ " + (step.see.text ? `出现「${step.see.text}」` : "完成") : `没有等到「${step.see.text}」`;
  $("tour-next").textContent = at < steps.length ? "下一步" : "结束导览";
  busy(false);
}

// play does a step and waits for what it leads to.
async function play(step) {
  show(step.as, step.room);
  const before = step.see.old ? 0 : mark();
  if (!(await perform(step))) return false;
  const as = step.see.as || step.as;
  const room = step.see.room || step.room;
  const entry = step.see.text ? await seen(room === "group" ? "group" : as, step.see.text, before, PATIENCE) : {};
  if (!entry) return false;
  show(as, room);
  point(entry.id);
  return true;
}

// perform does what a step says, through the elements of the page.
async function perform(step) {
  setMention(!step.aside);
  if (step.say || step.aside) return say(step.say || step.aside).then(() => true);
  if (step.place) return sendPlace(step.place).then(() => true);
  if (step.moment) return (await jump({ moment: step.moment })).ok;
  if (step.press) return click(await latest(`[data-button^="${CSS.escape(step.press)}"]`));
  if (step.submit) return submit(await latest("[data-form]"), step.submit);
  return true;
}

// latest is the newest such element in the room, for which it waits.
async function latest(selector) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise((go) => setTimeout(go, 50))) {
    const found = [...$("lines").querySelectorAll(selector)].pop();
    if (found) return found;
  }
  return null;
}

function click(element) {
  element?.click();
  return Boolean(element);
}

// submit fills a form, field by label, and hands it in.
function submit(form, values) {
  for (const [label, value] of Object.entries(values)) {
    const field = [...(form?.querySelectorAll("[data-field]") ?? [])].find((f) => f.labels[0].textContent.startsWith(label));
    if (!field) return false;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return click(form?.querySelector("[data-submit]"));
}

function point(id) {
  const line = id && $("lines").querySelector(`[data-entry="${CSS.escape(id)}"]`);
  if (!line) return;
  toLine(id);
  (line.querySelector(".card") ?? line.querySelector(".bubble"))?.classList.add("flash");
}

function leave() {
  setAuto(false);
  lockSkin(false);
  $("tour").hidden = true;
  $("tour").dataset.tourStep = "0";
  $("tour-next").textContent = "下一步";
  state("idle");
}

function setAuto(on) {
  run = on ? ++runs : 0;
  $("tour-auto").setAttribute("aria-pressed", on);
  $("tour-auto").textContent = on ? "暂停" : "自动播放";
  if (on) playOn(run, performance.now());
}

// playOn plays the rest by itself. What an answer takes is part of its step's
// time, so that the whole tour is as long as it says.
async function playOn(mine, due) {
  while (mine === run && at < steps.length) {
    due += time(steps[at]);
    await next();
    await new Promise((go) => setTimeout(go, Math.max(GLANCE, due - performance.now())));
  }
  if (mine === run) leave();
}

// time is a step's share of the tour: the more there is to read, the longer.
function time(step) {
  const share = (s) => LOOK + s.caption.length;
  return (LENGTH * share(step)) / steps.reduce((sum, s) => sum + share(s), 0);
}

$("tour-next").addEventListener("click", () => { setAuto(false); next(); });
$("tour-auto").addEventListener("click", () => setAuto(!run));
$("tour-leave").addEventListener("click", leave);
