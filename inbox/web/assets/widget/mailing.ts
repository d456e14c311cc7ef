/** What goes to the visitor by mail: answers when he has left, and the conversation as a whole. */
import type { Chat } from "./chat";

/** The address goes along with each message too. */
export async function leaveEmail(chat: Chat, email: string): Promise<void> {
  await chat.api.post("/addresses", await chat.token(), { email });
  chat.host.keep({ profile: { ...chat.host.kept.profile, email } });
  chat.changed();
}

/** The address that it went to: the one given, else the one that we know. */
export async function sendTranscript(chat: Chat, email: string): Promise<string> {
  const token = await chat.token();
  return (await chat.api.post<{ email: string }>("/transcripts", token, { email })).email;
}
