/** What is said while the chat is closed, in a card beside the launcher. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "./chat";
import { Icon } from "./icon";
import type { Peek } from "./protocol";
import { say } from "./texts";

export function PeekCard({ chat, peek }: { chat: Chat; peek: Peek }) {
  const card = useRef<HTMLDivElement>(null);

  /** The frame is made as high as the card, which it can't know itself. */
  useLayoutEffect(() => {
    const { current } = card;
    if (!current) return;
    // what is not shown has no height, so it is shown with a likely one first
    const tell = () => chat.host.tell({ peek: Math.ceil(current.offsetHeight) || 96 });
    const watcher = new ResizeObserver(tell);
    watcher.observe(current);
    tell();
    return () => watcher.disconnect();
  }, [chat]);

  return (
    <div class="peek" ref={card} role="status">
      <div>
        <h1 dir="auto">{peek.name || chat.config.title}</h1>
        <button type="button" dir="auto" onClick={() => chat.open()}>
          {peek.text}
        </button>
      </div>
      <button
        type="button"
        class="icon"
        aria-label={say("dismiss")}
        onClick={() => chat.stopPeeking()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
