/** Asks once where an answer can go if the visitor leaves; never before he has written. */
import { useState } from "preact/hooks";
import type { Chat } from "./chat";
import { leaveEmail } from "./mailing";
import { say } from "./texts";

export default function LeaveEmail({ chat }: { chat: Chat }) {
  const [problem, setProblem] = useState("");
  const [isLeft, setLeft] = useState(false);
  const { profile } = chat.host.kept;
  if (profile?.email)
    return isLeft ? (
      <p class="leave" role="status">
        {say("answer_by_mail", { email: profile.email })}
      </p>
    ) : null;

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    try {
      setLeft(true);
      await leaveEmail(chat, String(given.get("email")).trim());
    } catch {
      setProblem(say("transcript_failed"));
    }
  }

  return (
    <form class="leave" onSubmit={submit}>
      <label>
        {say("leave_email")}
        <input name="email" type="email" required maxLength={120} autocomplete="email" />
      </label>
      <button type="submit" class="primary">
        {say("save")}
      </button>
      <p class="problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
