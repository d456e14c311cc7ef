/** Whether something has to be asked before the first message. */
import type { Config, Kept } from "./protocol";

/** Who has filled the form in is asked again only for what has become required since. */
export function isAsked(config: Pick<Config, "asks" | "questions">, kept: Kept): boolean {
  const { profile, hasTold } = kept;
  const isWanted = (value: string | undefined, required: boolean) =>
    !value && (required || !hasTold);
  return (
    config.asks.some(([name, required]) => isWanted(profile?.[name], required)) ||
    config.questions.some(([text, required]) => isWanted(profile?.answers?.[text], required))
  );
}
