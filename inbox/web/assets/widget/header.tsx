/** Who answers here, and how soon. */
import type { Chat } from "./chat";
import { Icon } from "./icon";
import { say } from "./texts";

export function Header({ chat }: { chat: Chat }) {
  const { title, reply_time } = chat.config;
  return (
    <header>
      <div>
        <h1 dir="auto">{title}</h1>
        {reply_time && <p dir="auto">{reply_time}</p>}
      </div>
      {chat.host.isFramed && (
        <button type="button" class="icon" aria-label={say("close")} onClick={() => chat.close()}>
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}
