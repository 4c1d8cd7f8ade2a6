import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Random } from "../../../protocol/ids.ts";
import { eventually } from "../../journeys/eventually.ts";
import { pause } from "../../support/until.ts";
import { type Known, type Outside, openOutside } from "../sale/outside.ts";
import { Customer } from "./customer.ts";
import { Machine } from "./machine.ts";
import { closings, lost, type Mark, settlements } from "./truth.ts";

/** What a sale has come to when the power goes. */
const moments = ["pressed", "payable", "cancelled", "paid", "closed", "opened"] as const;
type Moment = (typeof moments)[number];

export type PowerTried = {
  readonly cuts: number;
  readonly wrongs: readonly string[];
  /** How often the newest order was where when the power came back. */
  readonly where: Readonly<Record<string, number>>;
};

export type PowerOptions = {
  readonly cuts: number;
  readonly random: Random;
  /** The control whose journal does not wait for the disk. */
  readonly careless?: boolean;
  /** What the first sale has come to when the power goes; the next ones come to the next moments. */
  readonly first?: Moment;
  /** Hears of each cut. */
  readonly say?: (line: string) => void;
};

/** So much later than the moment the power goes, at most. */
const LATER_MS = 400;
const PATIENCE_MS = 240_000;
const ENDS = ["delivered", "owed", "voided", "refused", "forestalled"];

/** Cuts the power of the whole virtual machine in the midst of sales; after each cut it boots on the same disk, and sells on. */
export async function cutPower(options: PowerOptions): Promise<PowerTried> {
  const { cuts, random, careless = false, first = "pressed", say = () => undefined } = options;
  const folder = mkdtempSync(join(tmpdir(), "qris-power-"));
  const street = await openStreet();
  const disk = { image: join(folder, "disk"), cache: "writeback" } as const;
  const where: Record<string, number> = {};
  const wrongs: string[] = [];
  let machine: Machine | undefined;
  try {
    for (let nth = 0; nth <= cuts; nth += 1) {
      const seen = [...street.marks];
      machine = new Machine({ disk, folder: street.outside.folder, careless, relayChanged: street.relayChanged });
      await machine.ready();
      const [newest = "nothing"] = machine.had.values();
      where[newest] = (where[newest] ?? 0) + 1;
      const damage = machine.isDamaged ? ["the journal is damaged"] : [];
      const found = [...damage, ...lost(seen, machine.had), ...(await concluded(street))];
      for (const wrong of found) say(wrong);
      wrongs.push(...found);
      const moment = moments[(moments.indexOf(first) + nth) % moments.length] ?? "pressed";
      if (nth < cuts) await comesTo(moment, street);
      await pause(random() * LATER_MS);
      await machine.cut();
      street.outside.forget();
      say(`${nth} cuts, ${wrongs.length} wrongs; the newest order was ${newest}; the next cut is when it is ${moment}`);
    }
    return { cuts, wrongs: [...new Set(wrongs)], where };
  } catch (error) {
    const stories = [machine?.story() ?? "", ...street.outside.diary.lines.slice(-20)];
    throw new Error(`${String(error)}\n${stories.join("\n")}`);
  } finally {
    await machine?.cut();
    await street.outside.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The world outside, with all that it has seen, through every life of the machine. */
type Street = {
  readonly outside: Outside;
  readonly customer: Customer;
  readonly marks: readonly Mark[];
  readonly relayChanged: (level: 0 | 1) => void;
  /** How often the contact has closed, and opened again. */
  readonly moved: { closed: number; opened: number };
};

async function openStreet(): Promise<Street> {
  const marks: Mark[] = [];
  const moved = { closed: 0, opened: 0 };
  const outside = await openOutside((overheard) => void marks.push(overheard));
  const relayChanged = (level: 0 | 1): void => {
    const order = settlements(marks).at(-1)?.order;
    if (level === 0) moved.opened += 1;
    else moved.closed += 1;
    if (level === 1 && order !== undefined) marks.push({ is: "closed", order });
  };
  return { outside, customer: new Customer(outside), marks, relayChanged, moved };
}

/** The sale under way comes so far, and no further as far as anybody outside can tell. */
async function comesTo(moment: Moment, { outside, customer, moved }: Street): Promise<void> {
  if (moment === "pressed") {
    outside.press("coffee");
    return;
  }
  await customer.orders();
  const { closed, opened } = moved;
  if (moment === "cancelled") outside.press("cancel");
  if (moment === "payable" || moment === "cancelled") return;
  await customer.pays();
  if (moment === "closed") await eventually("the contact closes", () => moved.closed > closed, PATIENCE_MS);
  if (moment === "opened") await eventually("the contact is open again", () => moved.opened > opened, PATIENCE_MS);
}

/** What is wrong with sales that have come to their end, whatever cut them off. */
async function concluded({ outside, marks }: Street): Promise<readonly string[]> {
  await eventually(
    "every sale has ended",
    async () => (await outside.known()).every(({ at }) => ENDS.includes(at)),
    PATIENCE_MS,
  );
  return (await outside.known()).flatMap((known) => wrongsOf(known, closings(marks, known.order)));
}

/** That a pulse was seen for what is delivered is no rule here: word of the contact can be in the machine's cable when that is cut. */
function wrongsOf({ order, at, because, paid }: Known, pulses: number): readonly string[] {
  const isPaidFor = at === "delivered" || at === "owed";
  return [
    ...(pulses > 1 ? [`${order}: the contact closed ${pulses} times`] : []),
    ...(paid > 0 === isPaidFor ? [] : [`${order} is ${at}, and was paid ${paid} times`]),
    ...(because === "unknown-here" ? [`${order} was paid, and the stand has forgotten it`] : []),
  ];
}
