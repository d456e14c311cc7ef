/** Files chosen for the next message, on their way up. */
import { useState } from "preact/hooks";
import type { Chat } from "./chat";
import type { SentFile } from "./protocol";
import { say } from "./texts";

export interface Chosen {
  key: number;
  name: string;
  size: number;
  progress: number;
  sent?: SentFile;
}

let keys = 0;

export function useAttachments(chat: Chat) {
  const [chosen, setChosen] = useState<Chosen[]>([]);
  const [problem, setProblem] = useState("");
  const { file_bytes, most_files } = chat.config;

  const change = (key: number, values: Partial<Chosen>) =>
    setChosen((all) => all.map((one) => (one.key === key ? { ...one, ...values } : one)));
  const remove = (key: number) => setChosen((all) => all.filter((one) => one.key !== key));

  async function upload(file: File): Promise<void> {
    const key = ++keys;
    setChosen((all) => [...all, { key, name: file.name, size: file.size, progress: 0 }]);
    try {
      const token = await chat.token();
      const sent = await chat.api.upload(token, file, (progress) => change(key, { progress }));
      change(key, { sent, progress: 1 });
    } catch {
      remove(key);
      setProblem(say("upload_failed", { name: file.name }));
    }
  }

  function add(files: Iterable<File>): void {
    setProblem("");
    let room = most_files - chosen.length;
    for (const file of files) {
      if (room-- <= 0) return setProblem(say("too_many", { limit: most_files }));
      if (file.size > file_bytes) {
        setProblem(say("too_large", { name: file.name, limit: file_bytes / 1024 / 1024 }));
      } else void upload(file);
    }
  }

  const refuse = (text: string) => setProblem(text);

  return { chosen, problem, refuse, add, remove, clear: () => setChosen([]) };
}
