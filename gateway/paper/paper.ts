import type { Printed, Printer } from "../../device/device.ts";
import type { DrawnSlip } from "../../device/drawing/draw-slip.ts";
import type { Slip } from "../../device/drawing/slip.ts";
import type { Log } from "../../host/log.ts";
import { within } from "../../host/within.ts";
import type { Owed } from "../../journal/journal.ts";
import type { Outcome } from "../../journal/performer.ts";
import type { OrderId } from "../../protocol/ids.ts";
import { type Clock, isReached, leftMs } from "../../protocol/time.ts";
import { wallText, type Zone } from "../../protocol/wall-text.ts";
import type { Effect } from "../order/words.ts";
import { conditionOf, isPrintable } from "../readiness/preflight.ts";
import type { Stand } from "../stand.ts";
import { qrSlip, receipt } from "./slips.ts";

export type PaperOptions = {
  readonly printer: Printer | undefined;
  readonly stand: Pick<Stand, "report">;
  readonly clock: Clock;
  readonly log: Log;
  standName(): string;
  readonly zone: Zone;
  readonly isTest: boolean;
  draw(slip: Slip, dots: number): DrawnSlip;
  /** The glass carries the QR already, or soon does. */
  screenWorks(): boolean;
};

/** A drawn slip of 80 mm takes 70 s over a line of 9600 baud; a printer that has not finished by then has stopped. */
const PRINT_MS = 90_000;

/** What goes to the printer: the QR, without which a stand with no screen cannot sell, and receipts, without which it can. */
export class Paper {
  readonly #options: PaperOptions;
  #withoutQr: OrderId | undefined;

  constructor(options: PaperOptions) {
    this.#options = options;
  }

  /** Whether this order's QR should be on paper and is not. */
  lacksQrOf(order: OrderId): boolean {
    return this.#withoutQr === order;
  }

  async print(owed: Owed<Effect>): Promise<Outcome> {
    const { effect } = owed;
    if (effect.do === "print-qr") return this.#printQr(owed, effect);
    if (effect.do === "print-receipt") return this.#printReceipt(effect);
    return "done";
  }

  /** Something that nobody has paid for; resolves to what became of it, in a word. */
  async printFree(draw: (dots: number) => DrawnSlip): Promise<string> {
    const { printer } = this.#options;
    return printer === undefined ? "no-printer" : this.#tryToPrint(printer, draw);
  }

  async #printQr({ id }: Owed<Effect>, effect: Extract<Effect, { do: "print-qr" }>): Promise<Outcome> {
    const { order, qr, until } = effect;
    const { clock, zone, stand, screenWorks } = this.#options;
    const now = clock.now();
    if (isReached(until, now)) return "done";
    const untilText = wallText(clock.wall() + leftMs(until, now), zone);
    const { isTest } = this.#options;
    const standName = this.#options.standName();
    const slip = qrSlip({ order, qr, standName, isTest, ...(untilText === undefined ? {} : { until: untilText }) });
    if (await this.#put(slip, order.id)) return "done";
    this.#withoutQr = order.id;
    if (screenWorks()) return "done";
    await stand.report(order.id, { type: "not-shown", because: "no-paper" }, id);
    return "reported";
  }

  async #printReceipt(effect: Extract<Effect, { do: "print-receipt" }>): Promise<Outcome> {
    const { order, paid, because, until } = effect;
    const { clock, zone, isTest } = this.#options;
    if (isReached(until, clock.now())) return "done";
    const about = { order, paid, standName: this.#options.standName(), zone, isTest };
    await this.#put(receipt(because === undefined ? about : { ...about, because }), order.id);
    return "done";
  }

  /** True when it is on paper, whole. Never tried twice: half a strip is out already, or the paper is not there. */
  async #put(slip: Slip, order: OrderId): Promise<boolean> {
    const { printer, log } = this.#options;
    const became =
      printer === undefined
        ? "no-printer"
        : await this.#tryToPrint(printer, (dots) => this.#options.draw(slip, dots), slip);
    if (became === "printed") log.info("printed", { order });
    else log.warn("not printed", { order, because: became });
    return became === "printed";
  }

  async #tryToPrint(printer: Printer, draw: (dots: number) => DrawnSlip, slip?: Slip): Promise<Printed | string> {
    const { clock } = this.#options;
    try {
      const condition = await conditionOf(printer, clock);
      if (!isPrintable(condition)) return condition;
      const drawn = draw(printer.dots);
      if ("fits" in drawn) return `the QR code needs ${drawn.needed} dots, the paper has ${drawn.available}`;
      return await within(clock, PRINT_MS, printer.print(drawn, slip), "unclear");
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
