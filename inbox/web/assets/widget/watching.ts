/** While the visitor is on a page: tells the desk so, if the site does, and speaks up by itself. */
import type { Chat } from "./chat";
import { covers } from "./pages";
import type { Kept, Peek, Proactive } from "./protocol";
import { language } from "./texts";

const LOOK_EVERY = 1_000;
const BEAT_EVERY = 15_000;
const DAY = 86_400_000;

interface Ways {
  /** Nobody talks, so that speaking up interrupts nothing. */
  isQuiet(): boolean;
  /** Nothing of him is told before he has agreed, where that is asked. */
  mayTell(): boolean;
  written(): void;
  show(peek: Peek): void;
}

export class Watching {
  private since = Date.now();
  private beatAt = 0;

  constructor(
    private readonly chat: Chat,
    private readonly ways: Ways,
  ) {}

  start(): void {
    const { watch, proactive } = this.chat.config;
    if (watch || proactive.length > 0) setInterval(() => this.look(), LOOK_EVERY);
  }

  /** The page around shows another address without being loaded anew. */
  turnPage(): void {
    this.since = Date.now();
    this.beatAt = 0;
  }

  /** The id of the proactive message to which nobody has answered so far. */
  get unanswered(): string {
    const { shown } = this.chat.host.kept;
    const { messages, pending } = this.chat.view;
    const isAnswered = [...messages, ...pending].some((one) => one.at > (shown?.at ?? ""));
    return shown && !isAnswered ? shown.id : "";
  }

  private look(): void {
    if (document.visibilityState !== "visible") return;
    if (this.chat.config.watch && Date.now() - this.beatAt >= BEAT_EVERY) void this.beat();
    const found = this.ways.isQuiet() ? this.due() : undefined;
    if (found) this.speak(found);
  }

  private due(): Proactive | undefined {
    const { config, host } = this.chat;
    if (!mayShow(host.kept, config.most_proactive, Date.now())) return undefined;
    return config.proactive.find(
      (one) =>
        Date.now() - this.since >= one.seconds * 1_000 &&
        !host.kept.shownAt?.[one.id] &&
        (!one.when_open || config.now.is_open) &&
        covers(one.pages, host.page),
    );
  }

  private speak({ id, text }: Proactive): void {
    const { host } = this.chat;
    const now = Date.now();
    host.keep({
      shown: { id, text, at: new Date(now).toISOString() },
      shownAt: { ...host.kept.shownAt, [id]: now },
    });
    this.ways.show({ name: this.chat.config.title, text });
    host.tell({ unread: 1 });
    this.chat.changed();
  }

  private async beat(): Promise<void> {
    this.beatAt = Date.now();
    if (!this.ways.mayTell()) return;
    const { host, api } = this.chat;
    const said = {
      page: host.page,
      title: host.title,
      language: navigator.language.slice(0, 16) || language,
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "",
    };
    try {
      const token = await this.chat.quietToken();
      const answer = await api.post<{ has_messages: boolean }>("/visits", token, said);
      if (answer.has_messages) this.ways.written();
    } catch {
      // Only a sign of life, and the next one follows.
    }
  }
}

/** So many in a day at the most. */
export function mayShow({ shownAt = {} }: Kept, most: number, now: number): boolean {
  return Object.values(shownAt).filter((at) => now - at < DAY).length < most;
}
