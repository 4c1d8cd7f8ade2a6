import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Log } from "./log.ts";

export type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/**
 * Writes `pieces` to `out` one after another, no faster than the other side takes them. They are not asked for more once it has
 * gone, and are ended then (`return`). When they break, the connection is cut: what has arrived must not look like the whole.
 */
export async function answerPieces(
  out: ServerResponse,
  { status, pieces, headers }: { readonly status: number; readonly pieces: Pieces; readonly headers: HeadersSaid },
  log: Log,
): Promise<void> {
  out.writeHead(status, { ...headers });
  try {
    await pipeline(pieces, out);
  } catch (error) {
    out.destroy();
    if (hasGone(error)) log.debug("a long answer was not read to its end");
    else log.error("a long answer broke off", { error });
  }
}

type HeadersSaid = Readonly<Record<string, string>>;

const GONE: readonly unknown[] = ["ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE", "ERR_STREAM_DESTROYED"];
const hasGone = (error: unknown): boolean => error instanceof Error && "code" in error && GONE.includes(error.code);
