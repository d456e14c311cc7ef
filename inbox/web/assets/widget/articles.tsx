/** Articles that may answer what is being written, before it is sent; nothing where there are none. */
import { useEffect, useState } from "preact/hooks";
import type { Chat } from "./chat";
import type { Article } from "./protocol";
import { language, say } from "./texts";

const PAUSE = 600;
const LEAST = 8; // characters that say what somebody means

export default function Articles({ chat, text }: { chat: Chat; text: string }) {
  const [found, setFound] = useState<Article[]>([]);
  const asked = text.trim().length >= LEAST ? text.trim() : "";

  useEffect(() => {
    if (!asked) return setFound([]);
    let isOld = false;
    const timer = setTimeout(async () => {
      const token = await chat.quietToken().catch(() => "");
      const articles = token ? await chat.api.articles(token, asked, language).catch(() => []) : [];
      if (!isOld) setFound(articles);
    }, PAUSE);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [chat, asked]);

  if (found.length === 0) return null;
  return (
    <section class="articles" aria-label={say("articles")}>
      <h2>{say("articles")}</h2>
      <ul>
        {found.map((article) => (
          <li key={article.url}>
            <a href={article.url} target="_blank" rel="noopener" dir="auto">
              {article.title}
            </a>
            {article.excerpt && <small dir="auto">{article.excerpt}</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}
