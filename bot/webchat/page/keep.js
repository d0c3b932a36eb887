// What this tab remembers over a reload: who the visitor is and where, what
// they have typed and not sent, and how far they have read.

const NAME = "marketbot";

export const GROUP = "#group";

// view is what is remembered: drafts of messages, places and what was read by
// spot, drafts of forms by person and card.
export const view = { as: "", room: GROUP, tab: "chat", mention: true, wecom: false, epoch: "", drafts: {}, forms: {}, places: {}, read: {}, ...load() };

// spot names a room as one person sees it.
export const spot = (as = view.as, room = view.room) => `${as}/${room}`;

// begin forgets what hangs on entries, which have other names in every epoch.
export function begin(epoch) {
  if (epoch !== view.epoch) Object.assign(view, { epoch, forms: {}, places: {}, read: {} });
}

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME));
  } catch {
    return {};
  }
}

const save = () => sessionStorage.setItem(NAME, JSON.stringify(view));

addEventListener("pagehide", save);
document.addEventListener("visibilitychange", save);
