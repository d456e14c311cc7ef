import { expect, test } from "vitest";
import { calls, element, server, settle } from "./page";

await import("../../inbox/web/assets/ts/elements/rule-editor");

const FORM = `<rule-editor><form action="http://desk.test/rules/new" method="post">
  <input name="name" value="VIP">
  <select name="conditions.0.field" data-redraw><option value="a" selected>A</option></select>
  <button name="do" value="add-condition conditions">Add</button>
  <button name="do" value="save">Save</button></form></rule-editor>`;
const DRAWN = FORM.replace("</form>", '<input name="conditions.1.value" autofocus></form>');

function press(value: string): boolean {
  const submitter = element<HTMLButtonElement>(`button[value="${value}"]`);
  const event = new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter });
  return !element("form").dispatchEvent(event);
}

test("a button that changes the form sends it, and the answer takes its place", async () => {
  server(async () => new Response(DRAWN));
  document.body.innerHTML = FORM;
  const isOurs = press("add-condition conditions");
  await settle();

  expect(isOurs).toBe(true);
  expect(calls[0]?.body.get("do")).toBe("add-condition conditions");
  expect(calls[0]?.body.get("name")).toBe("VIP");
  expect(document.activeElement).toBe(element('[name="conditions.1.value"]'));
});

test("saving is left to the browser", () => {
  server(async () => new Response(DRAWN));
  document.body.innerHTML = FORM;

  expect(press("save")).toBe(false);
  expect(calls).toEqual([]);
});

test("choosing a field draws the form anew, and the focus stays on it", async () => {
  server(async () => new Response(DRAWN));
  document.body.innerHTML = FORM;
  element("select").dispatchEvent(new Event("change", { bubbles: true }));
  await settle();

  expect(calls[0]?.body.get("do")).toBe("refresh");
  expect(document.activeElement).toBe(element("select"));
});

test("an answer that is no form leaves what was typed", async () => {
  server(async () => new Response("<p>Sign in</p>"));
  document.body.innerHTML = FORM;
  element<HTMLInputElement>("[name=name]").value = "typed";
  press("add-condition conditions");
  await settle();

  expect(element<HTMLInputElement>("[name=name]").value).toBe("typed");
});
