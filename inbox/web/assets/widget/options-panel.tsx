/** What the menu of the header holds: another language, and the conversation by mail. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Refused } from "./api";
import type { Chat } from "./chat";
import { sendTranscript } from "./mailing";
import { language, say } from "./texts";

interface Props {
  chat: Chat;
  canMail: boolean;
  leave(): void;
}

export default function OptionsPanel({ chat, canMail, leave }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  const languages = Object.entries(chat.config.languages);

  useEffect(() => panel.current?.querySelector<HTMLElement>("select, input, button")?.focus(), []);

  useEffect(() => {
    const look = ({ target }: Event) => {
      if (!panel.current?.parentElement?.contains(target as Node)) leave();
    };
    addEventListener("pointerdown", look);
    return () => removeEventListener("pointerdown", look);
  }, []);

  function press(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.preventDefault();
    leave();
  }

  return (
    <div class="options" role="dialog" aria-label={say("menu")} ref={panel} onKeyDown={press}>
      {languages.length > 1 && <Languages chat={chat} languages={languages} />}
      {canMail && <Transcript chat={chat} />}
    </div>
  );
}

function Languages({ chat, languages }: { chat: Chat; languages: [string, string][] }) {
  /** The page comes anew in it, and meets what is kept as after any reload. */
  function choose(lang: string): void {
    chat.host.keep({ lang });
    location.search = `?lang=${lang}`;
  }
  return (
    <label>
      {say("language")}
      <select value={language} onChange={(event) => choose(event.currentTarget.value)}>
        {languages.map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Transcript({ chat }: { chat: Chat }) {
  const [outcome, setOutcome] = useState("");

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    try {
      const email = await sendTranscript(chat, String(given.get("email")).trim());
      setOutcome(say("transcript_sent", { email }));
    } catch (error) {
      const isTooOften = error instanceof Refused && error.problem.code === "rate_limited";
      setOutcome(say(isTooOften ? "too_often" : "transcript_failed"));
    }
  }

  return (
    <form onSubmit={submit}>
      <label>
        {say("transcript_to")}
        <input
          name="email"
          type="email"
          required
          maxLength={120}
          autocomplete="email"
          value={chat.host.kept.profile?.email}
        />
      </label>
      <button type="submit" class="primary">
        {say("transcript")}
      </button>
      <p role="status">{outcome}</p>
    </form>
  );
}
