/** Where the visitor writes. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useAttachments } from "./attachments";
import type { Chat } from "./chat";
import { face } from "./file-tile";
import { Icon } from "./icon";
import type { SentFile } from "./protocol";
import { say } from "./texts";

export function Composer({ chat, isOpen }: { chat: Chat; isOpen: boolean }) {
  const [text, setText] = useState(chat.host.kept.draft ?? "");
  const [problem, setProblem] = useState("");
  const attachments = useAttachments(chat);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const files = attachments.chosen.map((one) => one.sent).filter((sent) => sent !== undefined);
  const isReady =
    (text.trim() !== "" || files.length > 0) && files.length === attachments.chosen.length;

  useEffect(() => {
    if (isOpen) field.current?.focus();
  }, [isOpen]);

  function write(value: string): void {
    setText(value);
    setProblem("");
    chat.type(value);
  }

  function submit(event: Event): void {
    event.preventDefault();
    if (!isReady) return;
    if (new TextEncoder().encode(text).length > chat.config.text_bytes)
      return setProblem(say("too_long"));
    chat.send(text.trim(), files as SentFile[]);
    setText("");
    attachments.clear();
    field.current?.focus();
  }

  function pressKey(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  }

  function paste(event: ClipboardEvent): void {
    const pasted = event.clipboardData?.files;
    if (!pasted?.length) return;
    event.preventDefault();
    attachments.add(pasted);
  }

  return (
    <form class="composer" onSubmit={submit}>
      <p class="problem" role="alert">
        {problem || attachments.problem}
      </p>
      {attachments.chosen.length > 0 && (
        <ul>
          {attachments.chosen.map((one) => (
            <li key={one.key} class="file">
              {face(one)}
              {!one.sent && (
                <progress value={one.progress} aria-label={say("uploading", { name: one.name })} />
              )}
              <button
                type="button"
                class="icon"
                aria-label={say("remove", { name: one.name })}
                onClick={() => attachments.remove(one.key)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="line">
        <input
          type="file"
          multiple
          hidden
          ref={picker}
          onChange={(event) => {
            attachments.add([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
        <button
          type="button"
          class="icon"
          aria-label={say("attach")}
          onClick={() => picker.current?.click()}
        >
          <Icon name="attach" />
        </button>
        <textarea
          rows={1}
          dir="auto"
          ref={field}
          value={text}
          aria-label={say("placeholder")}
          placeholder={say("placeholder")}
          enterkeyhint="send"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={pressKey}
          onPaste={paste}
        />
        <button type="submit" class="icon send" aria-label={say("send")} aria-disabled={!isReady}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
