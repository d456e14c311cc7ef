/** The frame's sentences in the reader's language. */
import { chooseLanguage } from "./language";
import type en from "./strings/en.json";

export type TextKey = keyof typeof en;

const { lang, dataset } = document.documentElement;

export const language = chooseLanguage(lang);
/** The page names their address, and has them fetched beside us. */
const { default: texts }: { default: Record<TextKey, string> } = await (dataset.texts
  ? import(dataset.texts)
  : import("./strings/en.json"));

export function say(key: TextKey, values: Record<string, string | number> = {}): string {
  return texts[key].replace(/\{(\w+)\}/g, (_, name: string) => `${values[name] ?? ""}`);
}
