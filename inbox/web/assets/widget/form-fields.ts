/**
 * <form-fields> around the fields of a form: each [data-shown-if=NAME] is shown while that field has
 * the value [data-shown-value] (any value, if that is empty), and asks for nothing otherwise. The
 * words that say so to who has no scripts go away. The server judges by the same rule.
 */
export class FormFields extends HTMLElement {
  connectedCallback(): void {
    this.toggleAttribute("data-scripted", true);
    this.addEventListener("input", this.changed);
    this.changed();
  }

  disconnectedCallback(): void {
    this.removeEventListener("input", this.changed);
  }

  private readonly changed = (): void => {
    // a field depends only on those before it, so one walk in their order settles all
    for (const part of this.querySelectorAll<HTMLElement>("[data-shown-if]")) {
      const shown = this.holds(part.dataset.shownIf ?? "", part.dataset.shownValue ?? "");
      part.hidden = !shown;
      for (const control of part.querySelectorAll<Control>("input, select, textarea")) {
        control.disabled = !shown;
        if (control.hasAttribute("data-required")) control.required = shown;
      }
    }
  };

  private holds(name: string, wanted: string): boolean {
    const controls = this.querySelectorAll<Control>(`[name="${CSS.escape(name)}"]`);
    return [...controls].some((control) => {
      if (control.disabled) return false;
      if (!(control instanceof HTMLInputElement && control.type === "checkbox")) {
        return wanted ? control.value.trim() === wanted : control.value.trim() !== "";
      }
      const isChoice = control.closest("fieldset") !== null;
      return control.checked && (!wanted || !isChoice || control.value === wanted);
    });
  }
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

customElements.define("form-fields", FormFields);
