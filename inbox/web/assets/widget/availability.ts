/** Who is there and how soon an answer comes, in a sentence. */
import type { Chat } from "./chat";
import { clockTime, dayInWords } from "./dates";
import type { Config } from "./protocol";
import { say, type TextKey } from "./texts";

const STEPS: [number, TextKey][] = [
  [5 * 60, "minutes"],
  [3600, "hour"],
  [4 * 3600, "hours"],
  [24 * 3600, "day"],
];

/** Empty where nothing is known; what the site says of itself goes before what was measured. */
export function presence({ reply_time, now }: Pick<Config, "reply_time" | "now">): string {
  if (!now.is_open) return now.opens_at ? awayUntil(now.opens_at) : say("away");
  if (reply_time || now.seconds === null) return reply_time;
  const { seconds } = now;
  const step = STEPS.find(([most]) => seconds <= most);
  return step ? say(step[1]) : "";
}

/** The window was drawn some time ago, and we may have opened or gone home since. */
export async function refresh(chat: Chat): Promise<void> {
  const now = await chat.api.now().catch(() => null);
  if (!now) return;
  chat.config.now = now;
  chat.changed();
}

function awayUntil(at: string): string {
  return say("away_until", { when: `${dayInWords(at)}, ${clockTime(at)}` });
}
