import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { needs } from "../support/needs.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* The examples of docs/examples, as an integrator starts them, beside a stand that sells. */

const EXAMPLES = join(import.meta.dirname, "../../docs/examples");
const python = needs("python3");

const languages = [
  { name: "Python", start: (file: string) => [python, join(EXAMPLES, "python", `${file}.py`)] },
  { name: "Node", start: (file: string) => [process.execPath, join(EXAMPLES, "node", `${file}.mjs`)] },
] as const;

type Run = {
  /** What it said on standard output, a line each. */
  readonly said: string[];
  complained(): string;
  /** The exit code, when it has ended. */
  code(): number | null | undefined;
  kill(): void;
};

function run([program = "", ...start]: readonly string[], args: readonly string[]): Run {
  const child: ChildProcess = spawn(program, [...start, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  const said: string[] = [];
  let complained = "";
  let code: number | null | undefined;
  child.stdout?.on("data", (part: Buffer) =>
    said.push(
      ...part
        .toString()
        .split("\n")
        .filter((line) => line !== ""),
    ),
  );
  child.stderr?.on("data", (part: Buffer) => {
    complained += part.toString();
  });
  child.on("close", (ended) => {
    code = ended;
  });
  const kill = (): void => void child.kill("SIGKILL");
  onTestFinished(kill);
  return { said, complained: () => complained, code: () => code, kill };
}

async function ends(rig: Rig, program: Run): Promise<number | null> {
  try {
    return (
      (await rig.until("the example ends", () => (program.code() === undefined ? undefined : [program.code()])))[0] ??
      null
    );
  } catch (error) {
    throw new Error(`${program.said.join("\n")}\n${program.complained()}\n${String(error)}`);
  }
}

const open = (): Promise<Rig> => openRig({ stands: [{ controller: true, menu: [], shape: { relays: ["barrier"] } }] });

/** A folder with a motor that writes down how often it turned, and a memory. `drops`: whether goods fall. */
function motorThat(drops: boolean, first = ""): { readonly turns: () => number; readonly args: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), "vending-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const motor = join(folder, "motor");
  const log = join(folder, "turns");
  writeFileSync(log, "");
  writeFileSync(motor, `#!/bin/sh\necho "$1" >> ${log}\n${first}\nexit ${drops ? 0 : 1}\n`, { mode: 0o755 });
  const memory = mkdtempSync(join(folder, "memory-"));
  return {
    turns: () => readFileSync(log, "utf8").split("\n").length - 1,
    args: ["--motor", motor, "--memory", memory],
  };
}

const parked = ["--entered", "2026-11-21T09:12", "--left", "2026-11-21T11:40"];

describe.each(languages)("the example in $name", ({ start }) => {
  const barrier = (rig: Rig, ticket: string, times: readonly string[] = parked): Run =>
    run(start("barrier"), [ticket, ...times, "--socket", rig.stand.socket ?? ""]);
  const vending = (rig: Rig, sale: string, motor: readonly string[]): Run =>
    run(start("vending"), [sale, "1", ...motor, "--socket", rig.stand.socket ?? ""]);

  test("of a barrier has the ticket's price paid, and sees the barrier open", async () => {
    const rig = await open();
    const program = barrier(rig, "P-000117");
    expect(await rig.pays(await rig.scans())).toMatchObject({ paid: true, amount: 11_000 });
    expect(await ends(rig, program)).toBe(0);
    expect(program.said.at(-1)).toBe("delivered");
    await rig.endsWell();
    expect(rig.stand.machine.pulses).toMatchObject([{ line: "barrier" }]);
  });

  test("of a barrier goes on with the first price after it crashed, and tries anew after a cancelling", async () => {
    const rig = await open();
    const first = barrier(rig, "P-000118");
    await rig.scans();
    first.kill();
    const later = ["--entered", "2026-11-21T09:12", "--left", "2026-11-21T15:40"];
    const second = barrier(rig, "P-000118", later);
    await rig.until("the second has the order", () => second.said.includes("awaiting"));
    expect(second.said[0]).toContain("Rp 11000");
    rig.stand.press("cancel");
    expect(await ends(rig, second)).toBe(2);
    const third = barrier(rig, "P-000118", later);
    expect(await rig.pays(await rig.scans())).toMatchObject({ paid: true, amount: 23_000 });
    expect(await ends(rig, third)).toBe(0);
    await rig.endsWell();
  });

  test("of a vending machine turns its motor once, and tells that the goods fell", async () => {
    const rig = await open();
    const motor = motorThat(true);
    const program = vending(rig, "vend-1", motor.args);
    await rig.pays(await rig.scans());
    expect(await ends(rig, program)).toBe(0);
    expect(motor.turns()).toBe(1);
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "delivered", confirmed: true });
  });

  test("of a vending machine tells that nothing fell", async () => {
    const rig = await open();
    const motor = motorThat(false);
    const program = vending(rig, "vend-2", motor.args);
    await rig.pays(await rig.scans());
    expect(await ends(rig, program)).toBe(3);
    expect(program.complained()).toContain("claim code");
    await rig.endsWell();
    expect(rig.stand.front).toMatchObject({ at: "troubled", because: "release-failed" });
  });

  test("of a vending machine answers the daemon that died meanwhile and came again", async () => {
    const rig = await open();
    const gate = join(mkdtempSync(join(tmpdir(), "gate-")), "open");
    const motor = motorThat(true, `while ! test -e ${gate}; do sleep 0.05; done`);
    const program = vending(rig, "vend-3", motor.args);
    await rig.pays(await rig.scans());
    await rig.until("the motor turns", () => motor.turns() === 1);
    await rig.stand.kill("same-boot");
    writeFileSync(gate, "");
    await rig.stand.start();
    expect(await ends(rig, program)).toBe(0);
    expect(motor.turns()).toBe(1);
    await rig.endsWell();
    rmSync(join(gate, ".."), { recursive: true });
  });

  test("of a vending machine that crashed with its motor on does not turn it again, and claims nothing", async () => {
    const rig = await open();
    const motor = motorThat(true, "sleep 2");
    const first = vending(rig, "vend-4", motor.args);
    await rig.pays(await rig.scans());
    await rig.until("the motor turns", () => motor.turns() === 1);
    first.kill();
    const second = vending(rig, "vend-4", motor.args);
    await rig.until("it says so", () => second.complained().includes("was begun before"));
    expect(motor.turns()).toBe(1);
    expect(rig.stand.front).toMatchObject({ at: "releasing" });
  });
});

test("every example that there is is run here", () => {
  const here = ["barrier", "stand", "vending"];
  for (const [folder, ending] of [
    ["python", ".py"],
    ["node", ".mjs"],
  ] as const)
    expect(readdirSync(join(EXAMPLES, folder)).toSorted()).toEqual(here.map((name) => name + ending));
});
