/**
 * The base of <rule-editor> and <form-builder>: buttons that change the form, and choosing from some
 * lists, fetch it anew and replace it, without the page loading again.
 */
import { FRAGMENT } from "../html";
import { toast } from "./toast-stack";

export class RedrawnForm extends HTMLElement {
  protected connection = new AbortController();
  private asked = 0;

  connectedCallback(): void {
    this.connection = new AbortController();
    const { signal } = this.connection;
    this.addEventListener("submit", this.submitted, { signal });
    this.addEventListener("change", this.chosen, { signal });
  }

  disconnectedCallback(): void {
    this.connection.abort();
  }

  /** Whether choosing from this list changes what the form asks for. */
  protected redraws(select: HTMLSelectElement): boolean {
    return "redraw" in select.dataset;
  }

  private readonly submitted = (event: SubmitEvent): void => {
    const { submitter, target } = event;
    if (!(submitter instanceof HTMLButtonElement) || !(target instanceof HTMLFormElement)) return;
    if (submitter.value === "save" || submitter.name !== "do") return;
    event.preventDefault();
    void this.redraw(target, submitter.value);
  };

  private readonly chosen = (event: Event): void => {
    const { target } = event;
    if (!(target instanceof HTMLSelectElement) || !this.redraws(target)) return;
    if (target.form) void this.redraw(target.form, "refresh", target.name);
  };

  protected async redraw(form: HTMLFormElement, verb: string, focused = ""): Promise<void> {
    const body = new FormData(form);
    body.set("do", verb);
    this.asked += 1;
    const mine = this.asked;
    this.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(form.action, { method: "POST", headers: FRAGMENT, body });
      const text = await response.text();
      if (mine !== this.asked) return; // a later change is on its way
      const page = new DOMParser().parseFromString(text, "text/html");
      const drawn = page.querySelector(this.localName);
      if (drawn) this.show(drawn, focused);
      else toast("", "danger"); // signed out meanwhile, or the like; what was typed stays
    } catch {
      toast("", "danger");
    } finally {
      this.removeAttribute("aria-busy");
    }
  }

  protected show(drawn: Element, focused: string): void {
    this.replaceChildren(...drawn.childNodes);
    const named = focused && this.querySelector<HTMLElement>(`[name="${CSS.escape(focused)}"]`);
    const next = named || this.querySelector<HTMLElement>("[autofocus], [data-focus]");
    (next || this.fallback())?.focus();
  }

  protected fallback(): HTMLElement | null {
    return this.querySelector<HTMLElement>('[name^="new_"]');
  }
}
