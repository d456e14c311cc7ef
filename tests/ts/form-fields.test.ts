import { expect, test } from "vitest";
import "../../inbox/web/assets/widget/form-fields";

function open(html: string): void {
  document.body.innerHTML = `<form><form-fields>${html}</form-fields></form>`;
  set("topic", ""); // the browser of these tests connects an element before what is in it
}

function part(name: string): HTMLElement {
  const found = document.querySelector(`[name="${name}"]`)?.closest<HTMLElement>(".form-field");
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

function set(name: string, value: string): void {
  const field = document.querySelector<HTMLInputElement>(`[name="${name}"]`);
  if (!field) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const ORDER = `<div class="form-field"><input name="topic"></div>
  <div class="form-field" data-shown-if="topic" data-shown-value="Order"><input name="order" data-required></div>
  <div class="form-field" data-shown-if="order" data-shown-value=""><input name="date"></div>`;

test("a field is shown and required only while the other has the value", () => {
  open(ORDER);
  expect(part("order").hidden).toBe(true);
  expect(document.querySelector<HTMLInputElement>('[name="order"]')?.disabled).toBe(true);

  set("topic", "Order");
  expect(part("order").hidden).toBe(false);
  expect(document.querySelector<HTMLInputElement>('[name="order"]')?.required).toBe(true);

  set("topic", "Other");
  expect(part("order").hidden).toBe(true);
  expect(document.querySelector<HTMLInputElement>('[name="order"]')?.required).toBe(false);
});

test("what depends on a field that is not shown is not shown either", () => {
  open(ORDER);
  set("topic", "Order");
  set("order", "1042");
  expect(part("date").hidden).toBe(false);

  set("topic", "Other");
  expect(part("date").hidden).toBe(true);
});
