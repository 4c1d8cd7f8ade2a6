import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { drain } from "../../gateway/commands/drain.ts";
import { openDrain } from "../../gateway/drain.ts";
import { silentLog } from "../../host/log.ts";
import { FAILED, MISUSED } from "../../host/program.ts";
import { settledOf, untilQr } from "../support/sale-on-bench.ts";
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
  const order = await untilQr(bench);
  let hasEnded = false;
  const draining = drained().finally(() => {
    hasEnded = true;
  });
  await until("it waits", () => {
    bench.clock.pass(10);
    return said.length > 0;
  });
  expect(said).toEqual(["waiting for the customer in front …"]);
  expect(bench.stand.stand.front?.at).toBe("awaiting");
  await pass(30_000);
  expect(hasEnded).toBe(false);
  await bench.backend.say(settledOf(order));
  expect(await whileTimePasses(draining)).toBe(0);
  expect(bench.world.pulses).toHaveLength(1);
  expect(bench.stand.stand.front?.at).toBe("delivered");
  expect(await bench.stand.press("new")).toEqual({ obstacles: ["updating"] });
});

test("who will not wait any longer leaves a stand that sells on", async () => {
  await bench.stand.press("new");
  await settle();
  expect(await drained("1")).toBe(FAILED);
  expect(said.at(-1)).toBe("somebody is still being served: the stand sells on. Try again later");
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

/** As dpkg calls it, with a program in the place of the stand's that ends so. */
function prerm(code: number, ...argv: readonly string[]): { readonly code: number | null; readonly err: string } {
  writeFileSync(join(folder, "qris-gateway"), `#!/bin/sh\necho "$@" >> ${folder}/asked\nexit ${code}\n`, {
    mode: 0o755,
  });
  const script = new URL("../../scripts/package/debian/prerm", import.meta.url).pathname;
  const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  const { status, stderr } = spawnSync("sh", [script, ...argv], { env, encoding: "utf8", timeout: 10_000 });
  return { code: status, err: stderr };
}

test.each(["upgrade", "failed-upgrade"])(
  "the package's %s is called off in clear words while a customer is served",
  (act) => {
    const refused = prerm(FAILED, act, "0.2.0");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("a customer is being served; nothing was changed");
    for (const code of [0, MISUSED, 78]) expect(prerm(code, act, "0.2.0")).toEqual({ code: 0, err: "" });
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("drain\n".repeat(4));
  },
);
