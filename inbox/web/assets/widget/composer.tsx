/** Where the visitor writes. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useAttachments } from "./attachments";
import type { Chat } from "./chat";
import { ChosenFiles } from "./chosen-files";
import { Icon } from "./icon";
import { Later } from "./later";
import type { SentFile } from "./protocol";
import { say } from "./texts";

const articles = () => import("./articles");
const emojiPicker = () => import("./emoji-picker");
const voiceNote = () => import("./voice-note");
const canRecord = typeof MediaRecorder !== "undefined" && Boolean(navigator.mediaDevices);

export function Composer({ chat, isOpen }: { chat: Chat; isOpen: boolean }) {
  const [text, setText] = useState(chat.host.kept.draft ?? "");
  const [problem, setProblem] = useState("");
  const [tool, setTool] = useState<"" | "emoji" | "voice">("");
  const attachments = useAttachments(chat);
  const field = useRef<HTMLTextAreaElement>(null);
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
    setTool("");
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

  function putIn(sign: string): void {
    const { current } = field;
    const [start, end] = [current?.selectionStart ?? text.length, current?.selectionEnd];
    write(text.slice(0, start) + sign + text.slice(end ?? start));
    leaveTool();
  }

  function leaveTool(why = ""): void {
    setTool("");
    setProblem(why);
    field.current?.focus();
  }

  /** Wherever in it the focus is; the chat itself stays open. */
  function leaveByKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !tool) return;
    event.preventDefault();
    leaveTool();
  }

  const tools = { emoji: "smile", voice: "voice" } as const;
  const toggle = (name: keyof typeof tools) => (
    <button
      type="button"
      class="icon"
      aria-label={say(name === "emoji" ? "emoji" : "record")}
      aria-expanded={tool === name}
      onClick={() => setTool(tool === name ? "" : name)}
    >
      <Icon name={tools[name]} />
    </button>
  );

  return (
    <form class="composer" onSubmit={submit} onKeyDown={leaveByKey}>
      {chat.config.articles && chat.view.messages.length === 0 && (
        <Later load={articles} chat={chat} text={text} />
      )}
      <p class="problem" role="alert">
        {problem || attachments.problem}
      </p>
      {tool === "emoji" && <Later load={emojiPicker} choose={putIn} />}
      {tool === "voice" && (
        <Later
          load={voiceNote}
          done={(file: File) => {
            attachments.add([file]);
            leaveTool();
          }}
          leave={leaveTool}
        />
      )}
      <ChosenFiles attachments={attachments} />
      <div class="line">
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
        <FilePicker add={attachments.add} />
        {toggle("emoji")}
        {chat.config.voice && canRecord && toggle("voice")}
        <button type="submit" class="icon send" aria-label={say("send")} aria-disabled={!isReady}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

function FilePicker({ add }: { add(files: File[]): void }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        type="file"
        multiple
        hidden
        ref={picker}
        onChange={(event) => {
          add([...(event.currentTarget.files ?? [])]);
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
    </>
  );
}
