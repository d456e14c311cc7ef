/** What loader and frame tell each other, and what the server says. */

export interface Profile {
  name?: string;
  email?: string;
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
}

export interface ToFrame {
  open?: boolean;
  kept?: Kept;
  profile?: Profile & Proof;
}

export interface FromFrame {
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
}

/** Drawn by the server into the page. */
export interface Config {
  inbox: string;
  title: string;
  greeting: string;
  reply_time: string;
  ask_first: boolean;
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
