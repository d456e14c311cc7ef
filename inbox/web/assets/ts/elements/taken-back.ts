/**
 * <taken-back data-conversation="ID">text</taken-back>: what was undone, back where it was written.
 *
 * The form of an undo is `<form data-undo>`. htmx would drop the answer when the message, and the
 * form in it, was drawn anew by the socket meanwhile.
 */
import { applyPartials, FRAGMENT } from "../html";
import type { ReplyBox } from "./reply-box";
import { toast } from "./toast-stack";

class TakenBack extends HTMLElement {
  connectedCallback(): void {
    const box = document.querySelector<ReplyBox>(
      `reply-box[data-conversation="${this.dataset.conversation}"]`,
    );
    box?.restore(this.textContent ?? "");
    this.remove();
  }
}

async function undo(form: HTMLFormElement): Promise<void> {
  const { action } = form;
  const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
  form.closest(".toast")?.remove();
  const response = await fetch(action, { method: "POST", headers: FRAGMENT, body }).catch(
    () => null,
  );
  for (const other of document.querySelectorAll<HTMLFormElement>(".toast form[data-undo]"))
    if (other.action === action && !body.has("undone")) other.closest(".toast")?.remove();
  if (response?.ok) return applyPartials(await response.text());
  toast(form.dataset.late ?? "", "danger");
}

document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || !("undo" in event.target.dataset)) return;
  event.preventDefault();
  void undo(event.target);
});
customElements.define("taken-back", TakenBack);
