import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { drain } from "../../gateway/commands/drain.ts";
import { openDrain } from "../../gateway/drain.ts";
import { silentLog } from "../../host/log.ts";
import { FAILED, MISUSED } from "../../host/program.ts";
import { PRICE, qrFor } from "../support/sale.ts";
import { type Bench, standOnBench } from "../support/stand-on-bench.ts";
import { until } from "../support/until.ts";
import { settle } from "../support/virtual-clock.ts";

let folder: string;
let bench: Bench;
let close: () => Promise<void>;
let said: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "drain-"));
  said = [];
  bench = await standOnBench();
  const { stand, clock } = bench;
  ({ close } = await openDrain({ stand, socket: join(folder, "drain.sock"), clock, log: silentLog }));
  await settle();
});
afterEach(async () => {
  await close();
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

const TOML = (): string => `
[stand]
id = "stand-1"
name = "Kopi"
[link]
url = "mqtt://127.0.0.1:1"
[keys]
private_file = "/nowhere"
backend_file = "/nowhere"
[journal]
file = "${folder}/journal.sqlite"
[screen]
driver = "simulated"
[pins]
driver = "simulated"
[[products]]
id = "kopi"
name = "Kopi"
price = 1
button = "new"
line = "gate"
`;

async function drained(seconds = "30"): Promise<number> {
  const file = join(folder, "gateway.toml");
  writeFileSync(file, TOML());
  const say = (line: string): void => void said.push(line);
  return drain({ config: file, argument: "", options: { seconds }, flags: new Set(), env: {}, say, print: say });
}

const pass = async (ms: number): Promise<void> => {
  await bench.clock.advance(ms);
  await settle();
};
const obstacles = () => bench.stand.obstacles;
/** The program runs on real time, the stand on its own. */
const whileTimePasses = async (work: Promise<number>): Promise<number> => {
  let code: number | undefined;
  work.then(
    (done) => {
      code = done;
    },
    () => {
      code = -1;
    },
  );
  await until("it has ended", () => {
    bench.clock.pass(250);
    return code !== undefined;
  });
  return code ?? -1;
};

test("a stand that nobody uses is out of service at once, says so, and sells again when nobody replaces it", async () => {
  expect(await whileTimePasses(drained())).toBe(0);
  expect(obstacles()).toEqual(["updating"]);
  expect(bench.stand.pageNow().lines?.[0]?.second).toBe("The machine is being updated");
  expect(await bench.stand.press("new")).toEqual({ obstacles: ["updating"] });
  await pass(14 * 60_000);
  expect(obstacles()).toEqual(["updating"]);
  await pass(2 * 60_000);
  expect(obstacles()).toEqual([]);
  expect(await bench.stand.press("new")).toBe("begun");
});

test("who is in front is served to the end, and nobody comes after", async () => {
  await bench.stand.press("new");
  await settle();
  const order = bench.stand.stand.front?.order.id;
  if (order === undefined) throw new Error("no order began");
  await bench.backend.say({ type: "offer", order, qr: qrFor(PRICE), amount: PRICE, validForMs: 60_000 });
  const draining = drained();
  await until("it waits", () => {
    bench.clock.pass(10);
    return said.length > 0;
  });
  expect(said).toEqual(["waiting for the customer in front …"]);
  expect(bench.stand.stand.front?.at).toBe("awaiting");
  await bench.backend.say({ type: "settled", order, amount: PRICE, paidAt: "2026-01-01T07:00:30+07:00" });
  expect(await whileTimePasses(draining)).toBe(0);
  expect(bench.world.pulses).toHaveLength(1);
  expect(bench.stand.stand.front?.at).toBe("delivered");
  expect(await bench.stand.press("new")).toEqual({ obstacles: ["updating"] });
});

test("who will not wait any longer leaves a stand that sells on", async () => {
  await bench.stand.press("new");
  await settle();
  expect(await drained("1")).toBe(FAILED);
  await until("it is back in service", () => {
    bench.clock.pass(10);
    return obstacles().length === 0;
  });
  expect(bench.stand.stand.front?.at).toBe("charging");
});

test("a stand that does not run serves nobody; a time that is none is refused", async () => {
  await close();
  expect(await drained()).toBe(0);
  expect(said.at(-1)).toContain("not running");
  expect(await drained("soon")).toBe(MISUSED);
});
