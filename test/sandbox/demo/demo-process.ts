import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readQrImage } from "../../../backend/providers/qr-image.ts";
import { steadyClock } from "../../../host/clock.ts";
import type { Addresses } from "../../../sandbox/demo/demo.ts";
import type { Glance } from "../../../sandbox/demo/glance.ts";
import type { Entry } from "../../../sandbox/demo/timeline.ts";
import { PRODUCT_BUILD } from "../../../scripts/build.mjs";
import { ROOT } from "../../../scripts/files.mjs";
import { build } from "../../../scripts/setup.mjs";
import { pause } from "../../support/until.ts";

const clock = steadyClock("demo-test");
const PROGRAM = join(ROOT, PRODUCT_BUILD.target, "sandbox/main.js");

export type Pulse = { readonly order: string; readonly line: string; readonly at: number; readonly ms: number | null };

/** Compiles the product unless it is compiled already: the demo's children are the built programs. */
export const buildProduct = (): void => build(ROOT, PRODUCT_BUILD, () => undefined);

/** Asks again and again until there is an answer; throws, naming `what`, when there is none in time. */
export async function eventually<Value>(
  what: string,
  ask: () => Promise<Value | undefined | false>,
  withinMs = 15_000,
): Promise<Value> {
  const begun = clock.now().ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (clock.now().ms - begun > withinMs) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await pause(25);
  }
}

/** The demo as a user starts it, asked over HTTP alone. */
export class DemoProcess {
  readonly addresses: Addresses;
  readonly #child: ChildProcess;
  readonly #eye = new Eye();
  readonly ended: Promise<readonly [number | null, string | null]>;

  private constructor(child: ChildProcess, ended: DemoProcess["ended"], addresses: Addresses) {
    this.#child = child;
    this.ended = ended;
    this.addresses = addresses;
  }

  /** `temp`: where it may put what it does not keep. */
  static async start(args: readonly string[] = [], temp: string = tmpdir()): Promise<DemoProcess> {
    const child = spawn(process.execPath, [PROGRAM, "--json", "--port", "0", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TMPDIR: temp },
    });
    const ended = once(child, "close").then(([code, signal]) => [code, signal] as const);
    let [out, err] = ["", ""];
    child.stdout.on("data", (part) => {
      out += String(part);
    });
    child.stderr.on("data", (part) => {
      err += String(part);
    });
    const line = await eventually(
      "the demo says where it is",
      async () => {
        if (child.exitCode !== null) throw new Error(`the demo ended: ${err}`);
        return out.includes("\n") && out;
      },
      40_000,
    );
    return new DemoProcess(child, ended, JSON.parse(line) as Addresses);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<readonly [number | null, string | null]> {
    this.kill("SIGTERM");
    return this.ended;
  }

  /** Process ids of stand and backend. */
  children(): readonly number[] {
    const { pid } = this.#child;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
  }

  async post(url: string, body: object = {}): Promise<{ readonly status: number; readonly json: unknown }> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: answer.status, json: await answer.json() };
  }

  press(button: string): Promise<{ readonly status: number; readonly json: unknown }> {
    return this.post(`${this.addresses.stand}/buttons/${button}`);
  }

  power(cord: "cut" | "on"): Promise<{ readonly status: number; readonly json: unknown }> {
    return this.post(`${this.addresses.stand}/power`, { cord });
  }

  turn(name: string, on: boolean): Promise<{ readonly status: number; readonly json: unknown }> {
    return this.post(`${this.addresses.page}/demo/switches/${name}`, { on });
  }

  pay(qr: string): Promise<{ readonly status: number; readonly json: unknown }> {
    return this.post(`${this.addresses.phone}/pay`, { qr });
  }

  /** The code to pay that a phone reads from the stand's screen at this moment; the one of a page for help is none. */
  async qrNow(): Promise<string | undefined> {
    const answer = await fetch(`${this.addresses.stand}/screen.png`);
    return this.#eye.codeIn(Buffer.from(await answer.arrayBuffer()));
  }

  async glance(): Promise<Glance> {
    return (await (await fetch(`${this.addresses.page}/demo/glance`)).json()) as Glance;
  }

  /** The operator's door, with the operator's token. */
  async atDoor(path: string): Promise<unknown> {
    const { base, token } = this.addresses.operator;
    return (await fetch(`${base}/${path}`, { headers: { authorization: `Bearer ${token}` } })).json();
  }

  qrOnShow(withinMs?: number): Promise<string> {
    return eventually("a QR code is on the screen", () => this.qrNow(), withinMs);
  }

  async pulses(): Promise<readonly Pulse[]> {
    const answer = await fetch(`${this.addresses.stand}/relay`);
    return ((await answer.json()) as { pulses: readonly Pulse[] }).pulses;
  }

  /** The first entry of the timeline, from its beginning, that is looked for. */
  async told(what: string, isIt: (entry: Entry) => boolean, withinMs = 15_000): Promise<Entry> {
    const stop = new AbortController();
    const stopClock = clock.after(withinMs, () => stop.abort(new Error(`waited in vain until ${what}`)));
    try {
      const answer = await fetch(`${this.addresses.page}/demo/events`, { signal: stop.signal });
      let text = "";
      for await (const chunk of answer.body ?? []) {
        text += Buffer.from(chunk).toString();
        const found = entriesIn(text).find(isIt);
        if (found !== undefined) return found;
      }
      throw new Error(`the demo fell silent before ${what}`);
    } finally {
      stopClock();
      stop.abort();
    }
  }
}

/** Looks at a screen again and again for a code to pay; a picture that has not changed is not read anew. */
export class Eye {
  #last: { readonly picture: Buffer; readonly code: string | undefined } | undefined;

  codeIn(picture: Buffer): string | undefined {
    if (this.#last?.picture.equals(picture) !== true)
      this.#last = { picture, code: paymentCodeOf(readQrImage(picture)) };
    return this.#last?.code;
  }
}

/** Every QRIS code begins so. */
const paymentCodeOf = (text: string | undefined): string | undefined => (text?.startsWith("000201") ? text : undefined);

const entriesIn = (text: string): readonly Entry[] =>
  [...text.matchAll(/^event: entry\nid: \d+\ndata: (.*)\n\n/gm)].map(([, data]) => JSON.parse(data ?? "") as Entry);

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
