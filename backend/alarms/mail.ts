import { connect, type Socket } from "node:net";
import { createTransport } from "nodemailer";
import type { Secret } from "../../host/secret.ts";
import { within } from "../../host/within.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Tongue } from "./detail-words.ts";
import { bodyOf, subjectOf } from "./mail-words.ts";
import type { Notice } from "./notice.ts";
import type { Messenger, Sent } from "./outbox.ts";

/** `tls`: from the first byte; `starttls`: from the first word on; `none`: only on this machine itself. */
export type MailSecurity = "tls" | "starttls" | "none";

export type MailParts = {
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
  readonly username?: string;
  readonly password?: Secret;
  /** Who vouches for the server, when no public authority does; PEM. */
  readonly ca?: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly tongue: Tongue;
};

const CONNECT_MS = 10_000;
const SILENT_MS = 15_000;
/** A server may answer each line within its time and never end. */
const WHOLE_MS = 45_000;
const LATE: Sent = { is: "failed", problem: `not done within ${WHOLE_MS} ms` };
const PROBLEM_MAX = 200;

/** Sends messages by SMTP, in the open to nobody but this machine. */
export function mail(parts: MailParts, clock: Pick<Clock, "after">): Messenger {
  return {
    way: "mail",
    send: async (notice) => {
      const breakingOff = new AbortController();
      const sent = await within(clock, WHOLE_MS, deliver(notice, parts, breakingOff.signal), LATE);
      if (sent === LATE) breakingOff.abort();
      return sent;
    },
  };
}

async function deliver(notice: Notice, parts: MailParts, signal: AbortSignal): Promise<Sent> {
  const { from, to, tongue } = parts;
  const transport = transportOf(parts, signal);
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: subjectOf(notice, tongue),
      text: bodyOf(notice, tongue),
      messageId: `<${notice.id}@${domainOf(from)}>`,
      headers: { "auto-submitted": "auto-generated", "x-qris-id": notice.id },
    });
    return { is: "sent" };
  } catch (error) {
    return { is: "failed", problem: wordsOf(error) };
  } finally {
    transport.close();
  }
}

function transportOf(parts: MailParts, signal: AbortSignal) {
  const { host, port, security, username, password, ca } = parts;
  return createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(username === undefined ? {} : { auth: { user: username, pass: password?.reveal() ?? "" } }),
    tls: { minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) },
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENT_MS,
    getSocket: (_options, done) => connectTo(parts, signal, done),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** Of an address as it is configured, which may carry a name: `Kopi <alarm@kopi.example>`. */
const domainOf = (address: string): string =>
  address
    .split("@")
    .at(-1)
    ?.replace(/[^a-zA-Z0-9.-]/g, "") ?? "qris";

/** What a server answers may repeat what it was told, so of that only its number; what Node says of a connection is its own. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  const more = responseCode ?? (code === "EAUTH" ? undefined : error.message.slice(0, PROBLEM_MAX));
  return [code, more].filter((each) => each !== undefined).join(" ");
}

type Connected = (error: Error | null, socket: { readonly connection: Socket } | false) => void;

/** A connection of ours, so that it can be broken off: the library would go on as long as the server keeps it waiting. */
function connectTo({ host, port }: Pick<MailParts, "host" | "port">, signal: AbortSignal, done: Connected): void {
  const socket = connect({ host, port, timeout: CONNECT_MS });
  let isTaken = false;
  socket.on("error", (error) => {
    if (!isTaken) done(error, false);
  });
  socket.once("timeout", () => {
    if (!isTaken) socket.destroy(new Error(`no connection within ${CONNECT_MS} ms`));
  });
  socket.once("connect", () => {
    isTaken = true;
    done(null, { connection: socket });
  });
  signal.addEventListener("abort", () => socket.destroy(new Error("broken off")), { once: true });
}
