/**
 * `import emojis from "emojis"`: groups of "😀 grinning face", joined by "|", of Unicode's list.
 *
 * Only what fonts of the last years can draw, and no flags, whose names take a tenth of it all.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const NEWEST = 13.1;
const LEFT_OUT = "flags";
const DATA = "node_modules/unicode-emoji-json/data-by-group.json";

export const emojis = {
  name: "emojis",
  setup(build) {
    build.onResolve({ filter: /^emojis$/ }, () => ({ path: "emojis", namespace: "emojis" }));
    build.onLoad({ filter: /.*/, namespace: "emojis" }, () => ({
      contents: JSON.stringify(groups()),
      loader: "json",
    }));
  },
};

function groups() {
  const root = resolve(import.meta.dirname, "../../..");
  const all = JSON.parse(readFileSync(join(root, DATA), "utf8"));
  return all.filter((group) => group.slug !== LEFT_OUT).map((group) => drawable(group.emojis));
}

function drawable(list) {
  return list
    .filter((one) => Number(one.emoji_version) <= NEWEST)
    .map((one) => `${one.emoji} ${one.name}`)
    .join("|");
}
