import type { ServerResponse } from "node:http";
import type { Stop } from "../protocol/time.ts";
import type { Log } from "./log.ts";

/** One server-sent event; `data` may have several lines, `event` and `id` none. */
export type ServerEvent = { readonly data: string; readonly event?: string; readonly id?: string };

export type EventStream = {
  /** False when the listener is gone; one that is more than 1 MiB behind is cut. */
  send(event: ServerEvent): boolean;
  /** A comment without a word, so that both sides notice when the other is gone. False as for `send`. */
  beat(): boolean;
  /** After what was sent. */
  end(): void;
};

const BEHIND_MAX_BYTES = 1_048_576;

const HEAD = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" };

/** Writes a stream of server-sent events to `out` until the listener goes; `streams` holds it meanwhile. */
export function answerEvents(
  out: ServerResponse,
  answer: { readonly events: (stream: EventStream) => Stop; readonly headers?: Readonly<Record<string, string>> },
  streams: Set<ServerResponse>,
  log: Log,
): void {
  out.socket?.setTimeout(0);
  out.writeHead(200, { ...HEAD, ...answer.headers });
  out.flushHeaders();
  out.on("error", (error) => log.debug("an event stream broke", { error: error.message }));
  streams.add(out);
  const stop = answer.events({
    send: (event) => write(out, textOf(event)),
    beat: () => write(out, ":\n\n"),
    end: () => void out.end(),
  });
  const end = () => {
    streams.delete(out);
    stop();
  };
  if (out.closed) end();
  else out.once("close", end);
}

function write(out: ServerResponse, text: string): boolean {
  if (out.destroyed || out.writableEnded) return false;
  if (out.writableLength > BEHIND_MAX_BYTES) {
    out.destroy();
    return false;
  }
  out.write(text);
  return true;
}

function textOf(event: ServerEvent): string {
  const oneLine = (name: string, value?: string) =>
    value === undefined ? "" : `${name}: ${value.replace(/[\r\n]+/g, " ")}\n`;
  const data = event.data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `${oneLine("event", event.event)}${oneLine("id", event.id)}${data.join("")}\n`;
}
