/** What the chat knows and does; the components draw it. */
import { Api } from "./api";
import { Connection } from "./connection";
import { cleanProfile, type Host } from "./host";
import { newId, posted } from "./posting";
import type {
  Config,
  Kept,
  Link,
  Message,
  Page,
  Pending,
  Problem,
  Profile,
  Proof,
  Queued,
  SentFile,
  View,
} from "./protocol";
import { Registration } from "./registration";

const TYPING_SHOWN = 6_000;
const TYPING_TOLD = 3_000;
const RETRY = 5_000;

export class Chat {
  readonly api: Api;
  private connection?: Connection;
  private readonly registration: Registration;
  private messages = new Map<string, Message>();
  private pending = new Map<string, Pending>();
  private link: Link = navigator.onLine ? "connecting" : "offline";
  private typist?: string;
  private typingTimer = 0;
  private typingToldAt = 0;
  private hasEarlier = false;
  private toldUpto = "";
  private watchers = new Set<() => void>();

  constructor(
    readonly config: Config,
    readonly host: Host,
  ) {
    this.api = new Api(config.inbox);
    this.registration = new Registration(this.api, host, (token) => this.become(token));
    this.takeQueue(host.kept);
    host.hear((message) => {
      if (message.profile) this.identify(message.profile);
      if (message.kept) this.adopt(message.kept);
      this.proveIfWanted();
      this.noticeReading();
      this.changed();
    });
    document.addEventListener("visibilitychange", () => this.noticeReading());
    if (host.kept.token) this.connect(host.kept.token);
    else this.link = "online";
  }

  get view(): View {
    return {
      link: this.link,
      isOpen: this.host.isOpen,
      isAgreed: this.isAgreed,
      messages: [...this.messages.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
      pending: [...this.pending.values()],
      typist: this.typist,
      hasEarlier: this.hasEarlier,
    };
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** What has to be asked before the first message. */
  get asksConsent(): boolean {
    return this.host.asksConsent || this.config.consent !== "";
  }

  get isAgreed(): boolean {
    const { consent, profile } = this.host.kept;
    const isKnown = !this.config.ask_first || Boolean(profile?.name && profile.email);
    return isKnown && (!this.asksConsent || consent === this.config.consent_version);
  }

  agree(profile: Profile): void {
    this.host.keep({
      profile: { ...this.host.kept.profile, ...profile },
      ...(this.asksConsent && { consent: this.config.consent_version }),
    });
    this.proveIfWanted();
    this.changed();
  }

  send(text: string, files: SentFile[] = []): void {
    const queued: Queued = {
      client_id: newId(),
      text,
      files,
      at: new Date().toISOString(),
    };
    if (this.host.kept.consent) queued.consent = this.host.kept.consent;
    this.pending.set(queued.client_id, { ...queued, state: "sending" });
    this.host.keep({ queue: { [queued.client_id]: queued }, draft: "" });
    this.changed();
    void this.flush(queued.client_id);
  }

  retry(clientId: string): void {
    const queued = this.pending.get(clientId);
    if (!queued) return;
    this.pending.set(clientId, { ...queued, state: "sending" });
    this.changed();
    void this.flush(clientId);
  }

  type(draft: string): void {
    if (this.isAgreed) this.host.keep({ draft });
    const now = Date.now();
    if (!draft || now - this.typingToldAt < TYPING_TOLD) return;
    this.typingToldAt = now;
    this.connection?.send("typing", {});
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

  close(): void {
    this.host.tell({ close: true });
  }

  private become(token: string): void {
    this.messages.clear();
    this.hasEarlier = false;
    this.connect(token);
  }

  private identify(given: Profile & Proof): void {
    if (this.registration.identify(given)) this.leave();
    this.keepProfile(cleanProfile(given));
  }

  /** Not before he looks or has written: who only visits the site costs the server nothing. */
  private proveIfWanted(): void {
    const isWanted = this.host.isOpen || Boolean(this.host.kept.token);
    if (!this.registration.isPending || !isWanted || (this.asksConsent && !this.isAgreed)) return;
    void this.token().catch(() => undefined);
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
      typing: (name) => this.showTyping(name),
      acknowledged: (clientId) => this.settle(clientId, "sent"),
      refused: (problem, clientId) => this.takeRefusal(problem, clientId),
    });
  }

  private async flush(clientId?: string): Promise<void> {
    const token = await this.token().catch(() => "");
    if (!token) {
      this.takeLink(navigator.onLine ? "connecting" : "offline");
      setTimeout(() => void this.flush(), RETRY);
      return;
    }
    for (const queued of this.pending.values()) {
      if (queued.state !== "sending" || (clientId && queued.client_id !== clientId)) continue;
      this.connection?.send("message", posted(queued, this.host));
    }
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
      else this.hideTyping();
    }
    this.noticeReading();
    this.changed();
  }

  /** Sent ones stay in sight until they come back as messages. */
  private settle(clientId: string, outcome: "sent" | "gone"): void {
    const queued = this.pending.get(clientId);
    if (!queued) return;
    if (outcome === "gone") this.pending.delete(clientId);
    else this.pending.set(clientId, { ...queued, state: "sent" });
    this.host.keep({ queue: { [clientId]: null } });
    this.changed();
  }

  private takeRefusal(problem: Problem, clientId?: string): void {
    if (problem.code === "bad_token") this.startAnew();
    const queued = this.pending.get(clientId ?? "");
    if (!queued) return;
    if (problem.code === "rate_limited" || problem.code === "bad_token") {
      setTimeout(() => void this.flush(clientId), RETRY);
      return;
    }
    this.pending.set(queued.client_id, { ...queued, state: "failed" });
    this.changed();
  }

  /** The site's keys were changed: an old token is worth nothing, what is queued is. */
  private startAnew(): void {
    this.leave();
    setTimeout(() => void this.flush(), RETRY);
  }

  /** Another tab has met the server, or has queued something. */
  private adopt(kept: Kept): void {
    this.takeQueue(kept);
    if (kept.token && !this.connection) this.connect(kept.token);
  }

  private takeQueue(kept: Kept): void {
    for (const queued of Object.values(kept.queue ?? {}))
      if (queued && !this.pending.has(queued.client_id))
        this.pending.set(queued.client_id, { ...queued, state: "sending" });
  }

  private keepProfile(profile: Profile): void {
    if (this.asksConsent && !this.isAgreed) this.host.kept.profile = profile;
    else this.host.keep({ profile });
  }

  private noticeReading(): void {
    const answers = this.view.messages.filter((message) => message.author !== "visitor");
    const newest = answers.at(-1);
    if (!newest) return;
    const isSeen = this.host.isOpen && document.visibilityState === "visible";
    const readUpto = this.host.kept.readUpto ?? "";
    if (isSeen && newest.id > readUpto) {
      this.host.keep({ readUpto: newest.id });
      this.connection?.send("read", { upto: newest.id });
    } else if (newest.id > readUpto && newest.id > this.toldUpto) {
      this.connection?.send("delivered", { upto: newest.id });
    }
    this.toldUpto = newest.id;
    const unread = isSeen ? 0 : answers.filter((message) => message.id > readUpto).length;
    this.host.tell({ unread });
  }

  private showTyping(name: string): void {
    clearTimeout(this.typingTimer);
    this.typist = name;
    this.typingTimer = window.setTimeout(() => this.hideTyping(), TYPING_SHOWN);
    this.changed();
  }

  private hideTyping(): void {
    clearTimeout(this.typingTimer);
    this.typist = undefined;
    this.changed();
  }

  private changed(): void {
    for (const watcher of this.watchers) watcher();
  }
}
