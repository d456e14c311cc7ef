/** The page around the chat: the loader of a foreign page, or nobody on the hosted page. */
import {
  type FromFrame,
  type Hello,
  type Kept,
  type Profile,
  type Proof,
  READY,
  type ToFrame,
} from "./protocol";
import { forget, load, merge, save } from "./storage";

export interface Host {
  kept: Kept;
  page: string;
  title: string;
  asksConsent: boolean;
  isFramed: boolean;
  isOpen: boolean;
  keep(change: Kept): void;
  forget(): void;
  tell(message: FromFrame): void;
  hear(hearer: (message: ToFrame) => void): void;
}

/** In a frame, waits for the loader; its port is taken once and from the parent only. */
export function meetHost(inbox: string): Promise<Host> {
  if (parent === window) return Promise.resolve(ownHost(`inbox-chat:${inbox}`));
  return new Promise((resolve) => {
    addEventListener("message", function meet(event: MessageEvent<Hello>) {
      const port = event.ports[0];
      if (event.source !== parent || event.data?.inboxChat !== 1 || !port) return;
      removeEventListener("message", meet);
      resolve(framedHost(event.data, port));
    });
    // it tells nothing, so anybody may hear it; the loader checks who says it
    parent.postMessage(READY, "*");
  });
}

/** In a frame our own storage is denied by browsers, so the loader keeps for us. */
function framedHost(hello: Hello, port: MessagePort): Host {
  const host: Host = {
    kept: hello.kept ?? {},
    page: String(hello.page ?? "").slice(0, 2000),
    title: String(hello.title ?? "").slice(0, 300),
    asksConsent: hello.consent === true,
    isFramed: true,
    isOpen: hello.open === true,
    keep(change) {
      host.kept = merge(host.kept, change);
      port.postMessage({ keep: change });
    },
    forget() {
      host.kept = {};
      port.postMessage({ forget: true });
    },
    tell: (message) => port.postMessage(message),
    hear(hearer) {
      port.onmessage = (event: MessageEvent<ToFrame>) => {
        if (event.data.open !== undefined) host.isOpen = event.data.open;
        if (event.data.kept) host.kept = event.data.kept;
        if (event.data.page !== undefined) {
          host.page = String(event.data.page).slice(0, 2000);
          host.title = String(event.data.title ?? "").slice(0, 300);
        }
        hearer(event.data);
      };
    },
  };
  return host;
}

function ownHost(key: string): Host {
  const host: Host = {
    kept: load(key),
    page: document.referrer,
    title: "",
    asksConsent: false,
    isFramed: false,
    isOpen: true,
    keep(change) {
      host.kept = merge(load(key, host.kept), change);
      save(key, host.kept);
    },
    forget() {
      host.kept = forget(key);
    },
    tell: () => undefined,
    hear(hearer) {
      addEventListener("storage", (event) => {
        if (event.key !== key) return;
        host.kept = load(key);
        hearer({ kept: host.kept });
      });
    },
  };
  return host;
}

/** Only what we know how to use, as short as the server takes it. */
export function cleanProfile(given: Profile | undefined): Profile {
  const profile: Profile = {};
  for (const name of ["name", "email", "phone", "company", "city"] as const) {
    const value = given?.[name];
    if (typeof value === "string") profile[name] = value.trim().slice(0, 120);
  }
  return profile;
}

/** What proves who the visitor is, and the id that it proves; nothing, if the site gave none. */
export function proofOf(given: Proof): { proof: Proof; who: string } | undefined {
  const { token, id, hash } = given;
  if (typeof token === "string") {
    const who = subject(token);
    return who ? { proof: { token }, who } : undefined;
  }
  if (!id || typeof hash !== "string") return undefined;
  return { proof: { id: String(id), hash }, who: String(id) };
}

/** Only to see whether he is the one from before; the server checks the signature. */
function subject(token: string): string {
  try {
    const [, payload = ""] = token.split(".");
    const bytes = atob(payload.replace(/-/g, "+").replace(/_/g, "/"));
    return String(JSON.parse(bytes).sub ?? "");
  } catch {
    return "";
  }
}
