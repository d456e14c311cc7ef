import { h, render } from "preact";
import { expect, test } from "vitest";
import type { Chat } from "../../../inbox/web/assets/widget/chat";
import type { View } from "../../../inbox/web/assets/widget/protocol";
import { Window } from "../../../inbox/web/assets/widget/window";

const view: View = {
  link: "connecting",
  isOpen: true,
  isAgreed: true,
  messages: [],
  pending: [],
  hasEarlier: false,
  isBlocked: false,
};

/** Says what it has the moment it is watched, and to nobody before. */
function chatOf(watchers: Set<() => void>): Chat {
  return {
    view,
    config: {
      title: "Acme",
      greeting: "",
      reply_time: "",
      now: { is_open: true, opens_at: null, seconds: null },
      languages: {},
    },
    host: { kept: {}, isFramed: true },
    watch(watcher: () => void) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  } as unknown as Chat;
}

test("what comes before the first frame is drawn is not missed", () => {
  const watchers = new Set<() => void>();

  render(h(Window, { chat: chatOf(watchers) }), document.body);

  expect(document.body.textContent).toContain("Connecting");
  expect(watchers.size).toBe(1);
});
