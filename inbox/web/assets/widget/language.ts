/** Which of our languages a language tag means. */
export type Language = "en" | "sr-Cyrl" | "sr-Latn" | "de";

export function chooseLanguage(tag: string): Language {
  const [language, ...rest] = tag.toLowerCase().split(/[-_]/);
  if (language === "de") return "de";
  if (language !== "sr") return "en";
  return rest.includes("latn") ? "sr-Latn" : "sr-Cyrl";
}
