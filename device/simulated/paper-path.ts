import type { DeviceClock } from "../clock.ts";
import { type Condition, HardwareFault, type Printed, type Stop, type Strip } from "../device.ts";
import type { Cover, Paper } from "./shape.ts";

const MOST_WAITING = 4;
const MS_PER_ROW = 0.5;

export type PrinterShape = { readonly dots: number; readonly msPerRow?: number };
type Job = { readonly strip: Strip; readonly end: (printed: Printed) => void };
type Running = Job & { readonly since: number; readonly stop: Stop };

/** The printer of a simulated stand: paper, cover, and one strip after the other. */
export class PaperPath {
  readonly dots: number;
  /** How many strips came out whole. */
  printed = 0;
  /** The last strip that came out, whole or not. */
  last: Strip | undefined;
  #paper: Paper = "ok";
  #cover: Cover = "closed";
  #running: Running | undefined;
  #waiting: Job[] = [];
  readonly #msPerRow: number;
  readonly #clock: DeviceClock;
  readonly #heard: (ended: Printed, rows: number) => void;

  constructor(shape: PrinterShape, clock: DeviceClock, heard: (ended: Printed, rows: number) => void) {
    this.dots = shape.dots;
    this.#msPerRow = shape.msPerRow ?? MS_PER_ROW;
    this.#clock = clock;
    this.#heard = heard;
  }

  get paper(): Paper {
    return this.#paper;
  }

  get cover(): Cover {
    return this.#cover;
  }

  get condition(): Condition {
    if (this.#cover === "open") return "cover-open";
    if (this.#paper === "out") return "no-paper";
    return this.#paper === "low" ? "paper-low" : "ready";
  }

  /** Taking the paper out or opening the cover breaks off what is being printed. */
  set(paper: Paper, cover: Cover): void {
    this.#paper = paper;
    this.#cover = cover;
    if (paper === "out" || cover === "open") this.#breakOff();
  }

  /** Strips are printed one after the other; rejects when four wait already, or when the strip is not for this paper. */
  print(strip: Strip): Promise<Printed> {
    if (strip.width > this.dots || strip.height < 1 || strip.black.length !== strip.width * strip.height)
      return Promise.reject(
        new HardwareFault(
          `a strip of ${strip.width} × ${strip.height} dots does not go on paper of ${this.dots} dots: draw it for this printer`,
        ),
      );
    if (this.#waiting.length >= MOST_WAITING)
      return Promise.reject(new HardwareFault(`${MOST_WAITING} strips wait for the printer already: print fewer`));
    return new Promise((end) => {
      this.#waiting.push({ strip, end });
      this.#next();
    });
  }

  /** Without power: what is being printed stays as far as it came, what waits is forgotten. */
  losePower(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#breakOff();
    for (const job of waiting) job.end("offline");
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    const obstacle = this.#obstacle();
    if (obstacle === undefined) this.#begin(job);
    else {
      job.end(obstacle);
      this.#next();
    }
  }

  #obstacle(): "no-paper" | "cover-open" | undefined {
    if (this.#cover === "open") return "cover-open";
    return this.#paper === "out" ? "no-paper" : undefined;
  }

  #begin(job: Job): void {
    const whole = job.strip.height;
    const rows = this.#paper === "out-during" ? Math.floor(whole / 2) : whole;
    const end = (): void => {
      if (this.#paper === "out-during") this.#paper = "out";
      this.#end(job, rows);
    };
    const ms = rows * this.#msPerRow;
    this.#running = { ...job, since: this.#clock.now().ms, stop: () => undefined };
    if (ms === 0) end();
    else this.#running = { ...this.#running, stop: this.#clock.after(ms, end) };
  }

  #breakOff(): void {
    const running = this.#running;
    if (running === undefined) return;
    running.stop();
    const done = Math.floor((this.#clock.now().ms - running.since) / Math.max(this.#msPerRow, 1e-6));
    this.#end(running, Math.min(running.strip.height - 1, done));
  }

  #end(job: Job, rows: number): void {
    this.#running = undefined;
    const isWhole = rows === job.strip.height;
    if (isWhole) this.printed += 1;
    if (rows > 0) this.last = topOf(job.strip, rows);
    const ended = isWhole ? "printed" : "unclear";
    this.#heard(ended, rows);
    job.end(ended);
    this.#next();
  }
}

const topOf = ({ width, black }: Strip, rows: number): Strip => ({
  width,
  height: rows,
  black: black.slice(0, width * rows),
});
