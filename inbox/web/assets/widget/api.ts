/** The server's endpoints for one inbox. */
import type { Article, Availability, Page, Problem, Proof, SentFile } from "./protocol";

export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfter: number,
  ) {
    super(problem.message);
  }
}

export class Api {
  readonly base: string;

  constructor(inbox: string) {
    this.base = `/widget/${inbox}`;
  }

  socketUrl(): string {
    return `${location.origin.replace(/^http/, "ws")}${this.base}/socket`;
  }

  now(): Promise<Availability> {
    return this.ask("/now", "");
  }

  async articles(token: string, text: string, language: string): Promise<Article[]> {
    const query = new URLSearchParams({ q: text, lang: language });
    return (await this.ask<{ articles: Article[] }>(`/suggestions?${query}`, token)).articles;
  }

  async register(token = "", identity?: Proof): Promise<string> {
    const body = identity && JSON.stringify({ identity });
    const answer = await this.ask<{ token: string }>("/visitors", token, { method: "POST", body });
    return answer.token;
  }

  news(token: string, after: number, signal: AbortSignal): Promise<Page> {
    return this.ask(`/messages?after=${after}&wait=25`, token, { signal });
  }

  history(token: string, before = ""): Promise<Page> {
    return this.ask(`/messages?before=${before}`, token);
  }

  post<Answer = unknown>(path: string, token: string, data: unknown): Promise<Answer> {
    return this.ask(path, token, { method: "POST", body: JSON.stringify(data) });
  }

  async file(token: string, id: string, type: string): Promise<string> {
    const response = await this.fetch(`/files/${id}`, token);
    return URL.createObjectURL(new Blob([await response.blob()], { type }));
  }

  /** By XMLHttpRequest, which alone tells the progress of what goes up. */
  upload(token: string, file: File, progress: (part: number) => void): Promise<SentFile> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append("file", file);
      request.open("POST", `${this.base}/files`);
      request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.responseType = "json";
      request.upload.onprogress = (event) => progress(event.loaded / event.total);
      request.onload = () =>
        request.status === 201 ? resolve(request.response) : reject(new Error());
      request.onerror = () => reject(new Error());
      request.send(body);
    });
  }

  private async ask<Answer>(path: string, token: string, options?: RequestInit): Promise<Answer> {
    return (await this.fetch(path, token, options)).json();
  }

  private async fetch(path: string, token: string, options: RequestInit = {}): Promise<Response> {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(this.base + path, { ...options, headers });
    if (response.ok) return response;
    const body = await response.json().catch(() => null);
    const problem = body?.error ?? { code: "error", message: "", fields: {} };
    throw new Refused(problem, Number(response.headers.get("Retry-After")) || 5);
  }
}
