import { beforeEach, expect, test } from "vitest";
import { showWhatIsOfUse } from "../../inbox/web/assets/ts/when";

const PAGE = `<form>
  <select name="login"><option selected>password</option><option>google</option></select>
  <div data-when="login" data-is="google other"><input name="client" value="typed"></div>
  <div data-when="login" data-is="password"><input name="secret"></div>
</form>`;

beforeEach(() => {
  document.body.innerHTML = PAGE;
  showWhatIsOfUse();
});

const field = (name: string) => document.querySelector(`[name=${name}]`)?.closest("div");

test("a field of no use with what is chosen is hidden", () => {
  expect(field("client")?.hidden).toBe(true);
  expect(field("secret")?.hidden).toBe(false);
});

test("another choice shows it, and what was typed is kept", () => {
  const select = document.querySelector("select") as HTMLSelectElement;
  select.value = "google";
  select.dispatchEvent(new Event("change", { bubbles: true }));

  expect(field("client")?.hidden).toBe(false);
  expect(field("secret")?.hidden).toBe(true);
  expect(new FormData(document.querySelector("form") as HTMLFormElement).get("client")).toBe(
    "typed",
  );
});
