/**
 * <local-time data-style="list|time|full|relative"><time datetime="ISO">…</time></local-time>:
 * the moment in the reader's language and time zone, kept fresh.
 */
const DAY = 86_400_000;
const FRESHEN_EVERY = 30_000;

export class LocalTime extends HTMLElement {
  connectedCallback(): void {
    this.draw();
    shown.add(this);
  }

  disconnectedCallback(): void {
    shown.delete(this);
  }

  draw(): void {
    const time = this.querySelector("time");
    if (!time?.dateTime) return;
    const moment = new Date(time.dateTime);
    const text = describe(moment, new Date(), this.dataset.style ?? "list", language(this));
    if (time.textContent !== text) time.textContent = text;
    time.title ||= format(moment, { dateStyle: "full", timeStyle: "short" }, language(this));
  }
}

export function describe(moment: Date, now: Date, style: string, locale: string): string {
  if (style === "time") return format(moment, { timeStyle: "short" }, locale);
  if (style === "full") return format(moment, { dateStyle: "medium", timeStyle: "short" }, locale);
  if (style === "relative") return relative(moment.getTime() - now.getTime(), locale);
  const days = Math.round((midnight(now) - midnight(moment)) / DAY);
  if (days === 0) return format(moment, { timeStyle: "short" }, locale);
  if (days === 1) return capitalized(words(locale).format(-1, "day"), locale);
  if (days > 1 && days < 7) return format(moment, { weekday: "short" }, locale);
  const sameYear = moment.getFullYear() === now.getFullYear();
  const date: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
  return format(moment, sameYear ? date : { ...date, year: "numeric" }, locale);
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
  const key = locale + JSON.stringify(options);
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(locale, options);
    formatters.set(key, formatter);
  }
  return formatter.format(moment);
}

function words(locale: string): Intl.RelativeTimeFormat {
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
}

function midnight(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
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
window.setInterval(() => {
  for (const element of shown) element.draw();
}, FRESHEN_EVERY);
