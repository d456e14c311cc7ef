/**
 * <local-time data-style="list|time|day|date|when|full|relative"><time datetime="ISO">…</time></local-time>:
 * the moment in the reader's language and time zone, kept fresh.
 */
import { zone } from "../zone";

const DAY = 86_400_000;
const FRESHEN_EVERY = 30_000;

export class LocalTime extends HTMLElement {
  private drawn = "";

  connectedCallback(): void {
    this.draw();
    shown.add(this);
  }

  disconnectedCallback(): void {
    shown.delete(this);
  }

  /** A morph puts the server's words back, and perhaps another moment. */
  redraw(): void {
    const time = this.querySelector("time");
    if (time && time.dateTime + time.textContent !== this.drawn) this.draw();
  }

  draw(): void {
    const time = this.querySelector("time");
    if (time && this.dataset.zone) time.textContent = clock(this.dataset.zone, language(this));
    if (!time?.dateTime) return;
    const moment = new Date(time.dateTime);
    const text = describe(moment, new Date(), this.dataset.style ?? "list", language(this));
    if (time.textContent !== text) time.textContent = text;
    this.drawn = time.dateTime + text;
    const full = { dateStyle: "full", timeStyle: "short" } as const;
    time.title ||= `${format(moment, full, language(this))} (${zoneName(moment, language(this))})`;
  }
}

export function describe(moment: Date, now: Date, style: string, locale: string): string {
  if (style === "time") return format(moment, { timeStyle: "short" }, locale);
  if (style === "full") return format(moment, { dateStyle: "medium", timeStyle: "short" }, locale);
  if (style === "relative") return relative(moment.getTime() - now.getTime(), locale);
  if (style === "date") return format(moment, { dateStyle: "medium" }, locale);
  if (style === "day") return day(moment, now, locale);
  const days = daysBetween(moment, now);
  if (style === "when" && days < 0) return when(moment, days, locale);
  if (days === 0) return format(moment, { timeStyle: "short" }, locale);
  if (days === 1) return capitalized(words(locale).format(-1, "day"), locale);
  if (days > 1 && days < 7) return format(moment, { weekday: "short" }, locale);
  return date(moment, now, locale);
}

/** What the customer's clock shows. */
function clock(timeZone: string, locale: string): string {
  return format(new Date(), { timeStyle: "short", timeZone }, locale);
}

/** Between messages: Today, Yesterday, Friday, 3 October. */
function day(moment: Date, now: Date, locale: string): string {
  const days = daysBetween(moment, now);
  if (days === 0 || days === 1) return capitalized(words(locale).format(-days, "day"), locale);
  if (days > 1 && days < 7) return format(moment, { weekday: "long" }, locale);
  return date(moment, now, locale, "long");
}

/** Of what is still to come, with its hour: tomorrow, 09:00; Mon, 09:00; 3 Dec, 09:00. */
function when(moment: Date, days: number, locale: string): string {
  const time = format(moment, { timeStyle: "short" }, locale);
  if (days === -1) return `${words(locale).format(1, "day")}, ${time}`;
  const day: Intl.DateTimeFormatOptions =
    days > -7 ? { weekday: "short" } : { day: "numeric", month: "short" };
  return `${format(moment, day, locale)}, ${time}`;
}

function date(moment: Date, now: Date, locale: string, month: "short" | "long" = "short"): string {
  const sameYear = localDay(moment).slice(0, 4) === localDay(now).slice(0, 4);
  const parts: Intl.DateTimeFormatOptions = { day: "numeric", month };
  return format(moment, sameYear ? parts : { ...parts, year: "numeric" }, locale);
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", DAY],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

function relative(difference: number, locale: string): string {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(difference) >= size) ?? ["minute", 60_000];
  return words(locale).format(Math.round(difference / size), unit);
}

function format(moment: Date, options: Intl.DateTimeFormatOptions, locale: string): string {
  const timeZone = zone();
  const key = locale + timeZone + JSON.stringify(options);
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale, { timeZone, ...options });
    formatters.set(key, formatter);
  }
  return formatter.format(moment);
}

function words(locale: string): Intl.RelativeTimeFormat {
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
}

function daysBetween(moment: Date, now: Date): number {
  return Math.round((Date.parse(localDay(now)) - Date.parse(localDay(moment))) / DAY);
}

/** 2026-11-25, as the reader's calendar has it. */
function localDay(moment: Date): string {
  return format(moment, { year: "numeric", month: "2-digit", day: "2-digit" }, "sv-SE");
}

function zoneName(moment: Date, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, {
    timeZone: zone(),
    timeZoneName: "short",
  }).formatToParts(moment);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

function capitalized(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

/** The page's language in the reader's own region: en becomes en-GB with its 24 hours. */
function language(element: Element): string {
  const page = element.closest<HTMLElement>("[lang]")?.lang || "en";
  return navigator.languages.find((own) => own.startsWith(`${page}-`)) ?? page;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
const shown = new Set<LocalTime>();

customElements.define("local-time", LocalTime);
document.addEventListener("htmx:after:swap", () => {
  for (const element of shown) element.redraw();
});
window.setInterval(() => {
  for (const element of shown) element.draw();
}, FRESHEN_EVERY);
