/**
 * <chat-tools>: what chats offer beside a text, within the form of a <reply-box>.
 *
 *   <chat-tools data-fields="/conversations/7/templates/">
 *     <input type="hidden" name="reply_to"> <p class="composer-answer" hidden>…</p>
 *     <label class="composer-sender" data-thread="ID"><select name="sender">…</select></label>
 *     <details data-part="buttons"><input name="buttons">…</details>
 *     <details data-part="template"><select name="template">…</select><div class="template-fields">
 *   </chat-tools>
 *
 * A message's button with `data-answer` chooses the one that is answered. The fields of a template
 * come from the server, with its text; what is typed into them is shown in the text at once. The
 * form's "sent" event empties everything.
 */
import { FRAGMENT } from "../html";

const MOST_BUTTONS = 10;

export class ChatTools extends HTMLElement {
  private connection = new AbortController();

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    document.addEventListener("click", this.clicked, { signal });
    this.form?.addEventListener("change", this.changed, { signal });
    this.addEventListener("input", this.typed, { signal });
    this.closest("reply-box")?.addEventListener("sent", () => this.clear(), { signal });
    this.follow();
  }

  disconnectedCallback(): void {
    this.connection.abort();
  }

  private get form(): HTMLFormElement | null {
    return this.closest("form");
  }

  private readonly clicked = (event: Event): void => {
    const target = event.target instanceof Element ? event.target : null;
    const chosen = target?.closest<HTMLElement>("[data-answer]");
    if (chosen) this.answer(chosen.dataset);
    if (target?.closest("[data-unanswer]") && this.contains(target)) this.answer({});
    const picked = target?.closest(".message-react button");
    if (picked) picked.closest("details")?.removeAttribute("open");
  };

  private answer({ answer = "", name = "", text = "" }: DOMStringMap): void {
    const field = this.querySelector<HTMLInputElement>('[name="reply_to"]');
    const chip = this.querySelector<HTMLElement>(".composer-answer");
    if (!field || !chip) return;
    field.value = answer;
    chip.hidden = !answer;
    fill(chip, "[data-name]", name);
    fill(chip, "[data-text]", text);
    if (answer) this.form?.querySelector<HTMLElement>('textarea[data-mode="reply"]')?.focus();
  }

  private readonly changed = (event: Event): void => {
    if (!(event.target instanceof HTMLSelectElement)) return;
    if (event.target.name === "channel") this.follow();
    if (event.target.name === "template") void this.load(event.target.value);
  };

  /** What the chosen channel offers. */
  private follow(): void {
    const channel = this.form?.querySelector<HTMLSelectElement>('select[name="channel"]');
    const option = channel?.selectedOptions[0];
    if (!channel || !option) return;
    this.hidden = option.dataset.kind === "email";
    for (const place of this.querySelectorAll<HTMLElement>(".composer-sender")) {
      place.hidden = place.dataset.thread !== channel.value;
      for (const select of place.querySelectorAll("select")) select.disabled = place.hidden;
    }
    const only = "templatesOnly" in option.dataset;
    this.closest("reply-box")?.toggleAttribute("data-templates-only", only);
    for (const one of this.querySelectorAll<HTMLOptionElement>('[name="template"] option'))
      one.hidden = one.value !== "" && one.dataset.inbox !== option.dataset.inbox;
    this.extra("buttons")?.toggleAttribute("hidden", only);
    if (only) this.extra("template")?.setAttribute("open", "");
  }

  private extra(name: string): HTMLElement | null {
    return this.querySelector(`[data-part="${name}"]`);
  }

  private async load(id: string): Promise<void> {
    const place = this.querySelector(".template-fields");
    if (!place) return;
    place.replaceChildren();
    if (!id) return;
    const answer = await fetch(`${this.dataset.fields ?? ""}${id}`, { headers: FRAGMENT });
    if (answer.ok) place.innerHTML = await answer.text();
    place.querySelector("input")?.focus();
  }

  private readonly typed = (event: Event): void => {
    if (!(event.target instanceof HTMLInputElement)) return;
    if (event.target.name === "buttons") this.offerAnother(event.target);
    if (event.target.dataset.gap !== undefined) this.preview();
  };

  private offerAnother(field: HTMLInputElement): void {
    const all = this.querySelectorAll<HTMLInputElement>('[name="buttons"]');
    if (field !== all[all.length - 1] || !field.value || all.length >= MOST_BUTTONS) return;
    const next = field.cloneNode() as HTMLInputElement;
    next.value = "";
    field.after(next);
  }

  private preview(): void {
    for (const shown of this.querySelectorAll<HTMLElement>("[data-preview]")) {
      const values = new Map(
        [...this.querySelectorAll<HTMLInputElement>(`[data-place="${shown.dataset.preview}"]`)]
          .filter((field) => field.value)
          .map((field) => [field.dataset.gap ?? "", field.value]),
      );
      shown.textContent = (shown.dataset.text ?? "").replace(
        /\{\{\s*([\w.-]+)\s*\}\}/g,
        (gap, name: string) => values.get(name) ?? gap,
      );
    }
  }

  private clear(): void {
    this.answer({});
    for (const field of this.querySelectorAll<HTMLInputElement>('[name="buttons"]'))
      field.value = "";
    this.extra("buttons")?.removeAttribute("open");
    const template = this.querySelector<HTMLSelectElement>('[name="template"]');
    if (template) template.value = "";
    this.querySelector(".template-fields")?.replaceChildren();
  }
}

function fill(place: HTMLElement, selector: string, text: string): void {
  const found = place.querySelector(selector);
  if (found) found.textContent = text;
}

customElements.define("chat-tools", ChatTools);
