/** <copy-text data-copied> with an input to copy from and a [data-copy], which needs this script. */
import { toast } from "./toast-stack";

export class CopyText extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector<HTMLButtonElement>("[data-copy]");
    if (button) button.hidden = false;
    this.addEventListener("click", this.clicked);
  }

  disconnectedCallback(): void {
    this.removeEventListener("click", this.clicked);
  }

  private readonly clicked = async (event: Event): Promise<void> => {
    const input = this.querySelector("input");
    const button = event.target instanceof Element && event.target.closest("[data-copy]");
    if (!button || !input) return;
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      document.execCommand("copy"); // of an address without TLS
    }
    toast(this.dataset.copied ?? "", "success");
  };
}

customElements.define("copy-text", CopyText);
