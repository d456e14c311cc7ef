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
      <button type="button" class="peek-text" onClick={() => chat.open()}>
        {peek.name && <strong dir="auto">{peek.name}</strong>}
        <span dir="auto">{peek.text}</span>
      </button>
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
