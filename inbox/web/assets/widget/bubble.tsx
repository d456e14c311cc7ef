/** One message, the visitor's or an answer. */
import type { ComponentChildren } from "preact";
import type { Chat } from "./chat";
import { clockTime } from "./dates";
import { FileTile } from "./file-tile";
import type { Attached, Link, Message, Pending, SentFile } from "./protocol";
import { say } from "./texts";

interface OwnProps {
  chat: Chat;
  message: { client_id: string; text: string; at: string; files: (Attached | SentFile)[] };
  state?: Pending["state"];
  link?: Link;
}

export function Own({ chat, message, state = "sent", link = "online" }: OwnProps) {
  return (
    <div class="turn ours">
      <Body chat={chat} kind="ours" text={message.text} files={message.files} />
      <p class={state === "failed" ? "state failed" : "state"}>
        {state === "failed" ? (
          <>
            {say("failed")}{" "}
            <button type="button" class="retry" onClick={() => chat.retry(message.client_id)}>
              {say("retry")}
            </button>
          </>
        ) : (
          <State state={state} link={link} at={message.at} />
        )}
      </p>
    </div>
  );
}

export function Answer(props: { chat: Chat; message: Message; isNamed: boolean }) {
  const { chat, message, isNamed } = props;
  return (
    <div class="turn theirs">
      {isNamed && (
        <p class="author">
          <span dir="auto">{message.name}</span>
          {message.author === "bot" && <span class="tag">{say("bot")}</span>}
        </p>
      )}
      <Body chat={chat} kind="theirs" text={message.text} files={message.files} />
      <p class="state">
        <time dateTime={message.at}>{clockTime(message.at)}</time>
      </p>
    </div>
  );
}

function Body(props: { chat: Chat; kind: string; text: string; files: (Attached | SentFile)[] }) {
  const { chat, kind, text, files } = props;
  return (
    <>
      {text && (
        <div class={`bubble ${kind}`} dir="auto">
          {withLinks(text)}
        </div>
      )}
      {files.map((file, place) => (
        <FileTile key={place} chat={chat} file={file} />
      ))}
    </>
  );
}

function State({ state, link, at }: { state: Pending["state"]; link: Link; at: string }) {
  if (state === "sending") return <>{say(link === "online" ? "sending" : "waiting")}</>;
  return (
    <>
      {say("sent")} · <time dateTime={at}>{clockTime(at)}</time>
    </>
  );
}

/** Only whole http addresses; what follows the last letter belongs to the sentence. */
function withLinks(text: string): ComponentChildren {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'])/g).map((piece, place) =>
    place % 2 ? (
      <a key={place} href={piece} target="_blank" rel="noopener noreferrer nofollow">
        {piece}
      </a>
    ) : (
      piece
    ),
  );
}
