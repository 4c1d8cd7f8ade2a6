import { createInterface } from "node:readline";

/** The next line that somebody types; empty at the end of what can be read. */
export function typedLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  return new Promise((resolve) => {
    lines.once("line", (line) => {
      resolve(line);
      lines.close();
    });
    lines.once("close", () => resolve(""));
  });
}
