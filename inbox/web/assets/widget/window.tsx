/** The whole window of the chat. */
import { useEffect, useLayoutEffect, useReducer } from "preact/hooks";
import type { Chat } from "./chat";
import { Composer } from "./composer";
import { Header } from "./header";
import { Later } from "./later";
import { MessageLog } from "./message-log";
import { PeekCard } from "./peek";
import { say } from "./texts";

const introduction = () => import("./introduction");

export function Window({ chat }: { chat: Chat }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  // with the drawing, not after the next frame: the first page may be here before that
  useLayoutEffect(() => chat.watch(() => redraw(null)), [chat]);
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) chat.close();
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [chat]);
  const view = chat.view;
  if (!view.isOpen && view.peek) return <PeekCard chat={chat} peek={view.peek} />;
  return (
    <>
      <Header chat={chat} view={view} />
      <MessageLog chat={chat} view={view} />
      <p class="link" role="status">
        {view.link === "offline" ? say("offline") : view.link === "connecting" && say("connecting")}
      </p>
      {view.isBlocked ? (
        <p class="blocked" role="status">
          {say("blocked")}
        </p>
      ) : view.isAgreed ? (
        <Composer chat={chat} isOpen={view.isOpen} />
      ) : (
        <Later load={introduction} chat={chat} isOpen={view.isOpen} />
      )}
    </>
  );
}
