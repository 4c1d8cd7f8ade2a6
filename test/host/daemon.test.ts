import { describe, expect, test } from "vitest";
import { type Daemon, daemonCommand, Unfit } from "../../host/daemon.ts";

type Setup = { readonly port: number };

async function start(
  parts: Partial<Daemon<Setup>>,
): Promise<{ readonly code: number; readonly said: readonly string[] }> {
  const said: string[] = [];
  const command = daemonCommand<Setup>({
    name: "test",
    read: () => ({ is: "good", setup: { port: 1 } }),
    levelOf: () => "silent",
    begin: async () => undefined,
    codeOf: (error) => (error instanceof RangeError ? 7 : undefined),
    ...parts,
  });
  const say = (line: string): void => void said.push(line);
  const code = await command({
    config: "/c.toml",
    argument: "",
    options: {},
    flags: new Set(),
    env: {},
    say,
    print: say,
  });
  return { code, said };
}

const failing = (error: unknown) => async (): Promise<void> => {
  throw error;
};

describe("the start of a daemon", () => {
  test("ends with 0 when it is up, with the setup that was read", async () => {
    let began: unknown;
    const begin = async (setup: Setup): Promise<void> => {
      began = setup;
    };
    expect(await start({ begin })).toEqual({ code: 0, said: [] });
    expect(began).toEqual({ port: 1 });
  });

  test("ends with 78 and all that is wrong when the configuration is not usable, and does not begin", async () => {
    const read = () => ({ is: "bad", explained: "everything" }) as const;
    expect(await start({ read, begin: failing(new Error("it began")) })).toEqual({ code: 78, said: ["everything"] });
  });

  test("ends with its code and its words on what a person can put right", async () => {
    expect(await start({ begin: failing(new RangeError("no disk")) })).toEqual({ code: 7, said: ["no disk"] });
  });

  test("ends with 78, and everything that can never work, line by line", async () => {
    const begin = failing(new Unfit("a: too narrow", "b: too wide"));
    expect(await start({ begin })).toEqual({
      code: 78,
      said: ["/c.toml is not usable:\n  a: too narrow\n  b: too wide"],
    });
  });

  test.each([new TypeError("a bug"), "no error at all"])("throws a bug on: %s", async (error) => {
    await expect(start({ begin: failing(error) })).rejects.toBe(error);
  });
});
