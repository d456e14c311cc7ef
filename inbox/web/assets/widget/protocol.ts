/** What loader and frame tell each other, and what the server says. */

export interface Profile {
  name?: string;
  email?: string;
  phone?: string;
  company?: string;
  city?: string;
  /** To the site's own questions, by their text. */
  answers?: Record<string, string>;
}

/** What a site gives to `identify` besides; the server checks it. */
export interface Proof {
  token?: string;
  id?: string;
  hash?: string;
}

export interface Queued {
  client_id: string;
  text: string;
  files: SentFile[];
  at: string;
  consent?: string;
  /** The id of the proactive message that it answers. */
  shown?: string;
}

/** A proactive message that was shown; it stands before what the visitor wrote after it. */
export interface Shown {
  id: string;
  text: string;
  at: string;
}

export interface SentFile {
  ticket: string;
  name: string;
  content_type: string;
  size: number;
}

/** What is kept in the host page's storage; a null in `queue` takes the message out. */
export interface Kept {
  token?: string;
  queue?: Record<string, Queued | null>;
  readUpto?: string;
  draft?: string;
  consent?: string;
  profile?: Profile;
  /** The id that the site has proven; empty for a stranger. */
  who?: string;
  lang?: string;
  /** He has filled in what is asked before the first message. */
  hasTold?: boolean;
  /** He is known to the server, but nobody has written so far: no connection is worth it. */
  isQuiet?: boolean;
  shown?: Shown;
  /** When which proactive message was shown, for the limit. */
  shownAt?: Record<string, number>;
}

export interface ToFrame {
  open?: boolean;
  kept?: Kept;
  profile?: Profile & Proof;
  page?: string;
  title?: string;
}

export interface FromFrame {
  /** The height in pixels of what peeps out beside the launcher; 0 for nothing. */
  peek?: number;
  open?: boolean;
  keep?: Kept;
  forget?: boolean;
  unread?: number;
  close?: boolean;
}

export interface Hello {
  inboxChat: 1;
  kept: Kept;
  open: boolean;
  page: string;
  title: string;
  consent: boolean;
}

export interface Attached {
  id: string;
  name: string;
  content_type: string;
  size: number;
}

export interface Message {
  id: string;
  client_id: string;
  author: "visitor" | "team" | "bot";
  name: string;
  text: string;
  at: string;
  files: Attached[];
}

export interface Page {
  messages: Message[];
  cursor: number;
  has_earlier: boolean;
}

export interface Problem {
  code: string;
  message: string;
  fields: Record<string, string>;
}

export type Link = "connecting" | "online" | "offline";

export interface Pending extends Queued {
  state: "sending" | "sent" | "failed";
}

/** What the components draw. */
export interface View {
  link: Link;
  isOpen: boolean;
  isAgreed: boolean;
  messages: Message[];
  pending: Pending[];
  typist?: string;
  hasEarlier: boolean;
  isBlocked: boolean;
  peek?: Peek;
}

/** What is shown beside the launcher while the chat is closed. */
export interface Peek {
  name: string;
  text: string;
}

/** Whether somebody is there; `seconds` is how long an answer takes, if that is known. */
export interface Availability {
  is_open: boolean;
  opens_at: string | null;
  seconds: number | null;
}

export interface Proactive {
  id: string;
  text: string;
  pages: string;
  seconds: number;
  when_open: boolean;
}

export interface Article {
  title: string;
  url: string;
  excerpt: string;
}

/** A question and whether it must be answered. */
export type Asked<Name = string> = [Name, boolean];

/** Drawn by the server into the page. */
export interface Config {
  inbox: string;
  title: string;
  greeting: string;
  reply_time: string;
  asks: Asked<"name" | "email" | "phone" | "company" | "city">[];
  questions: Asked[];
  languages: Record<string, string>;
  now: Availability;
  mail: boolean;
  transcripts: boolean;
  articles: boolean;
  voice: boolean;
  watch: boolean;
  most_proactive: number;
  proactive: Proactive[];
  consent: string;
  consent_version: string;
  text_bytes: number;
  file_bytes: number;
  most_files: number;
}

/** The height of an embedded form, in pixels; and where the page goes now that it was sent. */
export interface FormSays {
  inboxForm: number;
  inboxFormThen?: string;
}

/** The frame says it listens; a hello before that would be lost. */
export const READY = "inbox-chat-ready";
