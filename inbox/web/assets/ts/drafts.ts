/**
 * What is being written is never lost: kept in this browser at every keystroke, on the server
 * shortly after.
 *
 * The server: `PUT url` with `{"text", "version", "particulars"?}` → `{"version"}`; 409 with `{"text", "version"}`
 * when another tab or device saved a newer one. An empty text deletes the draft.
 */

const PAUSE = 600;
const RETRY = 5_000;

/** Of the fields beside the text those that say something else than they said at first. */
export type Particulars = Record<string, string>;

export interface Stored {
  text: string;
  version: number;
  particulars?: Particulars;
}

export class Draft {
  private timer = 0;
  private saving = false;
  private dirty = false;
  private outdated = false; // discarded while its save was on its way
  private text = "";
  private particulars: Particulars | undefined;

  constructor(
    private readonly url: string,
    private version: number,
    private readonly newer: (draft: Stored) => void = () => {},
  ) {}

  /** What this browser has that the server never heard of, unless the server is ahead. */
  recover(): Stored | null {
    const kept = read(this.key);
    if (!kept || kept.version < this.version) return null;
    this.text = kept.text;
    this.particulars = kept.particulars;
    this.schedule(0);
    return kept;
  }

  change(text: string, particulars?: Particulars): void {
    this.text = text;
    this.particulars = particulars;
    const { version } = this;
    localStorage.setItem(this.key, JSON.stringify({ text, version, particulars }));
    this.schedule(PAUSE);
  }

  /** The text was sent; the server forgets its draft with the message. */
  discard(version = 0): void {
    window.clearTimeout(this.timer);
    this.dirty = false;
    this.outdated = this.saving;
    this.text = "";
    this.particulars = undefined;
    this.version = version;
    localStorage.removeItem(this.key);
  }

  /** Before the page goes away; the browser finishes the request on its own. */
  async flush(): Promise<void> {
    window.clearTimeout(this.timer);
    if (this.dirty && !this.saving) await this.save();
  }

  private get key(): string {
    return `draft:${this.url}`;
  }

  private schedule(pause: number): void {
    this.dirty = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), pause);
  }

  private async save(): Promise<void> {
    if (this.saving) return this.schedule(PAUSE);
    this.saving = true;
    this.dirty = false;
    const sent = this.text;
    const response = await this.put(sent);
    this.saving = false;
    if (this.outdated) return this.takeBack(response);
    if (this.text !== sent) return;
    if (response?.status === 409) return this.overtaken(await response.json());
    if (!response?.ok) return this.schedule(RETRY);
    this.version = (await response.json()).version;
    if (!this.dirty) localStorage.removeItem(this.key);
  }

  /** What the server kept after the message had gone would come back as a draft of its own. */
  private async takeBack(response: Response | null): Promise<void> {
    this.outdated = false;
    if (!response?.ok || this.text) return;
    this.version = (await response.json()).version;
    await this.put("");
    this.version = 0;
  }

  private put(text: string): Promise<Response | null> {
    return fetch(this.url, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text, version: this.version, particulars: this.particulars }),
      keepalive: true,
    }).catch(() => null);
  }

  private overtaken(draft: Stored): void {
    this.version = draft.version;
    this.newer(draft);
  }
}

function read(key: string): Stored | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
