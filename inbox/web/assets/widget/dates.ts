/** Days and times as the reader writes them. */
import { language } from "./texts";

/** The reader's own habits where they go with the language: 13:08 in London, 1:08 PM in Boston. */
const locale = navigator.language.startsWith(language) ? navigator.language : language;

const time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

export const clockTime = (at: string): string => time.format(new Date(at));

/** As a heading. */
export function dayName(at: string, now = new Date()): string {
  const name = dayInWords(at, now);
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** As within a sentence. */
export function dayInWords(at: string, now = new Date()): string {
  const days = Math.round((midnight(new Date(at)) - midnight(now)) / 86_400_000);
  return Math.abs(days) < 2 ? relative.format(days, "day") : day.format(new Date(at));
}

export const isSameDay = (one: string, other: string): boolean =>
  midnight(new Date(one)) === midnight(new Date(other));

const midnight = (date: Date): number => new Date(date).setHours(0, 0, 0, 0);
