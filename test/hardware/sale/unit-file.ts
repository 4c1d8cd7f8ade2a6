/** What of a systemd service a test needs to start it as systemd does, see systemd.service(5) and systemd.exec(5). */
export type UnitFile = {
  readonly command: readonly string[];
  /** After the service has ended, however it did. */
  readonly afterwards: readonly (readonly string[])[];
  readonly env: Readonly<Record<string, string>>;
  readonly watchdogMs: number;
  /** The name under which the service finds each file. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Below /var/lib. */
  readonly stateFolder: string;
};

/** Throws where a line that is needed is missing. Knows quotes around a word, as this project's units have them, and nothing finer. */
export function readUnitFile(text: string): UnitFile {
  const lines = text.split("\n").filter((line) => /^[A-Z]\w*=/.test(line));
  const all = (key: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
  const one = (key: string): string => {
    const value = all(key).at(-1);
    if (value === undefined) throw new Error(`the unit has no ${key}=`);
    return value;
  };
  return {
    command: commandIn(one("ExecStart")),
    afterwards: all("ExecStopPost").map(commandIn),
    env: Object.fromEntries(all("Environment").flatMap(wordsIn).map(splitAt("="))),
    watchdogMs: Number(one("WatchdogSec")) * 1_000,
    credentials: Object.fromEntries(all("LoadCredential").map(splitAt(":"))),
    stateFolder: `/var/lib/${one("StateDirectory")}`,
  };
}

const wordsIn = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

/** Without the marks before a command that say who runs it and whether its end matters. */
const commandIn = (line: string): readonly string[] => wordsIn(line.replace(/^[-+!@:]+/, ""));

const splitAt =
  (mark: string) =>
  (word: string): readonly [string, string] => [
    word.slice(0, word.indexOf(mark)),
    word.slice(word.indexOf(mark) + mark.length),
  ];
