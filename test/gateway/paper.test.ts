import { beforeEach, describe, expect, test } from "vitest";
import type { Condition, Printed, Printer } from "../../device/device.ts";
import type { Slip } from "../../device/drawing/slip.ts";
import type { Effect } from "../../gateway/order/words.ts";
import { Paper, type PaperOptions } from "../../gateway/paper/paper.ts";
import { silentLog } from "../../host/log.ts";
import type { Owed } from "../../journal/journal.ts";
import { ORDER_ID, order, PRICE, qrFor, settlementOf } from "../support/sale.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const clock = new VirtualClock();
const until = { clock: "boot-1", ms: 60_000 };
const owe = (effect: Effect): Owed<Effect> => ({
  id: "effect-1",
  seq: 1,
  order: ORDER_ID,
  effect,
  started: false,
  tries: 0,
});
const theQr = owe({ do: "print-qr", order, qr: qrFor(PRICE), until });
const theReceipt = owe({ do: "print-receipt", order, paid: settlementOf(PRICE), until });

let printed: Slip[];
let reports: unknown[];
beforeEach(() => {
  printed = [];
  reports = [];
});

/** Draws nothing, but remembers what was to be drawn. */
const draw: PaperOptions["draw"] = (slip, dots) => {
  printed.push(slip);
  return { width: dots, height: 1, black: new Uint8Array(dots) };
};

const printerThat = (becomes: Printed, condition: Condition = "ready"): Printer => ({
  dots: 384,
  print: async () => becomes,
  condition: async () => condition,
  close: async () => undefined,
});

const paperOf = (more: Partial<PaperOptions>): Paper =>
  new Paper({
    printer: printerThat("printed"),
    stand: {
      report: async (id, event, finishes) => {
        reports.push({ id, event, finishes });
      },
    },
    clock,
    log: silentLog,
    standName: () => "Kopi Lobi",
    zone: "WIB",
    isTest: false,
    draw,
    screenWorks: () => false,
    ...more,
  });

const notShown = { id: ORDER_ID, event: { type: "not-shown", because: "no-paper" }, finishes: "effect-1" };

describe("the QR code on paper", () => {
  test("is printed with the time until when it may be paid", async () => {
    expect(await paperOf({}).print(theQr)).toBe("done");
    expect(JSON.stringify(printed)).toContain("valid until 01/01/2026 07:01 WIB");
    expect(reports).toEqual([]);
  });

  test("goes to the printer as it is drawn and as it is said", async () => {
    const given: unknown[] = [];
    const print: Printer["print"] = async (...strip) => {
      given.push(...strip);
      return "printed";
    };
    await paperOf({ printer: { ...printerThat("printed"), print } }).print(theQr);
    expect(given).toEqual([{ width: 384, height: 1, black: new Uint8Array(384) }, printed[0]]);
  });

  test.each<Condition>(["no-paper", "cover-open", "offline", "overheated", "unknown"])(
    "is not even tried on a printer that is %s, and the order cannot be paid",
    async (condition) => {
      const paper = paperOf({ printer: printerThat("printed", condition) });
      expect(await paper.print(theQr)).toBe("reported");
      expect(printed).toEqual([]);
      expect(reports).toEqual([notShown]);
    },
  );

  test.each<Printed>(["no-paper", "cover-open", "offline", "unclear"])(
    "that came out %s carries nothing",
    async (became) => {
      expect(await paperOf({ printer: printerThat(became) }).print(theQr)).toBe("reported");
      expect(reports).toEqual([notShown]);
    },
  );

  test("may take as long as a slow line needs for it", async () => {
    const slow = new VirtualClock();
    const print: Printer["print"] = () => new Promise((resolve) => slow.after(70_000, () => resolve("printed")));
    const later = owe({ do: "print-qr", order, qr: qrFor(PRICE), until: { clock: "boot-1", ms: 120_000 } });
    const outcome = paperOf({ printer: { ...printerThat("printed"), print }, clock: slow }).print(later);
    await slow.advance(70_000);
    expect(await outcome).toBe("done");
    expect(reports).toEqual([]);
  });

  test("that does not come out matters not while the screen shows it, but is remembered", async () => {
    const paper = paperOf({ printer: printerThat("no-paper"), screenWorks: () => true });
    expect(await paper.print(theQr)).toBe("done");
    expect(reports).toEqual([]);
    expect(paper.lacksQrOf(ORDER_ID)).toBe(true);
  });

  test("that does not fit on the paper carries nothing", async () => {
    const paper = paperOf({ draw: () => ({ fits: false, needed: 292, available: 200, modules: 65 }) });
    expect(await paper.print(theQr)).toBe("reported");
  });

  test("is dropped when its time is over", async () => {
    const late = owe({ do: "print-qr", order, qr: qrFor(PRICE), until: { clock: "boot-0", ms: 99_999 } });
    expect(await paperOf({}).print(late)).toBe("done");
    expect(printed).toEqual([]);
  });
});

describe("a receipt", () => {
  test("is printed", async () => {
    expect(await paperOf({}).print(theReceipt)).toBe("done");
    expect(printed).toHaveLength(1);
  });

  test("never fails a sale", async () => {
    const jammed = { ...printerThat("printed"), print: () => Promise.reject(new Error("jammed")) };
    expect(await paperOf({ printer: jammed }).print(theReceipt)).toBe("done");
    expect(await paperOf({ printer: printerThat("printed", "offline") }).print(theReceipt)).toBe("done");
    expect(reports).toEqual([]);
  });

  test("gives up a printer that does not come to an end", async () => {
    const patient = new VirtualClock();
    const hangs = { ...printerThat("printed"), print: () => new Promise<Printed>(() => undefined) };
    const outcome = paperOf({ printer: hangs, clock: patient }).print(theReceipt);
    await patient.advance(90_000);
    expect(await outcome).toBe("done");
  });

  test("that nobody waits for any more is dropped", async () => {
    const late = owe({ do: "print-receipt", order, paid: settlementOf(PRICE), until: { clock: "boot-1", ms: 0 } });
    expect(await paperOf({}).print(late)).toBe("done");
    expect(printed).toEqual([]);
  });
});
