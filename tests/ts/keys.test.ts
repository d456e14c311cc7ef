import { beforeEach, expect, test } from "vitest";
import { keyOf, keysOf, listenForKeys, onCommand } from "../../inbox/web/assets/ts/keys";

let commands: string[];
listenForKeys();

beforeEach(() => {
  document.body.innerHTML = "<input><button>Plain</button>";
  commands = [];
  const take = (name: string) => () => {
    commands.push(name);
    return true;
  };
  const names = [
    "next",
    "resolve",
    "snooze",
    "snooze-tomorrow",
    "go-mine",
    "assign-me",
    "palette",
    "undo",
  ];
  onCommand(Object.fromEntries(names.map((name) => [name, take(name)])), fresh());
});

let connection = new AbortController();
function fresh(): AbortSignal {
  connection.abort();
  connection = new AbortController();
  return connection.signal;
}

function press(
  key: string,
  options: KeyboardEventInit = {},
  target: Element = document.body,
): boolean {
  return target.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options }),
  );
}

test("a key does its command and nothing else", () => {
  const untouched = press("j");

  expect(commands).toEqual(["next"]);
  expect(untouched).toBe(false);
});

test("a single key never fires in a field", () => {
  press("e", {}, document.querySelector("input") as Element);

  expect(commands).toEqual([]);
});

test("the palette opens from a field", () => {
  press("k", { ctrlKey: true }, document.querySelector("input") as Element);

  expect(commands).toEqual(["palette"]);
});

test("undo in a field is the field's own", () => {
  press("z", { ctrlKey: true }, document.querySelector("input") as Element);

  expect(commands).toEqual([]);
});

test("nothing fires while a word is being composed", () => {
  press("j", { isComposing: true });

  expect(commands).toEqual([]);
});

test("on a Cyrillic layout the place of the key counts", () => {
  press("ј", { code: "KeyJ" });
  press("е", { code: "KeyE" });

  expect(commands).toEqual(["next", "resolve"]);
});

test("a letter on a Latin layout counts by what it says, not where it is", () => {
  expect(keyOf(new KeyboardEvent("keydown", { key: "z", code: "KeyY" }))).toBe("z");
});

test("two keys after each other make one command", () => {
  press("g");
  press("i");

  expect(commands).toEqual(["go-mine"]);
});

test("the second key alone does its own command", () => {
  press("i");

  expect(commands).toEqual(["assign-me"]);
});

test("the first key of a sequence may do something of its own", () => {
  press("s");
  press("1");

  expect(commands).toEqual(["snooze", "snooze-tomorrow"]);
});

test("a command nobody takes clicks the button that names it", () => {
  let clicks = 0;
  document.body.innerHTML = '<button data-command="tag">Tag</button>';
  const button = document.querySelector("button") as HTMLButtonElement;
  button.checkVisibility = () => true;
  button.addEventListener("click", () => {
    clicks += 1;
  });
  press("l");

  expect(clicks).toBe(1);
});

test("Enter on a button is the button's own", () => {
  expect(press("Enter", {}, document.querySelector("button") as Element)).toBe(true);
});

test("keys are shown as they are printed", () => {
  expect(keysOf("snooze-tomorrow")).toEqual(["S", "1"]);
  expect(keysOf("palette")).toEqual(["Ctrl", "K"]);
  expect(keysOf("unknown")).toEqual([]);
});

test("undo takes back what was done last", () => {
  fresh();
  const clicked: string[] = [];
  document.body.innerHTML =
    '<button data-command="undo">1</button><button data-command="undo">2</button>';
  for (const button of document.querySelectorAll("button")) {
    button.checkVisibility = () => true;
    button.addEventListener("click", () => clicked.push(button.textContent ?? ""));
  }
  press("z");

  expect(clicked).toEqual(["2"]);
});
