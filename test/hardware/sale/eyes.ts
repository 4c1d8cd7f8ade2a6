import { received } from "../printers/far-printer.ts";
import { busLog, tellSpi } from "../screens/far-ends.ts";
import type { OnPaper } from "./camera.ts";

/** What comes out of the stand, held before the customer's camera at `door`, see `camera.ts`. */

const LOOK_MS = 200;
const PATIENCE_MS = 60_000;

/** The panel. */
export class Glass {
  readonly #door: string;
  #way = "/glass?new";

  constructor(door: string) {
    this.#door = door;
    tellSpi("pins", "25", "24");
    tellSpi("clear");
  }

  /** Resolves to the code when one is on the glass. */
  shows(): Promise<string> {
    return patiently("a code on the glass", () => this.#code());
  }

  /** Resolves when there is none any more. */
  async clears(): Promise<void> {
    await patiently("no code on the glass", async () => (await this.#code()) === undefined || undefined);
  }

  async #code(): Promise<string | undefined> {
    const { code } = await ask<{ readonly code?: string }>(this.#door + this.#way, busLog());
    this.#way = "/glass";
    return code;
  }
}

/** The code on the ticket after so many, when it has been printed and cut off. */
export const codeOnPaper = (door: string, before: number): Promise<string> =>
  patiently(`a code on ticket ${before + 1}`, async () => {
    const { tickets, codes } = await paperAt(door);
    if (tickets > before && codes[before] === undefined) throw new Error("zbar reads no code on it");
    return codes[before];
  });

/** Waits until so many tickets are out. */
export const tickets = (door: string, count: number): Promise<true> =>
  patiently(`${count} tickets`, async () => (await paperAt(door)).tickets >= count || undefined);

const paperAt = async (door: string): Promise<OnPaper> => ask<OnPaper>(`${door}/paper`, await received());

async function ask<Answer>(url: string, body: string | Buffer): Promise<Answer> {
  const answer = await fetch(url, { method: "POST", body });
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

async function patiently<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
  const end = performance.now() + PATIENCE_MS;
  let why: unknown;
  for (;;) {
    const found = await look().catch((error: unknown) => {
      why = error;
      return undefined;
    });
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`not within ${PATIENCE_MS} ms: ${what}; ${String(why)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
