/** The menu of the header, where there is anything to choose. */
import { useRef, useState } from "preact/hooks";
import type { Chat } from "./chat";
import { Icon } from "./icon";
import { Later } from "./later";
import { say } from "./texts";

const panel = () => import("./options-panel");

export function Options({ chat, hasMessages }: { chat: Chat; hasMessages: boolean }) {
  const [isShown, show] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const canMail = chat.config.transcripts && hasMessages;
  if (Object.keys(chat.config.languages).length < 2 && !canMail) return null;

  function leave(): void {
    show(false);
    opener.current?.focus();
  }

  /** The menu may not have the focus yet. */
  function leaveByKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !isShown) return;
    event.preventDefault();
    leave();
  }

  return (
    <>
      <button
        type="button"
        class="icon"
        ref={opener}
        aria-label={say("menu")}
        aria-expanded={isShown}
        onKeyDown={leaveByKey}
        onClick={() => show(!isShown)}
      >
        <Icon name="more" />
      </button>
      {isShown && <Later load={panel} chat={chat} canMail={canMail} leave={leave} />}
    </>
  );
}
