// A message of the bot as elements: the portable card, drawn.

import { el } from "./dom.js";
import { view } from "./keep.js";

const sizes = (n) => (n < 1024 ? `${n} B` : `${(n / 1024).toFixed(1)} KB`);

// message draws what an entry of the bot holds. act is told of presses
// (index of the button) and submits (values).
export function message(entry, who, act) {
  const m = entry.message;
  const parts = [];
  if (m.text) parts.push(el("div", { class: "bubble" }, m.text));
  if (m.card) parts.push(card(entry, m.card, who, act));
  if (entry.file) parts.push(file(entry.file));
  return parts;
}

function file(f) {
  const kind = f.name.includes(".") ? f.name.split(".").pop().toUpperCase() : "FILE";
  return el("a", { class: "file", href: `file/${f.id}/${encodeURIComponent(f.name)}`, download: f.name, "data-file": f.name },
    el("i", { "aria-hidden": "true" }, kind),
    el("span", {}, f.name, el("small", {}, `${sizes(f.size)} · 点按下载`)));
}

function card(entry, c, who, act) {
  let charts = 0;
  const inside = el("div", { class: "in" }, ...(c.blocks ?? []).map((b) => (b.chart ? chart(entry, charts++) : block(b))));
  if (c.form) inside.append(form(entry, c.form, who, act));
  if (c.buttons?.length) {
    inside.append(el("div", { class: "row" }, ...c.buttons.map((b, i) => button(b, () => act.press(entry, i)))));
  }
  if (c.done) inside.append(el("p", { class: "done" }, c.done));
  return el("article", { class: `card ${c.tone ?? ""}`, "data-card": entry.id, "aria-label": c.title },
    el("header", {}, c.title), inside);
}

function button(b, press) {
  return el("button", {
    type: "button", class: b.primary ? "primary" : b.danger ? "danger" : "", "data-button": b.label, title: b.command,
    async onclick(e) {
      const own = e.currentTarget;
      own.disabled = true;
      await press();
      own.disabled = false;
    },
  }, b.label);
}

function block(b) {
  if (b.text) return el("p", {}, b.text);
  if (b.note) return el("p", { class: "note" }, b.note);
  if (b.facts) return el("dl", { class: "facts" }, ...b.facts.flatMap((f) => [el("dt", {}, f.label), el("dd", {}, f.value)]));
  if (b.table) return table(b.table);
  if (b.fold) return el("details", {}, el("summary", {}, b.fold.title), el("p", {}, b.fold.text));
  return null;
}

// chart is a picture with its figures below.
function chart(entry, n) {
  const { title, figures } = entry.charts[n];
  return el("figure", { "data-chart": title },
    el("img", { src: `picture/${entry.id}/${n}`, alt: title, loading: "lazy" }),
    el("details", {}, el("summary", {}, `${title}：数字`), el("p", {}, figures)));
}

// table is told to assistive software by role, since a style that lays its rows
// out as cards would hide what it is. Each cell carries its column's head for it.
function table(t) {
  const row = (role, cells) => el("tr", { role: "row" }, ...cells.map((c, i) => el(role === "cell" ? "td" : "th", { role, "data-head": t.heads[i] }, c)));
  return el("div", { class: "scroll", tabindex: "0" }, el("table", { role: "table", "data-columns": Math.min(t.heads.length, 5) },
    el("thead", { role: "rowgroup" }, row("columnheader", t.heads)),
    el("tbody", { role: "rowgroup" }, ...(t.rows ?? []).map((r) => row("cell", r)))));
}

function form(entry, f, who, act) {
  const key = `${who}/${entry.id}`;
  const kept = view.forms[key] ?? {};
  const node = el("form", {
    "data-form": f.command,
    oninput() { view.forms[key] = values(node); },
    async onsubmit(e) {
      e.preventDefault();
      const send = node.querySelector("[data-submit]");
      send.disabled = true;
      await act.submit(entry, values(node));
      send.disabled = false;
    },
  }, ...f.fields.map((field) => input(entry, field, kept[field.name] ?? field.value ?? "")),
  el("div", { class: "row" }, el("button", { type: "submit", class: "primary", "data-submit": f.submit }, f.submit)));
  return node;
}

function input(entry, f, value) {
  const id = `${entry.id}-${f.name}`;
  const common = { id, name: f.name, "data-field": f.name, required: Boolean(f.required), autocomplete: "off" };
  let box;
  if (f.options?.length) {
    const first = value === "" ? [el("option", { value: "" }, "请选择")] : [];
    box = el("select", common, ...first, ...f.options.map((o) => el("option", { value: o }, o)));
  } else if (f.lines > 1) {
    box = el("textarea", { ...common, rows: f.lines, placeholder: f.hint });
  } else {
    box = el("input", { ...common, type: "text", placeholder: f.hint });
  }
  box.value = value;
  return el("div", {}, el("label", { for: id }, f.label, f.required ? el("b", { title: "必填" }, " *") : null), box);
}

// values are what a form's fields hold now.
export function values(node) {
  return Object.fromEntries([...node.querySelectorAll("[data-field]")].map((x) => [x.dataset.field, x.value]));
}
