// Where a reader is: at the end of a box, which follows what comes in, or
// further up, from where nothing pulls them away.

import { $ } from "./dom.js";
import { spot, view } from "./keep.js";

const NEAR = 24; // pixels from the end that still count as the end

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

// hold keeps a box where its reader is, whatever comes in and whatever size it
// gets: at top(), or at its end if that is null. moved is told when the reader
// has scrolled, and whether away from the end. The result scrolls there anew.
export function hold(box, top, moved) {
  let own = null; // where we have scrolled to; the event of it is not the reader's
  let away = false;
  const settle = () => {
    box.scrollTop = top() ?? box.scrollHeight;
    own = box.scrollTop;
    away = false;
  };
  const look = () => {
    away = !atEnd(box);
    moved(away);
  };
  box.addEventListener("scroll", () => {
    const ours = box.scrollTop === own;
    own = null;
    if (!ours && box.clientHeight) look();
  });
  box.addEventListener("toggle", look, true); // who unfolds something reads it
  box.addEventListener("load", settle, true); // a chart has come and made its line longer
  new ResizeObserver(settle).observe(box);
  new MutationObserver(() => { if (!away) settle(); }).observe(box, { childList: true });
  return settle;
}

// stay holds a box that always shows the same.
export function stay(box) {
  let top = null;
  hold(box, () => top, (away) => { top = away ? box.scrollTop : null; });
}

// place is where the reader of the open room is, or null for its end.
export function place() {
  const at = view.places[spot()];
  const line = at && $("lines").querySelector(`[data-entry="${CSS.escape(at.entry)}"]`);
  return line ? line.offsetTop + at.below : null;
}

// keepPlace remembers by the uppermost line in sight where the reader is.
export function keepPlace(away) {
  const box = $("lines");
  const line = [...box.children].find((l) => l.offsetTop + l.offsetHeight > box.scrollTop);
  if (away && line) view.places[spot()] = { entry: line.dataset.entry, below: box.scrollTop - line.offsetTop };
  else delete view.places[spot()];
}
