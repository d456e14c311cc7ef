/**
 * The fields beside the text of <reply-box>: to whom it goes, from which address, and what is
 * forwarded. A field with `data-keep` is part of the draft while it says something else than its
 * `data-default`; `[data-for]` says in which mode it stands.
 */
import type { Particulars } from "./drafts";

type Field = HTMLInputElement | HTMLSelectElement;

const KEPT = "input[data-keep], select[data-keep]";

/** What the draft of this mode keeps; undefined where all is as it was at first. */
export function particulars(box: HTMLElement, mode: string): Particulars | undefined {
  const changed = fields(box, mode).filter((field) => said(field) !== field.dataset.default);
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((field) => [field.name, said(field)]));
}

export function restore(box: HTMLElement, mode: string, kept: Particulars): void {
  for (const field of fields(box, mode)) {
    const value = kept[field.name];
    if (value !== undefined) put(field, value);
  }
  show(box);
}

/** For what is written next. */
export function reset(box: HTMLElement, mode: string): void {
  for (const field of fields(box, mode)) put(field, field.dataset.default ?? "");
  show(box);
}

/** Only an e-mail goes to others as well, and what is said beside goes to nobody else. */
export function follow(box: HTMLElement, channel: HTMLOptionElement): void {
  const copies = box.querySelector<HTMLElement>("[data-copies]");
  if (!copies) return;
  copies.hidden = channel.dataset.kind !== "email";
  const mark = copies.querySelector<HTMLInputElement>('[name="copies"]');
  if (mark) mark.disabled = copies.hidden;
  renew(copies, "to", channel.dataset.address ?? "");
  offerSenders(copies, channel);
  if ("side" in channel.dataset) for (const name of ["cc", "bcc"]) renew(copies, name, "");
  const warning = box.querySelector<HTMLElement>("[data-beside]");
  if (warning) warning.hidden = !("side" in channel.dataset);
  show(box);
}

/** Everybody who stood on the customer's mail, or the customer alone. */
export function toggleAll(box: HTMLElement, button: HTMLElement): void {
  const cc = box.querySelector<HTMLInputElement>('[name="cc"]');
  if (!cc) return;
  cc.value = cc.value ? "" : (button.dataset.replyAll ?? "");
  cc.dispatchEvent(new Event("input", { bubbles: true }));
}

/** One message, or the whole conversation. */
export function pickForward(box: HTMLElement, message: HTMLElement | null): void {
  const field = box.querySelector<HTMLInputElement>('[name="forward_message"]');
  if (field) field.value = message?.dataset.forward ?? "";
  show(box);
  box.querySelector<HTMLElement>('[name="forward_to"]')?.focus();
}

/** What the fields say, in words. */
export function show(box: HTMLElement): void {
  const to = box.querySelector<HTMLInputElement>('[name="to"]');
  const address = box.querySelector("bdi[data-address]"); // the channels have the name too
  if (to && address) address.textContent = to.value;
  const cc = box.querySelector<HTMLInputElement>('[name="cc"]');
  box
    .querySelector("[data-reply-all]")
    ?.setAttribute("aria-pressed", String(Boolean(cc?.value.trim())));
  const what = box.querySelector<HTMLElement>("[data-forward-what]");
  const picked = box.querySelector<HTMLInputElement>('[name="forward_message"]')?.value;
  const message = picked
    ? document.querySelector<HTMLElement>(`[data-forward="${CSS.escape(picked)}"]`)
    : null;
  if (!what) return;
  what.textContent = picked
    ? (what.dataset.one ?? "").replace("{name}", message?.dataset.name ?? "…")
    : (what.dataset.all ?? "");
}

function fields(box: HTMLElement, mode: string): Field[] {
  return [...box.querySelectorAll<Field>(KEPT)].filter(
    (field) => field.closest<HTMLElement>("[data-for]")?.dataset.for === mode,
  );
}

function said(field: Field): string {
  if (field instanceof HTMLInputElement && field.type === "checkbox")
    return field.checked ? field.value : "";
  return field.value;
}

function put(field: Field, value: string): void {
  if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = value !== "";
  else field.value = value;
}

/** A new default; what was typed instead of the old one stays. */
function renew(copies: HTMLElement, name: string, value: string): void {
  const field = copies.querySelector<HTMLInputElement>(`[name="${name}"]`);
  if (!field) return;
  if (field.value === field.dataset.default) field.value = value;
  field.dataset.default = value;
}

function offerSenders(copies: HTMLElement, channel: HTMLOptionElement): void {
  const line = copies.querySelector<HTMLElement>("[data-senders]");
  const select = line?.querySelector("select");
  if (!line || !select) return;
  const ours = (channel.dataset.ours ?? "").split(" ").filter(Boolean);
  select.replaceChildren(...ours.map((one) => new Option(one, one)));
  select.value = select.dataset.default = channel.dataset.our ?? "";
  line.hidden = ours.length < 2;
}
