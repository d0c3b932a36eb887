// Small helpers. Text goes into the page as text nodes only, never as markup.

export const $ = (id) => document.getElementById(id);

// el makes an element; children are elements or texts.
export function el(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (value === true) e.setAttribute(name, "");
    else if (value !== false && value != null) e.setAttribute(name, value);
  }
  e.append(...children.filter((c) => c != null));
  return e;
}

// post sends JSON to the demo and gives back what it answers; lost says that the
// demo has not taken it.
export async function post(path, body = {}) {
  try {
    const r = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const answer = await r.json();
    if (answer.toast) toast(answer.toast);
    return { ...answer, lost: !r.ok };
  } catch {
    toast("演示程序没有回答，请看它是否还在运行");
    return { ok: false, lost: true };
  }
}

let fading;

// toast shows a few words for a moment.
export function toast(words) {
  const t = $("toast");
  t.textContent = words;
  t.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { t.hidden = true; }, 2600);
}
