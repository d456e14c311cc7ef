/**
 * <reply-box>: writing a reply or a note.
 *
 *   <reply-box id="composer" hx-morph-skip data-mode="reply" data-conversation="ID"
 *      data-uploads="/attachments" data-waiting="Will be sent when the connection is back"
 *      data-remove="Remove" data-failed="Not uploaded">
 *     <form class="composer" method="post" action="/conversations/7/replies">
 *       hidden request_id and last_message; a button .composer-mode for each mode with data-action;
 *       .composer-guard; a textarea.composer-text for each mode with data-draft and data-version;
 *       fields beside the text with data-keep (see ../recipients); .composer-files; the buttons.
 *     </form>
 *   </reply-box>
 *
 * Elements with `data-for="reply"` or `"note"` show in that mode only. The server answers a send
 * with hx-partials (the message, a toast with undo); 409 and 422 with what goes into the guard,
 * where a button `name="force" value="1"` sends anyway. The request id makes repeating harmless;
 * after a 409, which stored nothing, the next try is a message of its own.
 */
import { Draft } from "../drafts";
import { grow, takeMoment } from "../fields";
import { applyPartials, FRAGMENT } from "../html";
import { onCommand } from "../keys";
import { tell } from "../live";
import { follow, particulars, pickForward, reset, restore, show, toggleAll } from "../recipients";
import { Uploads } from "../uploads";
import { toast } from "./toast-stack";

const TYPING_EVERY = 3_000;
const IN_PLACE = [400, 409, 413, 422];
/** What overtakes an answer: anything but notes. */
const SAID = '.message:not([data-direction="note"])';

