/**
 * What the chosen channel still takes: characters near its limit, SMS as they are counted, files
 * that are too many or too large for it, and the time for which answers are allowed. A <span data-thread> for each channel says what holds there.
 */
import { segments } from "../segments";

const NEAR = 0.8; // of the limit, from where on the count is shown
const LOOK_AGAIN = 30_000;

export class ReplyLimit extends HTMLElement {
  private connection = new AbortController();
  private timer = 0;
  private readonly attached = new MutationObserver(() => this.show());

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    this.closest("form")?.addEventListener("input", this.show, { signal });
    this.closest("form")?.addEventListener("change", this.show, { signal });
    const files = this.closest("form")?.querySelector(".composer-files");
    if (files) this.attached.observe(files, { childList: true });
    this.timer = window.setInterval(this.show, LOOK_AGAIN);
    this.show();
  }

  disconnectedCallback(): void {
    this.connection.abort();
    this.attached.disconnect();
    window.clearInterval(this.timer);
  }

  private readonly show = (): void => {
    const form = this.closest("form");
    const chosen = form?.querySelector<HTMLSelectElement>('select[name="channel"]')?.value;
    const field = form?.querySelector<HTMLTextAreaElement>('textarea[data-mode="reply"]');
    for (const place of this.querySelectorAll<HTMLElement>("[data-thread]")) {
      place.hidden = chosen !== undefined && chosen !== "" && place.dataset.thread !== chosen;
      const said = [this.length(place, field?.value ?? ""), this.files(place), this.window(place)];
      place.textContent = said.filter(Boolean).join(" · ");
    }
  };

  private length(place: HTMLElement, text: string): string {
    const { limit, segments: counts } = place.dataset;
    const left = Number(limit ?? 0) - [...text].length;
    const number = new Intl.NumberFormat(this.language);
    place.toggleAttribute("data-over", limit !== undefined && left < 0);
    if (limit !== undefined && left < 0)
      return fill(this.dataset.over, { count: number.format(-left) });
    if (counts !== undefined && text) {
      const given = {
        count: number.format([...text].length),
        parts: number.format(segments(text)),
      };
      return fill(this.dataset.sms, given);
    }
    if (limit === undefined || left > Number(limit) * (1 - NEAR)) return "";
    return fill(this.dataset.left, { count: number.format(left) });
  }

  /** What the channel does not take of the files that are attached. */
  private files(place: HTMLElement): string {
    const chips = this.closest("form")?.querySelectorAll<HTMLElement>(".upload") ?? [];
    const { fileLimit, fileLimits, fileCount } = place.dataset;
    if (!chips.length || fileLimit === undefined) return "";
    const refuse = (words = "", values: Record<string, string> = {}): string => {
      place.toggleAttribute("data-over", true);
      return fill(words, values);
    };
    if (fileLimit === "0") return refuse(this.dataset.noFiles);
    const most = Number(fileCount ?? 0);
    if (most && chips.length > most) return refuse(this.dataset.fewer, { count: String(most) });
    const special: Record<string, number> = JSON.parse(fileLimits || "{}");
    for (const chip of chips) {
      const { size, type = "" } = chip.dataset;
      const kind = Object.keys(special).find((start) => type.startsWith(start));
      const limit = kind ? (special[kind] ?? 0) : Number(fileLimit);
      if (Number(size) > limit)
        return refuse(this.dataset.large, { size: String(Math.floor(limit / 2 ** 20)) });
    }
    return "";
  }

  private window(place: HTMLElement): string {
    if (!place.dataset.until) return "";
    const minutes = Math.floor((Date.parse(place.dataset.until) - Date.now()) / 60_000);
    place.toggleAttribute("data-closed", minutes < 0);
    if (minutes < 0) return this.dataset.closed ?? "";
    const unit = (value: number, name: "hour" | "minute") =>
      new Intl.NumberFormat(this.language, {
        style: "unit",
        unit: name,
        unitDisplay: "short",
      }).format(value);
    const hours = Math.floor(minutes / 60);
    const time = hours
      ? `${unit(hours, "hour")} ${unit(minutes % 60, "minute")}`
      : unit(minutes, "minute");
    return fill(this.dataset.window, { time });
  }

  private get language(): string {
    return document.documentElement.lang || "en";
  }
}

function fill(text = "", values: Record<string, string> = {}): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

customElements.define("reply-limit", ReplyLimit);
