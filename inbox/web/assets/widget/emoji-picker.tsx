/** Emoji to choose from, fetched when somebody wants them; the arrows go through them. */
import groups from "emojis";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { language, say } from "./texts";

const FACES = ["😀", "👋", "🐻", "🍎", "🚗", "⚽", "💡", "🔣"];

interface Props {
  choose(emoji: string): void;
}

interface Emoji {
  sign: string;
  name: string;
}

const all: Emoji[][] = groups.map((group) => group.split("|").map(parsed));

export default function EmojiPicker({ choose }: Props) {
  const [group, setGroup] = useState(0);
  const [wanted, setWanted] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => found(group, wanted), [group, wanted]);

  useEffect(() => box.current?.querySelector<HTMLElement>("input, button")?.focus(), []);

  function press(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    const here = event.target as HTMLElement;
    if (!step || !here.matches(".emoji")) return;
    event.preventDefault();
    const signs = [...(box.current?.querySelectorAll<HTMLElement>(".emoji") ?? [])];
    signs[signs.indexOf(here) + step]?.focus();
  }

  return (
    <div class="emojis" ref={box} role="dialog" aria-label={say("emoji")} onKeyDown={press}>
      {language === "en" && (
        <input
          type="search"
          value={wanted}
          aria-label={say("search")}
          placeholder={say("search")}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      )}
      {!wanted && (
        <div class="emoji-groups">
          {all.map((signs, place) => (
            <button
              key={place}
              type="button"
              aria-pressed={place === group}
              onClick={() => setGroup(place)}
            >
              {FACES[place] ?? signs[0]?.sign}
            </button>
          ))}
        </div>
      )}
      <div class="emoji-list">
        {shown.map(({ sign, name }) => (
          <button key={sign} type="button" class="emoji" title={name} onClick={() => choose(sign)}>
            {sign}
          </button>
        ))}
        {shown.length === 0 && <p>{say("no_emoji")}</p>}
      </div>
    </div>
  );
}

function found(group: number, wanted: string): Emoji[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all[group] ?? [];
  return all
    .flat()
    .filter(({ name }) => words.every((word) => name.includes(word)))
    .slice(0, 96);
}

function parsed(text: string): Emoji {
  const end = text.indexOf(" ");
  return { sign: text.slice(0, end), name: text.slice(end + 1).toLowerCase() };
}