export class ReplyBox extends HTMLElement {
  private connection = new AbortController();
  private readonly drafts = new Map<HTMLTextAreaElement, Draft>();
  private uploads: Uploads | null = null;
  private typedAt = 0;
  private sending = false;
  private queued: HTMLElement | null | undefined;
  private begun = false;

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    for (const text of this.querySelectorAll<HTMLTextAreaElement>("textarea")) this.openDraft(text);
    this.uploads = new Uploads(this, signal);
    this.addEventListener("input", this.typed, { signal });
    this.addEventListener("click", this.clicked, { signal });
    this.addEventListener("change", this.changed, { signal });
    this.addEventListener("keydown", this.pressed, { signal });
    this.addEventListener("submit", this.submitted, { signal });
    window.addEventListener("pagehide", () => void this.flush(), { signal });
    document.addEventListener("live:open", () => void this.sendQueued(), { signal });
    window.addEventListener("online", () => void this.sendQueued(), { signal });
    document.addEventListener("click", this.forwarded, { signal });
    onCommand(
      {
        reply: () => this.write("reply"),
        note: () => this.write("note"),
        forward: () => this.forward(null),
      },
      signal,
    );
    show(this);
  }

  disconnectedCallback(): void {
    void this.flush();
    this.connection.abort();
  }

  /** Puts text where the caret is: saved replies, emoji, mentions. */
  insert(text: string): void {
    const { field } = this;
    if (!field) return;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** What was taken back before it went out, unless something else is being written. */
  restore(text: string): void {
    this.switchTo("reply");
    if (!this.field?.value) this.insert(text);
  }

  private get form(): HTMLFormElement | null {
    return this.querySelector("form");
  }

  private get mode(): string {
    return this.dataset.mode ?? "reply";
  }

  private get field(): HTMLTextAreaElement | null {
    return this.querySelector(`textarea[data-mode="${this.mode}"]`);
  }

  private write(mode: string): boolean {
    const known = this.querySelector(`.composer-mode[data-mode="${mode}"]`) !== null;
    if (known) this.switchTo(mode);
    return known;
  }

  private forward(message: HTMLElement | null): boolean {
    if (!this.write("forward")) return false;
    pickForward(this, message);
    this.keep();
    return true;
  }

  private switchTo(mode: string): void {
    this.dataset.mode = mode;
    for (const button of this.querySelectorAll<HTMLElement>(".composer-mode")) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
      if (button.dataset.mode === mode && this.form) this.form.action = button.dataset.action ?? "";
    }
    for (const text of this.querySelectorAll("textarea")) {
      text.hidden = text.disabled = text.dataset.mode !== mode;
    }
    for (const part of this.querySelectorAll<HTMLElement>("[data-for]"))
      part.hidden = part.dataset.for !== mode;
    this.field?.focus();
  }

  private openDraft(text: HTMLTextAreaElement): void {
    const { draft, version } = text.dataset;
    if (!draft) return;
    const keeper = new Draft(draft, Number(version ?? 0), (newer) => {
      if (document.activeElement !== text) text.value = newer.text;
    });
    const kept = keeper.recover();
    text.value = kept?.text ?? text.value;
    if (kept?.particulars) restore(this, text.dataset.mode ?? "", kept.particulars);
    this.begun ||= text.value !== "";
    this.drafts.set(text, keeper);
  }

  private async flush(): Promise<void> {
    await Promise.all([...this.drafts.values()].map((draft) => draft.flush()));
  }

  private readonly typed = (event: Event): void => {
    if (event.target instanceof HTMLElement && "keep" in event.target.dataset) return this.keep();
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    this.begin(event.target);
    this.keep();
    grow(event.target);
    if (Date.now() - this.typedAt < TYPING_EVERY) return;
    this.typedAt = Date.now();
    tell({ t: "typing", conv: this.dataset.conversation ?? "", mode: this.mode });
  };

  /** With the fields beside the text, in this browser and on the server. */
  private keep(): void {
    const { field } = this;
    if (field) this.drafts.get(field)?.change(field.value, particulars(this, this.mode));
    show(this);
  }

  private readonly forwarded = (event: Event): void => {
    const target = event.target instanceof Element ? event.target : null;
    const message = target?.closest<HTMLElement>("[data-forward]");
    if (message) this.forward(message);
  };

  private readonly clicked = (event: Event): void => {
    const target = event.target instanceof Element ? event.target : null;
    const mode = target?.closest<HTMLElement>(".composer-mode")?.dataset.mode;
    if (mode) this.switchTo(mode);
    const all = target?.closest<HTMLElement>("[data-reply-all]");
    if (all) toggleAll(this, all);
    if (target?.closest("[data-edit]")) this.unguard();
    const at = target?.closest<HTMLButtonElement>("[data-at]");
    if (at && !takeMoment(at)) event.preventDefault();
  };

  private readonly changed = (event: Event): void => {
    if (!(event.target instanceof HTMLSelectElement) || event.target.name !== "channel") return;
    const chosen = event.target.selectedOptions[0];
    if (chosen) follow(this, chosen);
  };

  private readonly pressed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    const wanted = event.shiftKey
      ? '[name="then"][value="resolve"]'
      : '[type="submit"]:not([name])';
    this.form?.requestSubmit(this.querySelector<HTMLElement>(wanted));
  };

  private readonly submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.send(event.submitter);
  };

  private async send(submitter: HTMLElement | null): Promise<void> {
    const { form, field } = this;
    if (!form || !field || this.sending || this.isEmpty) return;
    this.setSending(true);
    submitter?.closest<HTMLElement>("[popover]")?.hidePopover();
    const data = new FormData(form, submitter);
    data.set("text", field.value);
    data.delete("file");
    const response = await fetch(form.action, {
      method: "POST",
      headers: FRAGMENT,
      body: data,
    }).catch(() => null);
    this.setSending(false);
    if (!response) return this.wait(submitter);
    const answer = await response.text();
    if (response.ok) return this.sent(field, answer);
    if (response.status === 401) return location.reload();
    if (response.status === 409) this.renew();
    if (IN_PLACE.includes(response.status)) this.guard(answer);
    else toast("", "danger");
  }

  private get isEmpty(): boolean {
    const template = this.querySelector<HTMLSelectElement>('[name="template"]')?.value;
    const written = this.field?.value.trim() || this.uploads?.any || template;
    return this.mode !== "forward" && !written;
  }

  private async sent(field: HTMLTextAreaElement, answer: string): Promise<void> {
    field.value = "";
    this.drafts.get(field)?.discard();
    reset(this, this.mode);
    this.uploads?.clear();
    this.dispatchEvent(new CustomEvent("sent"));
    this.unguard();
    this.say("");
    this.renew();
    this.begun = false;
    if (this.mode === "forward") this.switchTo("reply");
    await applyPartials(answer);
  }

  /** What is sent next is another message. */
  private renew(): void {
    const id = this.querySelector<HTMLInputElement>('[name="request_id"]');
    if (id) id.value = crypto.randomUUID();
  }

  /** Who begins to write has seen what the page shows, and answers that. */
  private begin(field: HTMLTextAreaElement): void {
    if (!this.begun) this.hasSeen(document.querySelectorAll(`#messages ${SAID}`));
    this.begun = field.value !== "";
  }

  /** Ids sort by age; a newer one that is known already stays. */
  private hasSeen(messages: Iterable<Element>): void {
    const last = this.querySelector<HTMLInputElement>('[name="last_message"]');
    const newest = [...messages]
      .map(({ id }) => id.slice("m-".length))
      .sort()
      .at(-1);
    if (last && newest && newest > last.value) last.value = newest;
  }

  /** No connection: the text stays, and goes out as soon as there is one. */
  private wait(submitter: HTMLElement | null): void {
    this.queued = submitter;
    this.say(this.dataset.waiting ?? "");
  }

  private async sendQueued(): Promise<void> {
    if (this.queued === undefined) return;
    const submitter = this.queued;
    this.queued = undefined;
    await this.send(submitter);
  }

  private guard(answer: string): void {
    const guard = this.querySelector(".composer-guard");
    if (!guard) return;
    guard.innerHTML = answer;
    this.hasSeen(guard.querySelectorAll(SAID));
  }

  private unguard(): void {
    this.querySelector(".composer-guard")?.replaceChildren();
    this.field?.focus();
  }

  private setSending(sending: boolean): void {
    this.sending = sending;
    for (const button of this.querySelectorAll<HTMLElement>("[type=submit]"))
      button.setAttribute("aria-disabled", String(sending));
  }

  private say(text: string): void {
    const status = this.querySelector(".composer-status");
    if (status) status.textContent = text;
  }
}

customElements.define("reply-box", ReplyBox);
