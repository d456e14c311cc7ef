/** What the visitor has written and the server does not have yet; kept until it does. */
import type { Host } from "./host";
import { newId } from "./posting";
import type { Kept, Pending, Queued, SentFile } from "./protocol";

export class Outbox {
  private pending = new Map<string, Pending>();

  constructor(private readonly host: Host) {}

  get all(): Pending[] {
    return [...this.pending.values()];
  }

  add(text: string, files: SentFile[], shown: string): string {
    const { consent } = this.host.kept;
    const queued: Queued = {
      client_id: newId(),
      text,
      files,
      at: new Date().toISOString(),
      ...(consent && { consent }),
      ...(shown && { shown }),
    };
    this.pending.set(queued.client_id, { ...queued, state: "sending" });
    this.host.keep({ queue: { [queued.client_id]: queued }, draft: "" });
    return queued.client_id;
  }

  /** Those on their way, or the one of them. */
  unsent(clientId?: string): Pending[] {
    return this.all.filter(
      (one) => one.state === "sending" && (!clientId || one.client_id === clientId),
    );
  }

  /** Also with the consent that was given since. */
  again(clientId: string): void {
    const { consent } = this.host.kept;
    this.change(clientId, { state: "sending", ...(consent && { consent }) });
  }

  againAll(): void {
    for (const { client_id, state } of this.all) if (state === "failed") this.again(client_id);
  }

  fail(clientId: string): void {
    this.change(clientId, { state: "failed" });
  }

  /** What another tab has queued. */
  take(kept: Kept): void {
    for (const queued of Object.values(kept.queue ?? {}))
      if (queued && !this.pending.has(queued.client_id))
        this.pending.set(queued.client_id, { ...queued, state: "sending" });
  }

  /** Sent ones stay in sight until they come back as messages. */
  settle(clientId: string, outcome: "sent" | "gone"): void {
    if (!this.pending.has(clientId)) return;
    if (outcome === "gone") this.pending.delete(clientId);
    else this.change(clientId, { state: "sent" });
    this.host.keep({ queue: { [clientId]: null } });
  }

  private change(clientId: string, values: Partial<Pending>): void {
    const queued = this.pending.get(clientId);
    if (queued) this.pending.set(clientId, { ...queued, ...values });
  }
}
