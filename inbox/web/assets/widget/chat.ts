/** What the chat knows and does; the components draw it. */
import { Api } from "./api";
import { refresh } from "./availability";
import { Connection } from "./connection";
import { cleanProfile, type Host } from "./host";
import { Outbox } from "./outbox";
import { posted } from "./posting";
import type {
  Config,
  Kept,
  Link,
  Message,
  Page,
  Problem,
  Profile,
  Proof,
  SentFile,
  ToFrame,
  View,
} from "./protocol";
import { isAsked } from "./questions";
import { Reading } from "./reading";
import { Registration } from "./registration";
import { Typing } from "./typing";
import { Watching } from "./watching";

const RETRY = 5_000;

export class Chat {
  readonly api: Api;
  private connection?: Connection;
  private readonly registration: Registration;
  private readonly outbox: Outbox;
  private readonly reading: Reading;
  private readonly typing = new Typing(() => this.changed());
  private readonly watching: Watching;
  private messages = new Map<string, Message>();
  private link: Link = navigator.onLine ? "connecting" : "offline";
  private hasEarlier = false;
  private isBlocked = false;
  private watchers = new Set<() => void>();

  constructor(
    readonly config: Config,
    readonly host: Host,
  ) {
    this.api = new Api(config.inbox);
    this.outbox = new Outbox(host);
    this.registration = new Registration(this.api, host, (token) => this.become(token));
    this.reading = new Reading(host, (kind, upto) => this.connection?.send(kind, { upto }));
    this.watching = new Watching(this, {
      isQuiet: () => !this.isBlocked && !host.isOpen && this.messages.size === 0,
      mayTell: () => !this.isBlocked && (!this.asksConsent || this.hasConsented),
      written: () => this.wake(),
      show: (peek) => this.reading.peekAt(peek),
    });
    this.outbox.take(host.kept);
    host.hear((message) => this.hear(message));
    document.addEventListener("visibilitychange", () => this.noticeReading());
    if (host.kept.token && (!host.kept.isQuiet || host.isOpen)) this.wake();
    else this.link = "online";
    this.watching.start();
  }

