/** The page on which one plays the customer: live conversations, and forms that don't reload. */

const RETRY_MILLISECONDS = 2000;

class PlayCustomer extends HTMLElement {
  #stopped = new AbortController();
  readonly #sending = new Set<HTMLFormElement>();

  connectedCallback(): void {
    this.#stopped = new AbortController();
    this.addEventListener("submit", (event) => this.#submit(event));
    this.addEventListener("change", ({ target }) => nameFiles(target));
    for (const log of this.querySelectorAll("[role=log]")) log.scrollTop = log.scrollHeight;
    void this.#follow();
  }

  disconnectedCallback(): void {
    this.#stopped.abort();
  }

  /** Asks for what is newer than what is shown; the server answers when there is something. */
  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#refresh(signal);
        this.#say("");
      } catch {
        if (signal.aborted) return;
        this.#say(this.dataset.lost ?? "");
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
      }
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const url = `${this.dataset.threads}&after=${this.dataset.version}`;
    const answer = await fetch(url, { signal });
    if (answer.status === 204) return;
    if (!answer.ok) throw new Error(answer.statusText);
    merge(this, new DOMParser().parseFromString(await answer.text(), "text/html"));
    this.dataset.version = answer.headers.get("X-Version") ?? "";
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    event.preventDefault();
    if (this.#sending.has(form)) return;
    this.#sending.add(form);
    const body = new FormData(form, event.submitter);
    const other = event.submitter?.getAttribute("formaction");
    const target = other ?? form.action;
    const isMultipart = form.enctype === "multipart/form-data";
    const send = isMultipart
      ? body
      : new URLSearchParams(body as unknown as Record<string, string>);
    try {
      const headers = { Accept: "application/json" };
      const answer = await fetch(target, { method: "POST", body: send, headers });
      if (!answer.ok) throw new Error((await answer.json()).error.message);
      form.reset();
      const id = form.querySelector<HTMLInputElement>("[name=request_id]");
      if (id) id.defaultValue = id.value = crypto.randomUUID();
      nameFiles(form.querySelector("[type=file]"));
      this.#say("");
    } catch (error) {
      this.#say((error as Error).message);
    } finally {
      this.#sending.delete(form);
    }
  }

  #say(text: string): void {
    const status = this.querySelector(".simulators-status");
    if (status && status.textContent !== text) status.textContent = text;
  }
}

/** The label of a field for files says which were chosen. */
function nameFiles(field: EventTarget | null): void {
  if (!(field instanceof HTMLInputElement) || field.type !== "file") return;
  const label = field.closest("label")?.querySelector<HTMLElement>("[data-files]");
  const names = [...(field.files ?? [])].map(({ name }) => name).join(", ");
  if (label) label.textContent = names || (label.dataset.files ?? "");
}

/** Takes over what changed and leaves the rest alone, so that focus and scrolling stay. */
export function merge(page: ParentNode, fresh: Document): void {
  for (const part of fresh.querySelectorAll<HTMLElement>("[data-part]")) {
    const shown = page.querySelector<HTMLElement>(`[data-part="${part.dataset.part}"]`);
    if (!shown) continue;
    if (shown.getAttribute("role") === "log") mergeLog(shown, part);
    else mergeSwitches(shown, part);
  }
}

function mergeLog(shown: HTMLElement, fresh: HTMLElement): void {
  const isAtEnd = shown.scrollHeight - shown.scrollTop - shown.clientHeight < 80;
  const known = new Map([...shown.children].map((item) => [item.id, item]));
  for (const item of [...fresh.children]) {
    const old = known.get(item.id);
    known.delete(item.id);
    if (!old) shown.append(item);
    else if (old.innerHTML !== item.innerHTML) old.replaceWith(item);
  }
  for (const gone of known.values()) gone.remove();
  if (isAtEnd) shown.scrollTop = shown.scrollHeight;
}

function mergeSwitches(shown: HTMLElement, fresh: HTMLElement): void {
  const now = fresh.querySelectorAll("[role=switch]");
  shown.querySelectorAll("[role=switch]").forEach((control, index) => {
    control.setAttribute("aria-checked", now[index]?.getAttribute("aria-checked") ?? "false");
  });
}

customElements.define("play-customer", PlayCustomer);
