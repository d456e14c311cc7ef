/** Small services to the fields of the composer. */

/** A date of one's own; without one the field asks for it. */
export function takeMoment(button: HTMLButtonElement): boolean {
  const field = button.parentElement?.querySelector<HTMLInputElement>("input");
  if (!field?.value || !field.checkValidity()) {
    field?.focus();
    return false;
  }
  button.value = field.value;
  return true;
}

/** Where the browser can't size a field to its text. */
export function grow(field: HTMLTextAreaElement): void {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.blockSize = "auto";
  field.style.blockSize = `${field.scrollHeight}px`;
}
