/** A part of the chat that is fetched only when it is wanted. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

const AGAIN = 3_000;

interface Props<Given> {
  load(): Promise<{ default: ComponentType<Given> }>;
}

/** Where it can't be fetched, it is as if it had been left; what can't be left is tried again. */
export function Later<Given extends object>({ load, ...given }: Props<Given> & Given) {
  const [Part, setPart] = useState<ComponentType<Given>>();

  useEffect(() => {
    let timer = 0;
    const leave = (given as { leave?(): void }).leave;
    const fetchPart = (): Promise<void> =>
      load().then(
        (part) => setPart(() => part.default),
        () => {
          if (leave) leave();
          else timer = window.setTimeout(fetchPart, AGAIN);
        },
      );
    void fetchPart();
    return () => clearTimeout(timer);
  }, []);

  return Part ? <Part {...(given as unknown as Given)} /> : null;
}
