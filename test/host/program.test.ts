import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MISUSED, type Program, runProgram } from "../../host/program.ts";
import { privateKeyFrom, publicJwkSchema } from "../../protocol/keys.ts";
import { newKey } from "../../wire/new-key.ts";

let out = "";
let err = "";
const terminal = {
  out: (text: string): void => {
    out += text;
  },
  err: (text: string): void => {
    err += text;
  },
};
const heard: string[] = [];

const program: Program = {
  usage: "USAGE\n  run   runs\n  book list   lists\n  book show   shows\n",
  defaultConfig: "/etc/x.toml",
  commands: {
    run: {
      load:
        async () =>
        async ({ config }) =>
          heard.push(`run ${config}`) && 0,
    },
    open: {
      takes: "a door",
      load:
        async () =>
        async ({ argument }) =>
          heard.push(`open ${argument}`) && 0,
    },
    book: {
      commands: {
        list: {
          flags: ["open"],
          options: ["limit"],
          load:
            async () =>
            async ({ flags, options }) =>
              heard.push(`list ${[...flags].join()} ${options["limit"]}`) && 0,
        },
        show: {
          takes: "an order",
          load:
            async () =>
            async ({ argument }) =>
              heard.push(`show ${argument}`) && 0,
        },
      },
    },
    "new-key": { takes: "a file", load: async () => newKey },
  },
};
const asked = (...argv: string[]): Promise<number> => runProgram(program, argv, {}, terminal);

beforeEach(() => {
  out = "";
  err = "";
  heard.length = 0;
});

describe("a program's command line", () => {
  test("runs the default command on the default configuration", async () => {
    expect(await asked()).toBe(0);
    expect(heard).toEqual(["run /etc/x.toml"]);
  });

  test("hands a command its configuration and its argument", async () => {
    expect(await asked("--config", "a.toml")).toBe(0);
    expect(await asked("open", "front")).toBe(0);
    expect(heard).toEqual(["run a.toml", "open front"]);
  });

  test("finds a command of two words, with flags and options", async () => {
    expect(await asked("book", "list", "--open", "--limit", "7")).toBe(0);
    expect(await asked("book", "show", "front")).toBe(0);
    expect(heard).toEqual(["list open 7", "show front"]);
  });

  test("explains itself", async () => {
    expect(await asked("--help")).toBe(0);
    expect(out).toBe(program.usage);
  });

  test.each([
    [["fly"], 'there is no command "fly"'],
    [["constructor"], 'there is no command "constructor"'],
    [["open"], "open needs a door"],
    [["open", "front", "back"], 'not also "back"'],
    [["run", "now"], 'not also "now"'],
    [["--fast"], "--fast"],
    [["book"], "book needs one more word: list, show"],
    [["book", "burn"], 'book: there is no command "burn"'],
    [["book", "show"], "book show needs an order"],
    [["book", "show", "a", "b"], 'not also "b"'],
    [["book", "show", "a", "--open"], "book show knows no --open"],
    [["book", "show", "a", "--limit", "3"], "book show knows no --limit"],
    [["book", "list", "--open=yes"], "--open"],
  ])("refuses %j and says why", async (argv, because) => {
    expect(await asked(...argv)).toBe(MISUSED);
    expect(err).toContain(because);
    expect(heard).toEqual([]);
  });
});

test("a misused command is told of its own usage, not of all", async () => {
  expect(await asked("book", "show")).toBe(MISUSED);
  expect(err).toBe("book show needs an order\n  book show   shows\n--help lists all commands\n");
  err = "";
  expect(await asked("book", "burn")).toBe(MISUSED);
  expect(err.split("\n").slice(1, 3)).toEqual(["  book list   lists", "  book show   shows"]);
});

test("an option that there is not is told in one sentence", async () => {
  await asked("--fast");
  expect(err).toBe("Unknown option '--fast'\n--help lists all commands\n");
});

describe("new-key", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "new-key-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("makes a key that only its owner reads, and prints its public half", async () => {
    const file = join(folder, "key.pem");
    expect(await asked("new-key", file)).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(privateKeyFrom(readFileSync(file, "utf8")).publicJwk).toEqual(publicJwkSchema.parse(JSON.parse(out)));
  });

  test("never writes over a key", async () => {
    const file = join(folder, "key.pem");
    await asked("new-key", file);
    const before = readFileSync(file, "utf8");
    expect(await asked("new-key", file)).toBe(1);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(err).toContain("no key was made");
  });
});
