/** What is asked before the first message: a name, an address, consent. */
import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "./chat";
import { say } from "./texts";

export function Introduction({ chat, isOpen }: { chat: Chat; isOpen: boolean }) {
  const { ask_first, consent } = chat.config;
  const { profile } = chat.host.kept;
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (isOpen) form.current?.querySelector<HTMLElement>("input, button")?.focus();
  }, [isOpen]);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const profile: Record<string, string> = {};
    for (const [name, value] of given) profile[name] = String(value).trim();
    chat.agree(profile);
  }

  return (
    <form class="introduction" ref={form} onSubmit={submit}>
      {ask_first && (
        <>
          <label>
            {say("name")}
            <input
              name="name"
              value={profile?.name}
              required
              maxLength={120}
              autocomplete="name"
              dir="auto"
            />
          </label>
          <label>
            {say("email")}
            <input
              name="email"
              type="email"
              value={profile?.email}
              required
              maxLength={120}
              autocomplete="email"
              aria-describedby="email-why"
            />
            <small id="email-why">{say("email_why")}</small>
          </label>
        </>
      )}
      {chat.asksConsent && <p dir="auto">{consent || say("consent")}</p>}
      <button type="submit" class="primary">
        {say(chat.asksConsent ? "agree" : "start")}
      </button>
    </form>
  );
}
