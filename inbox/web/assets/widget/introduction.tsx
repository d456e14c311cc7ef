/** What is asked before the first message: what the site wants to know, and consent. */
import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "./chat";
import type { Profile } from "./protocol";
import { say, type TextKey } from "./texts";

const TYPES = { name: "text", email: "email", phone: "tel", company: "text", city: "text" };
const COMPLETIONS = {
  name: "name",
  email: "email",
  phone: "tel",
  company: "organization",
  city: "address-level2",
};
const ANSWER = "answer:";

export default function Introduction({ chat, isOpen }: { chat: Chat; isOpen: boolean }) {
  const { asks, questions, consent } = chat.config;
  const { profile } = chat.host.kept;
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (isOpen) form.current?.querySelector<HTMLElement>("input, button")?.focus();
  }, [isOpen]);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    chat.agree(filledIn(new FormData(event.currentTarget as HTMLFormElement)));
  }

  return (
    <form class="introduction" ref={form} onSubmit={submit}>
      {asks.map(([name, required]) => (
        <label key={name}>
          <Question text={say(name as TextKey)} required={required} />
          <input
            name={name}
            type={TYPES[name] as "email"} // the types of all of these differ in their roles only
            value={profile?.[name]}
            required={required}
            maxLength={120}
            autocomplete={COMPLETIONS[name]}
            dir={name === "email" || name === "phone" ? "ltr" : "auto"}
            {...(name === "email" && { "aria-describedby": "email-why" })}
          />
          {name === "email" && <small id="email-why">{say("email_why")}</small>}
        </label>
      ))}
      {questions.map(([text, required]) => (
        <label key={text}>
          <Question text={text} required={required} />
          <input
            name={ANSWER + text}
            value={profile?.answers?.[text]}
            required={required}
            maxLength={120}
            dir="auto"
          />
        </label>
      ))}
      {chat.asksConsent && <p dir="auto">{consent || say("consent")}</p>}
      <button type="submit" class="primary">
        {say(chat.asksConsent ? "agree" : "start")}
      </button>
    </form>
  );
}

function Question({ text, required }: { text: string; required: boolean }) {
  return (
    <span dir="auto">
      {text} {!required && <small>({say("optional")})</small>}
    </span>
  );
}

/** The answers to the site's own questions stand together. */
function filledIn(given: FormData): Profile {
  const profile: Record<string, string> = {};
  const answers: Record<string, string> = {};
  for (const [name, value] of given) {
    const text = String(value).trim();
    if (name.startsWith(ANSWER)) answers[name.slice(ANSWER.length)] = text;
    else profile[name] = text;
  }
  return { ...profile, answers };
}
