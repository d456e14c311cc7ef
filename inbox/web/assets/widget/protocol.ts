/** What loader and frame tell each other, and what the server says. */

export interface Profile {
  name?: string;
  email?: string;
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
}

export interface ToFrame {
  open?: boolean;
  kept?: Kept;
  profile?: Profile;
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

/** The frame says it listens; a hello before that would be lost. */
export const READY = "inbox-chat-ready";
