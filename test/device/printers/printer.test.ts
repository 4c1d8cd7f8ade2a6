import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Condition, HardwareFault } from "../../../device/device.ts";
import type { Slip } from "../../../device/drawing/slip.ts";
import { type EscposOptions, EscposPrinter } from "../../../device/printers/escpos-printer.ts";
import { openTcpWire } from "../../../device/printers/tcp-wire.ts";
import { steadyClock } from "../../../host/clock.ts";
import { printerContract } from "../contract.ts";
import { plainStrip } from "../fixtures.ts";
import { TcpPrinter } from "./tcp-printer.ts";

const steady = steadyClock("test");
/** A printer that is stuck in mid-picture has five seconds; to wait one of them shows the same. */
const clock: typeof steady = {
  now: () => steady.now(),
  wall: () => steady.wall(),
  after: (ms, run) => steady.after(Math.min(ms, 1_000), run),
};
const OPTIONS = { dots: 384, rowsPerSecond: 100_000, cut: "partial", feedLines: 2, drawer: "none" } as const;
/** Ten pieces or so. */
const LONG = plainStrip(384, 400);

const printerAt = (port: number, told: (string | undefined)[] = [], more: Partial<EscposOptions> = {}): EscposPrinter =>
  new EscposPrinter(
    { ...OPTIONS, ...more },
    {
      open: () => openTcpWire("127.0.0.1", port, clock),
      clock,
      tell: (why) => told.push(why),
    },
  );

printerContract("the ESC/POS printer over TCP", async () => {
  const far = await TcpPrinter.listening();
  const printer = printerAt(far.port);
  return {
    printer,
    onPaper: () => far.roll.tickets.at(-1),
    setPaper: (paper) => {
      far.paper = paper;
    },
    setCover: (cover) => {
      far.cover = cover;
    },
    end: async () => {
      await printer.close();
      await far.end();
    },
  };
});

let far: TcpPrinter;
let printer: EscposPrinter;
let told: (string | undefined)[];

beforeEach(async () => {
  far = await TcpPrinter.listening();
  told = [];
  printer = printerAt(far.port, told);
});

afterEach(async () => {
  await printer.close();
  await far.end();
});

