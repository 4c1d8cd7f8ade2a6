import { type Rupiah, showRupiah } from "../../protocol/rupiah.ts";
import { type DownBody, presenceSchema, type UpBody } from "../../protocol/statements.ts";
import { readTopic } from "../../protocol/topics.ts";
import { bodyIn, jsonOf } from "./sealed.ts";
import type { Told } from "./timeline.ts";

/** What passed through the broker. Seals are not checked here: who they are for does that. */
export function tellPublication(topic: string, payload: Uint8Array): Told | undefined {
  const about = readTopic(topic);
  if (about === undefined) return stranger(topic);
  const text = Buffer.from(payload).toString("utf8");
  if (about.channel === "presence") return tellPresence(text);
  if (about.channel === "health") return wire("stand", "backend", { words: "Health report", minor: true });
  const body = bodyIn(text);
  const [from, to] = about.channel === "up" ? (["stand", "backend"] as const) : (["backend", "stand"] as const);
  if (body === undefined) return wire(from, to, { words: "Something that is no statement", tone: "warn" });
  return wire(from, to, { ...wordsOf(body), ...orderOf(body) });
}

type Said = Pick<Told, "words" | "detail" | "tone" | "minor" | "order">;

const wire = (from: "stand" | "backend", to: "stand" | "backend", said: Said): Told => ({
  chapter: "wire",
  from,
  to,
  ...said,
});

const stranger = (topic: string): Told => ({
  chapter: "wire",
  from: "broker",
  words: "Somebody published elsewhere",
  detail: topic.slice(0, 80),
  minor: true,
});

function tellPresence(text: string): Told | undefined {
  const said = presenceSchema.safeParse(jsonOf(text));
  if (!said.success) return undefined;
  const { online, connection } = said.data;
  return online
    ? wire("stand", "backend", { words: "Stand is online", detail: `connection ${connection}`, minor: true })
    : {
        chapter: "wire",
        from: "broker",
        to: "backend",
        words: "Stand is offline",
        detail: "presence, last will",
        tone: "warn",
      };
}

const orderOf = (body: UpBody | DownBody): Pick<Told, "order"> => ("order" in body ? { order: body.order } : {});

function wordsOf(body: UpBody | DownBody): Said {
  switch (body.type) {
    case "charge":
      return { words: `charge ${showRupiah(body.amount)}`, detail: `${seconds(body.patienceMs)} patience` };
    case "void":
      return { words: "void", detail: body.why };
    case "delivered":
      return { words: "delivered", detail: body.confirmed ? "seen by the sensor" : "no sensor", tone: "good" };
    case "not-delivered":
      return { words: "not delivered", detail: body.because, tone: "bad" };
    case "sync":
      return {
        words: "sync",
        detail: body.lost ? "its journal is new" : `${body.orders.length} open orders`,
        minor: true,
      };
    case "using":
      return { words: "using", detail: `settings ${body.settings.version}, keys ${body.keys.version}`, minor: true };
    case "seen":
      return { words: "seen", detail: body.page, minor: true };
    case "settings":
      return { words: "settings", detail: `version ${body.version}` };
    case "keys":
      return { words: "keys", detail: `version ${body.version}` };
    case "look":
      return { words: "look", minor: true };
    case "ack":
      return { words: "ack", detail: `on disk: ${body.ids.length}`, minor: true };
    case "offer":
      return { words: `offer ${showRupiah(body.amount)}`, detail: `QR code, valid ${seconds(body.validForMs)}` };
    case "refused":
      return { words: "refused", detail: body.because, tone: "warn" };
    case "voided":
      return { words: "voided", detail: body.as };
    case "settled":
      return { words: `settled ${showRupiah(body.amount)}`, detail: paidBy(body), tone: "good" };
    case "release":
      return { words: "release", detail: `allowed by ${body.by}` };
    case "remedied":
      return { words: "remedied", detail: REMEDIES[body.how], tone: "good" };
  }
}

const REMEDIES = {
  refunded: "the money went back to the customer",
  "settled-by-staff": "staff has dealt with it",
} as const;

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
const paidBy = ({ issuer }: { readonly amount: Rupiah; readonly issuer?: string | undefined }): string =>
  issuer === undefined ? "paid" : `paid with ${issuer}`;
