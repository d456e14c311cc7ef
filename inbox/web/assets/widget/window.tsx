/** The whole window of the chat. */
import { useEffect, useLayoutEffect, useReducer } from "preact/hooks";
import type { Chat } from "./chat";
import { Composer } from "./composer";
import { Header } from "./header";
import { Introduction } from "./introduction";
import { MessageLog } from "./message-log";
import { say } from "./texts";

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
  return (
    <>
      <Header chat={chat} />
      <MessageLog chat={chat} view={view} />
      <p class="link" role="status">
        {view.link === "offline" ? say("offline") : view.link === "connecting" && say("connecting")}
      </p>
      {view.isAgreed ? (
        <Composer chat={chat} isOpen={view.isOpen} />
      ) : (
        <Introduction chat={chat} isOpen={view.isOpen} />
      )}
    </>
  );
}