  get view(): View {
    return {
      link: this.link,
      isOpen: this.host.isOpen,
      isAgreed: this.isAgreed,
      messages: [...this.messages.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
      pending: this.outbox.all,
      typist: this.typing.name,
      hasEarlier: this.hasEarlier,
      isBlocked: this.isBlocked,
      peek: this.reading.peek,
    };
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  changed(): void {
    for (const watcher of this.watchers) watcher();
  }

  /** What has to be asked before the first message. */
  get asksConsent(): boolean {
    return this.host.asksConsent || this.config.consent !== "";
  }

  get isAgreed(): boolean {
    return !isAsked(this.config, this.host.kept) && (!this.asksConsent || this.hasConsented);
  }

  private get hasConsented(): boolean {
    return this.host.kept.consent === this.config.consent_version;
  }

  agree(profile: Profile): void {
    this.host.keep({
      hasTold: true,
      profile: { ...this.host.kept.profile, ...profile },
      ...(this.asksConsent && { consent: this.config.consent_version }),
    });
    this.outbox.againAll();
    if (this.outbox.unsent().length > 0) void this.flush();
    this.proveIfWanted();
    this.changed();
  }

  send(text: string, files: SentFile[] = []): void {
    const clientId = this.outbox.add(text, files, this.watching.unanswered);
    this.changed();
    void this.flush(clientId);
  }

  retry(clientId: string): void {
    this.outbox.again(clientId);
    this.changed();
    void this.flush(clientId);
  }

  type(draft: string): void {
    if (this.isAgreed) this.host.keep({ draft });
    if (draft) this.typing.tell(() => this.connection?.send("typing", {}));
  }

  async showEarlier(): Promise<void> {
    const [oldest] = this.view.messages;
    if (!oldest) return;
    const page = await this.api.history(await this.token(), oldest.id).catch(() => null);
    if (!page) return;
    for (const message of page.messages) this.messages.set(message.id, message);
    this.hasEarlier = page.has_earlier;
    this.changed();
  }

  /** The visitor comes into being with the first thing that he does. */
  token(): Promise<string> {
    return this.registration.token();
  }

  /** Known to the server without a connection, as long as there is nothing to hear. */
  quietToken(): Promise<string> {
    if (!this.host.kept.token) this.host.keep({ isQuiet: true });
    return this.token();
  }

  open(): void {
    this.host.tell({ open: true });
  }

  close(): void {
    this.host.tell({ close: true });
  }

  stopPeeking(): void {
    this.reading.stopPeeking();
    this.changed();
  }

  private hear(message: ToFrame): void {
    if (message.profile) this.identify(message.profile);
    if (message.kept) this.adopt(message.kept);
    if (message.page !== undefined) this.watching.turnPage();
    if (message.open) {
      this.wake();
      void refresh(this);
    }
    this.proveIfWanted();
    this.noticeReading();
    this.changed();
  }

  /** There is, or may soon be, something to hear. */
  private wake(): void {
    if (this.host.kept.isQuiet) this.host.keep({ isQuiet: false });
    const { token } = this.host.kept;
    if (token && !this.connection && !this.isBlocked) this.connect(token);
  }

  private become(token: string): void {
    this.messages.clear();
    this.hasEarlier = false;
    if (!this.host.kept.isQuiet) this.connect(token);
  }

  private identify(given: Profile & Proof): void {
    if (this.registration.identify(given)) this.leave();
    this.keepProfile(cleanProfile(given));
  }

  /** Not before he looks or has written: who only visits the site costs the server nothing. */
  private proveIfWanted(): void {
    const isWanted = this.host.isOpen || Boolean(this.host.kept.token);
    if (!this.registration.isPending || !isWanted || (this.asksConsent && !this.isAgreed)) return;
    if (this.host.kept.isQuiet) this.host.keep({ isQuiet: false });
    void this.token().catch((error) => this.takeRefusal(error.problem ?? {}));
  }

  private leave(): void {
    this.connection?.close();
    this.connection = undefined;
    this.messages.clear();
    this.host.keep({ token: "", who: "" });
  }

  private connect(token: string): void {
    this.connection?.close();
    this.link = navigator.onLine ? "connecting" : "offline";
    this.connection = new Connection(this.api, token, {
      link: (link) => this.takeLink(link),
      page: (page) => this.take(page),
      typing: (name) => this.typing.show(name),
      acknowledged: (clientId) => this.settle(clientId, "sent"),
      refused: (problem, clientId) => this.takeRefusal(problem, clientId),
    });
  }

  private async flush(clientId?: string): Promise<void> {
    this.wake();
    const token = await this.token().catch(() => "");
    if (!token) {
      this.takeLink(navigator.onLine ? "connecting" : "offline");
      setTimeout(() => void this.flush(), RETRY);
      return;
    }
    for (const queued of this.outbox.unsent(clientId))
      this.connection?.send("message", posted(queued, this.host));
  }

  private takeLink(link: Link): void {
    const isBack = link === "online" && this.link !== "online";
    this.link = link;
    if (isBack) void this.flush();
    this.changed();
  }

  private take(page: Page): void {
    if (this.messages.size === 0) this.hasEarlier = page.has_earlier;
    for (const message of page.messages) {
      this.messages.set(message.id, message);
      if (message.author === "visitor") this.settle(message.client_id, "gone");
      else this.typing.hide();
    }
    this.noticeReading();
    this.changed();
  }

  private settle(clientId: string, outcome: "sent" | "gone"): void {
    this.outbox.settle(clientId, outcome);
    this.changed();
  }

  private takeRefusal(problem: Partial<Problem>, clientId = ""): void {
    const { code } = problem;
    if (code === "blocked") this.block();
    if (code === "bad_token") this.startAnew();
    if (code === "consent_needed") this.host.keep({ consent: "" });
    const isAgain = code === "rate_limited" || code === "bad_token";
    if (clientId && isAgain) setTimeout(() => void this.flush(clientId), RETRY);
    else if (clientId) this.outbox.fail(clientId);
    this.changed();
  }

  /** He is told, and nothing goes on as if somebody read it. */
  private block(): void {
    this.isBlocked = true;
    this.connection?.close();
    this.connection = undefined;
    this.link = "online";
    this.messages.clear();
    this.reading.stopPeeking();
    this.changed();
  }

  /** The site's keys were changed: an old token is worth nothing, what is queued is. */
  private startAnew(): void {
    this.leave();
    setTimeout(() => void this.flush(), RETRY);
  }

  /** Another tab has met the server, or has queued something. */
  private adopt(kept: Kept): void {
    this.outbox.take(kept);
    if (kept.token && !kept.isQuiet) this.wake();
  }

  private keepProfile(profile: Profile): void {
    if (this.asksConsent && !this.isAgreed) this.host.kept.profile = profile;
    else this.host.keep({ profile: { ...this.host.kept.profile, ...profile } });
  }

  private noticeReading(): void {
    this.reading.notice(this.view.messages.filter((message) => message.author !== "visitor"));
  }
}