describe("what it says of itself", () => {
  test("a hot head is told, and gets no work", async () => {
    far.isHot = true;
    expect(await printer.condition()).toBe("overheated");
    expect(await printer.print(LONG)).toBe("offline");
    expect(far.roll.marks).toEqual([]);
  });

  test("no answer is an unknown condition, in less than a second and a half, and nothing is printed", async () => {
    far.isMute = true;
    const from = clock.now().ms;
    expect(await printer.condition()).toBe("unknown");
    expect(clock.now().ms - from).toBeLessThan(1_500);
    expect(await printer.print(LONG)).toBe("offline");
    expect(far.roll.marks).toEqual([]);
  });

  test("automatic statuses and noise between the answers are not taken for answers", async () => {
    far.chatter = Uint8Array.of(0x13, 0x11, 0x10, 0x00, 0x00, 0x0f, 0xff);
    expect(await printer.condition()).toBe("ready");
  });

  test("but what an automatic status says counts", async () => {
    far.chatter = Uint8Array.of(0x10, 0x00, 0x0c, 0x0f);
    expect(await printer.condition()).toBe("no-paper");
  });

  test.each<[string, Uint8Array, Condition]>([
    ["off-line", Uint8Array.of(0x18, 0x00, 0x00, 0x0f), "offline"],
    ["its cover open", Uint8Array.of(0x38, 0x00, 0x00, 0x0f), "cover-open"],
    ["its knife stuck", Uint8Array.of(0x18, 0x08, 0x00, 0x0f), "offline"],
    ["what cannot be mended", Uint8Array.of(0x18, 0x20, 0x00, 0x0f), "offline"],
    ["too hot", Uint8Array.of(0x18, 0x40, 0x00, 0x0f), "overheated"],
    ["paper near its end", Uint8Array.of(0x10, 0x00, 0x03, 0x0f), "paper-low"],
    ["no paper", Uint8Array.of(0x18, 0x00, 0x0f, 0x0f), "no-paper"],
    ["nothing", Uint8Array.of(0x14, 0x00, 0x00, 0x0f), "ready"],
  ])("four bytes unasked tell of %s", async (_, chatter, condition) => {
    far.chatter = chatter;
    expect(await printer.condition()).toBe(condition);
  });

  test("one that shall tell its status by itself is told so when it is reached, and on every ticket after ESC @", async () => {
    const telling = printerAt(far.port, [], { tellsStatus: true });
    expect(await telling.condition()).toBe("ready");
    expect(Buffer.concat(far.received).toString("hex")).toMatch(/^1d610e100401/);
    expect(await telling.print(plainStrip(384, 8))).toBe("printed");
    const did = far.roll.marks.map((mark) => mark.did);
    expect(did.slice(0, 3)).toEqual(["tells-status", "initialise", "tells-status"]);
    await telling.close();
  });

  test("and what it tells in mid-ticket ends it, also where no answer would have", async () => {
    far.plan(3, (it) => Object.assign(it, { chatter: Uint8Array.of(0x18, 0x08, 0x00, 0x0f) }));
    expect(await printer.print(LONG)).toBe("unclear");
    expect(await printer.condition()).toBe("offline");
  });

  test("asked by many at once, it is asked once", async () => {
    await Promise.all(Array.from({ length: 20 }, () => printer.condition()));
    expect(Buffer.concat(far.received).toString("hex")).toBe("100401100402100403100404");
  });

  test("asked while it prints, it tells what it heard last, and does not wait", async () => {
    far.plan(1, (it) => it.stall());
    const printed = printer.print(LONG);
    await expect.poll(() => far.roll.marks.some(({ did }) => did === "picture")).toBe(true);
    const from = clock.now().ms;
    expect(await printer.condition()).toBe("ready");
    expect(clock.now().ms - from).toBeLessThan(500);
    far.goOn();
    expect(await printed).toBe("printed");
  });
});

describe("a slip in its own words", () => {
  const SLIP: Slip = { blocks: [{ is: "text", text: "Kopi" }] };
  const OWN = { commands: [Uint8Array.of(0x4b, 0x6f, 0x70, 0x69, 0x0a)], rows: 30 };

  test("is printed instead of its drawing", async () => {
    const set: Slip[] = [];
    const typeset = (slip: Slip) => {
      set.push(slip);
      return OWN;
    };
    const own = printerAt(far.port, [], { typeset });
    expect(await own.print(plainStrip(384, 8), SLIP)).toBe("printed");
    expect(set).toEqual([SLIP]);
    const did = far.roll.marks.map((mark) => mark.did);
    expect(did).toEqual(["initialise", "line", "feed", "feed", "cut"]);
    await own.close();
  });

  test.each([
    ["there is no slip", () => OWN, undefined],
    ["it has no words for it", () => undefined, SLIP],
  ])("is its drawing where %s", async (_, typeset, slip) => {
    const own = printerAt(far.port, [], { typeset });
    expect(await own.print(plainStrip(384, 8), slip)).toBe("printed");
    expect(far.roll.tickets).toEqual([plainStrip(384, 8)]);
    await own.close();
  });
});

describe("what breaks off in mid-ticket is unclear, and never begun again", () => {
  test.each<[string, (printer: TcpPrinter) => void]>([
    ["the paper runs out", (it) => Object.assign(it, { paper: "out" })],
    ["the cover is opened", (it) => Object.assign(it, { cover: "open" })],
    ["the head gets too hot", (it) => Object.assign(it, { isHot: true })],
    ["it hangs up", (it) => it.hangUp()],
    ["it falls silent", (it) => Object.assign(it, { isMute: true })],
    ["it reads no more", (it) => it.stall()],
  ])("when %s", async (_, trouble) => {
    far.plan(3, trouble);
    expect(await printer.print(LONG)).toBe("unclear");
    const pictures = far.roll.marks.filter(({ did }) => did === "picture").length;
    expect(pictures).toBeGreaterThanOrEqual(3);
    expect(pictures).toBeLessThan(6);
  });

  test("also when the paper runs out after the last byte, while it still prints", async () => {
    const slow = new EscposPrinter(
      { ...OPTIONS, rowsPerSecond: 100 },
      { open: () => openTcpWire("127.0.0.1", far.port, clock), clock, tell: () => undefined },
    );
    const printed = slow.print(plainStrip(384, 60));
    await expect.poll(() => far.roll.marks.some(({ did }) => did === "cut")).toBe(true);
    far.paper = "out";
    expect(await printed).toBe("unclear");
    await slow.close();
  });

  test("a close in mid-ticket breaks it off, and what waited is not printed", async () => {
    far.plan(2, (it) => it.stall());
    const ends = [printer.print(LONG), printer.print(LONG)];
    await expect.poll(() => far.roll.marks.filter(({ did }) => did === "picture").length).toBe(2);
    await printer.close();
    expect(await Promise.all(ends)).toEqual(["unclear", "offline"]);
  });
});

