/** The frame's sentences in the reader's language. */
import { chooseLanguage } from "./language";
import en from "./strings/en.json";
import cyrillic from "./strings/sr-Cyrl.json";
import latin from "./strings/sr-Latn.json";

export type TextKey = keyof typeof en;

export const language = chooseLanguage(document.documentElement.lang);
const texts: Record<TextKey, string> = { en, "sr-Cyrl": cyrillic, "sr-Latn": latin }[language];

export function say(key: TextKey, values: Record<string, string | number> = {}): string {
  return texts[key].replace(/\{(\w+)\}/g, (_, name: string) => `${values[name] ?? ""}`);
}
