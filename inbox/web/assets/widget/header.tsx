/** Who answers here and how soon, and the few things that can be chosen. */
import { presence } from "./availability";
import type { Chat } from "./chat";
import { Icon } from "./icon";
import { Options } from "./options";
import type { View } from "./protocol";
import { say } from "./texts";

export function Header({ chat, view }: { chat: Chat; view: View }) {
  const { config } = chat;
  const told = presence(config);
  return (
    <header>
      <div>
        <h1 dir="auto">{config.title}</h1>
        {told && (
          <p class="presence" dir="auto">
            <span class={config.now.is_open ? "light open" : "light"} aria-hidden="true" />
            {told}
          </p>
        )}
      </div>
      <Options chat={chat} hasMessages={view.messages.length > 0} />
      {chat.host.isFramed && (
        <button type="button" class="icon" aria-label={say("close")} onClick={() => chat.close()}>
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}
