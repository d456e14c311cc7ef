/** A file of a message: a picture in place, or a button that fetches it. */
import { useEffect, useState } from "preact/hooks";
import type { Chat } from "./chat";
import { Icon } from "./icon";
import type { Attached, SentFile } from "./protocol";
import { say } from "./texts";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export function FileTile({ chat, file }: { chat: Chat; file: Attached | SentFile }) {
  const id = "id" in file ? file.id : "";
  const isPicture = PICTURES.includes(file.content_type);
  const isSound = file.content_type.startsWith("audio/");
  const url = useFetched(chat, isPicture || isSound ? id : "", file.content_type);

  async function download(): Promise<void> {
    const link = document.createElement("a");
    link.href = url || (await chat.api.file(await chat.token(), id, file.content_type));
    link.download = file.name;
    link.click();
  }

  if (url && isSound)
    // biome-ignore lint/a11y/useMediaCaption: nobody has written down what was said
    return <audio class="sound" controls src={url} aria-label={say("voice")} />;
  if (!id) return <div class="file">{face(file)}</div>;
  return (
    <button
      type="button"
      class={url ? "file picture" : "file"}
      aria-label={say("download", { name: file.name })}
      onClick={() => void download().catch(() => undefined)}
    >
      {url ? <img src={url} alt="" /> : face(file)}
    </button>
  );
}

export function face({ name, size }: { name: string; size: number }) {
  return (
    <>
      <Icon name="file" />
      <bdi>{name}</bdi>
      <small>{sizeText(size)}</small>
    </>
  );
}

/** Fetched with the token, which an element could not send. */
function useFetched(chat: Chat, id: string, type: string): string {
  const [url, setUrl] = useState("");
  useEffect(() => {
    if (!id) return;
    let made = "";
    let isGone = false;
    const show = (found: string) => {
      made = found;
      if (isGone) URL.revokeObjectURL(made);
      else setUrl(made);
    };
    void chat
      .token()
      .then((token) => chat.api.file(token, id, type))
      .then(show, () => undefined);
    return () => {
      isGone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [chat, id, type]);
  return url;
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
