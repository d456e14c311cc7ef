/** The chat as a settings page shows it: as the form there says, and without a word to the server. */
import type { Host } from "./host";
import { type Asked, type Config, type Kept, READY } from "./protocol";

const ASKED = ["name", "email", "phone", "company", "city"] as const;

type Given = Record<string, string | string[] | undefined>;

/** Calls `draw` for each change; who is around is our own page, or nobody is heard. */
export function preview(config: Config, draw: (hue: string) => void): void {
  addEventListener("message", (event: MessageEvent<{ preview?: Given }>) => {
    const given = event.data?.preview;
    if (event.origin !== location.origin || event.source !== parent || !given) return;
    Object.assign(config, configOf(given, config));
    draw(text(given.hue));
  });
  parent.postMessage(READY, location.origin);
}

/** Nobody: nothing is kept, and nothing asked. */
export function nobody(): Host {
  const host: Host = {
    kept: {} as Kept,
    page: "",
    title: "",
    asksConsent: false,
    isFramed: true,
    isOpen: true,
    keep: () => undefined,
    forget: () => undefined,
    tell: () => undefined,
    hear: () => undefined,
  };
  return host;
}

export function configOf(given: Given, before: Config): Partial<Config> {
  const questions = text(given.questions)
    .split("\n")
    .filter((line) => line.trim());
  const offered = Array.isArray(given.languages) ? given.languages : [];
  return {
    title: text(given.title) || before.title,
    greeting: text(given.welcome),
    reply_time: text(given.reply_time),
    consent: text(given.consent),
    voice: given.voice === "true",
    asks: ASKED.filter((name) => isUsed(given[`ask_${name}`])).map((name) => [
      name,
      given[`ask_${name}`] === "required",
    ]),
    questions: questions.map((line): Asked => {
      const trimmed = line.trim();
      return [trimmed.replace(/[ *]+$/, ""), trimmed.endsWith("*")];
    }),
    languages: Object.fromEntries(offered.map((language) => [language, language])),
  };
}

const text = (value: string | string[] | undefined): string => String(value ?? "");

const isUsed = (use: string | string[] | undefined): boolean =>
  use === "optional" || use === "required";
