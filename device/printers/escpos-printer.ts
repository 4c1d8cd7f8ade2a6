import type { DeviceClock } from "../clock.ts";
import { type Condition, HardwareFault, type Printed, type Printer, type Strip } from "../device.ts";
import type { Slip } from "../drawing/slip.ts";
import { tellStatus } from "./commands.ts";
import { Connection, type ConnectionParts } from "./connection.ts";
import { type Dialogue, EVERYTHING, THE_LEAST } from "./dialogue.ts";
import { type Body, pictureOf, RINSE, separator, type TicketOptions, ticketOf } from "./ticket.ts";

export type EscposOptions = TicketOptions & {
  readonly dots: number;
  /** How fast the paper runs. The printer does not say when it is done: it is watched for as long as the paper runs. */
  readonly rowsPerSecond: number;
  /** A slip in the printer's own words; `undefined` when it has none. Without this every slip is printed as it is drawn. */
  readonly typeset?: (slip: Slip) => Body | undefined;
};

const MOST_WAITING = 4;
/** All four questions together, at rest. */
const ANSWER_MS = 800;
/** A printer at work takes no more bytes, and gives no answer, until it has room. */
const STALL_MS = 5_000;
const RINSE_MS = 300;
const WATCH_MS = 200;

/** An ESC/POS printer at the end of any wire. */
export class EscposPrinter implements Printer {
  readonly dots: number;
  readonly #options: EscposOptions;
  readonly #clock: DeviceClock;
  readonly #connection: Connection;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #looking: Promise<Condition> | undefined;
  /** What was heard last in mid-print; `undefined` when nothing is printed. */
  #atWork: Condition | undefined;
  /** The ticket before broke off. */
  #isTorn = false;
  #isClosed = false;

  constructor(options: EscposOptions, parts: ConnectionParts) {
    this.dots = options.dots;
    this.#options = options;
    this.#clock = parts.clock;
    this.#connection = new Connection(options.tellsStatus ? { ...parts, greeting: tellStatus() } : parts);
  }

  async print(strip: Strip, slip?: Slip): Promise<Printed> {
    this.#refuse(strip);
    const body = (slip && this.#options.typeset?.(slip)) ?? pictureOf(strip);
    this.#waiting += 1;
    try {
      return await this.#inTurn(() => this.#print(body));
    } finally {
      this.#waiting -= 1;
    }
  }

  async condition(): Promise<Condition> {
    if (this.#atWork !== undefined) return this.#atWork;
    this.#looking ??= this.#inTurn(() => this.#look()).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** What is being printed breaks off; what waits is not printed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection.close();
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #refuse({ width, height, black }: Strip): void {
    if (width < 1 || width > this.dots || height < 1 || black.length !== width * height)
      throw new HardwareFault(
        `a strip of ${width} × ${height} dots does not go on paper of ${this.dots} dots: draw it for this printer`,
      );
    if (this.#waiting > MOST_WAITING)
      throw new HardwareFault(`${MOST_WAITING} strips wait for the printer already: print fewer`);
  }

  async #look(): Promise<Condition> {
    const dialogue = this.#isClosed ? undefined : await this.#connection.dialogue();
    if (dialogue === undefined) return "offline";
    const condition = await this.#asked(dialogue);
    // An answer that comes late would be taken for one to the next question.
    if (condition === "unknown") await this.#connection.drop();
    return condition;
  }

  /** A printer that lost half a picture may take questions for the other half. */
  async #asked(dialogue: Dialogue): Promise<Condition> {
    const condition = await dialogue.ask(EVERYTHING, ANSWER_MS);
    if (condition !== "unknown" || !this.#isTorn) return condition;
    await dialogue.say(RINSE, RINSE_MS);
    return dialogue.ask(EVERYTHING, ANSWER_MS);
  }

  async #print(body: Body): Promise<Printed> {
    const condition = await this.#look();
    const dialogue = isPrintable(condition) ? await this.#connection.dialogue() : undefined;
    if (dialogue === undefined) return reasonOf(condition);
    this.#atWork = condition;
    const isWhole = await this.#send(dialogue, body).finally(() => {
      this.#atWork = undefined;
    });
    this.#isTorn = !isWhole;
    if (isWhole) return "printed";
    await this.#connection.drop();
    return "unclear";
  }

  async #send(dialogue: Dialogue, body: Body): Promise<boolean> {
    const end = this.#clock.now().ms + (body.rows / this.#options.rowsPerSecond) * 1_000;
    const before = this.#isTorn ? [RINSE, separator(this.#options)] : [];
    for (const piece of [...before, ...ticketOf(body, this.#options)]) {
      if ((await dialogue.say(piece, STALL_MS)) !== "sent") return false;
      if (!(await this.#isWell(dialogue, THE_LEAST))) return false;
    }
    while (this.#clock.now().ms < end) {
      await this.#pause(Math.min(WATCH_MS, end - this.#clock.now().ms));
      if (!(await this.#isWell(dialogue, THE_LEAST))) return false;
    }
    return this.#isWell(dialogue, EVERYTHING);
  }

  async #isWell(dialogue: Dialogue, parts: typeof EVERYTHING): Promise<boolean> {
    this.#atWork = await dialogue.ask(parts, STALL_MS);
    return isPrintable(this.#atWork);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(ms, resolve);
    });
  }
}

const isPrintable = (condition: Condition): boolean => condition === "ready" || condition === "paper-low";

/** Nothing was sent. */
const reasonOf = (condition: Condition): Printed =>
  condition === "no-paper" || condition === "cover-open" ? condition : "offline";
