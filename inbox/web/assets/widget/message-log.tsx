/** The messages, by day, the newest in sight unless the reader has scrolled up. */
import { Fragment } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Answer, Own } from "./bubble";
import type { Chat } from "./chat";
import { dayName, isSameDay } from "./dates";
import { Later } from "./later";
import type { Message, View } from "./protocol";
import { say } from "./texts";

const NEAR = 80;

const leaveEmail = () => import("./leave-email");

export function MessageLog({ chat, view }: { chat: Chat; view: View }) {
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const { messages, pending } = view;
  const { shown } = chat.host.kept;
  const shownBefore = shown ? messages.findIndex((message) => message.at > shown.at) : -1;
  const [asksEmail, askEmail] = useState(false);
  const newest = pending.at(-1)?.client_id ?? messages.at(-1)?.id;

  useLayoutEffect(() => {
    const { current } = log;
    if (current && (isAtEnd.current || pending.length > 0))
      current.scrollTop = current.scrollHeight;
  }, [newest, view.isOpen, view.typist]);

  // once asked it stays, to say what came of it
  const hasWritten = messages.some((message) => message.author === "visitor");
  const { profile, who } = chat.host.kept;
  if (!asksEmail && chat.config.mail && hasWritten && !profile?.email && !who) askEmail(true);

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
      {!view.hasEarlier && chat.config.greeting && <Told text={chat.config.greeting} />}
      {messages.map((message, place) => (
        <Fragment key={message.id}>
          {place === shownBefore && shown && <Told text={shown.text} />}
          <Row chat={chat} message={message} before={messages[place - 1]} />
        </Fragment>
      ))}
      {shownBefore < 0 && shown && <Told text={shown.text} />}
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
      {asksEmail && <Later load={leaveEmail} chat={chat} />}
    </div>
  );
}

/** What the site says by itself, at the beginning or to somebody on a page. */
function Told({ text }: { text: string }) {
  return (
    <div class="bubble theirs" dir="auto">
      {text}
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
