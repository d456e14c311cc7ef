/** The messages, by day, the newest in sight unless the reader has scrolled up. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { Answer, Own } from "./bubble";
import type { Chat } from "./chat";
import { dayName, isSameDay } from "./dates";
import type { Message, View } from "./protocol";
import { say } from "./texts";

const NEAR = 80;

export function MessageLog({ chat, view }: { chat: Chat; view: View }) {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const { messages, pending } = view;
  const newest = pending.at(-1)?.client_id ?? messages.at(-1)?.id;

  useLayoutEffect(() => {
    const { current } = log;
    if (current && (isAtEnd.current || pending.length > 0))
      current.scrollTop = current.scrollHeight;
  }, [newest, view.isOpen, view.typist]);

  function noteScroll(): void {
    if (!log.current) return;
    const { scrollHeight, scrollTop, clientHeight } = log.current;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR;
  }

  return (
    <div
      class="log"
      role="log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={say("log")}
      ref={log}
      onScroll={noteScroll}
    >
      {view.hasEarlier && (
        <button type="button" class="earlier" onClick={() => chat.showEarlier()}>
          {say("earlier")}
        </button>
      )}
      {!view.hasEarlier && chat.config.greeting && (
        <div class="bubble theirs" dir="auto">
          {chat.config.greeting}
        </div>
      )}
      {messages.map((message, place) => (
        <Row key={message.id} chat={chat} message={message} before={messages[place - 1]} />
      ))}
      {pending.map((queued) => (
        <Own
          key={queued.client_id}
          chat={chat}
          message={queued}
          state={queued.state}
          link={view.link}
        />
      ))}
      {view.typist !== undefined && (
        <p class="typing">
          {view.typist ? say("typing", { name: view.typist }) : say("somebody_typing")}
        </p>
      )}
    </div>
  );
}

function Row(props: { chat: Chat; message: Message; before?: Message }) {
  const { chat, message, before } = props;
  const isNewDay = !before || !isSameDay(before.at, message.at);
  const isFirst = isNewDay || before.author !== message.author || before.name !== message.name;
  return (
    <>
      {isNewDay && <h2 class="day">{dayName(message.at)}</h2>}
      {message.author === "visitor" ? (
        <Own chat={chat} message={message} />
      ) : (
        <Answer chat={chat} message={message} isNamed={isFirst} />
      )}
    </>
  );
}