describe("afterwards it works again", () => {
  test("and what was left of the ticket before is cut off from the next", async () => {
    far.plan(2, (it) => it.hangUp());
    expect(await printer.print(LONG)).toBe("unclear");
    expect(await printer.print(plainStrip(384, 20))).toBe("printed");
    expect(far.roll.tickets.at(-1)).toEqual(plainStrip(384, 20));
    expect(far.roll.tickets).toHaveLength(2);
  });

  test.each([true, false])("even when it was left in mid-picture (and answers there: %s)", async (answersInside) => {
    far.answersInside = answersInside;
    await brokenOffInMidPicture();
    expect(await printer.print(plainStrip(384, 20))).toBe("printed");
    expect(far.roll.complaints).toEqual([]);
    expect(far.roll.tickets.at(-1)).toEqual(plainStrip(384, 20));
  });

  test("a printer that is not there yet is offline, told once with its address, and found when it comes", async () => {
    const { port } = far;
    await far.end();
    expect([await printer.condition(), await printer.condition()]).toEqual(["offline", "offline"]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}: ECONNREFUSED`));
    far = await TcpPrinter.listening(port);
    await expect.poll(() => printer.condition()).toBe("ready");
    expect(told).toEqual([expect.any(String), undefined]);
  });

  test("it is not looked for more than once a second", async () => {
    let attempts = 0;
    const nowhere = new EscposPrinter(OPTIONS, {
      open: () => {
        attempts += 1;
        return Promise.reject(new HardwareFault("nobody there"));
      },
      clock,
      tell: () => undefined,
    });
    const from = clock.now().ms;
    for (let left = 50; left > 0; left -= 1) await nowhere.condition();
    expect(attempts).toBeLessThanOrEqual(1 + Math.ceil((clock.now().ms - from) / 1_000));
    await nowhere.close();
  });

  test("more than five strips at once are refused, with a word", async () => {
    far.plan(1, (it) => it.stall());
    const ends = Array.from({ length: 5 }, () => printer.print(LONG));
    await expect(printer.print(LONG)).rejects.toThrow(/4 strips wait/);
    await expect.poll(() => far.roll.marks.some(({ did }) => did === "picture")).toBe(true);
    await printer.close();
    expect(await Promise.all(ends)).toEqual(["unclear", "offline", "offline", "offline", "offline"]);
  });
});

/** A wire that is cut within a picture: the far side has its beginning, and waits for the rest. */
async function brokenOffInMidPicture(): Promise<void> {
  await printer.close();
  let left = 1_000;
  printer = new EscposPrinter(OPTIONS, {
    clock,
    tell: () => undefined,
    open: async () => {
      const wire = await openTcpWire("127.0.0.1", far.port, clock);
      return {
        ...wire,
        write: async (bytes, withinMs) => {
          const going = bytes.subarray(0, left);
          left = going.length < bytes.length ? Number.POSITIVE_INFINITY : left - going.length;
          const sent = await wire.write(going, withinMs);
          return going.length < bytes.length ? "stalled" : sent;
        },
      };
    },
  });
  expect(await printer.print(LONG)).toBe("unclear");
  await expect.poll(() => far.roll.isInside).toBe(true);
}
