import { writeFileSync } from "node:fs";
import { type Command, FAILED } from "../host/program.ts";
import { newKeyPair } from "../protocol/keys.ts";

/**
 * Makes a key: the private half into a new file that only its owner reads, the public half onto the terminal as a JWK, for the
 * other side's configuration. Never writes over a file: it may be somebody's only key.
 */
export const newKey: Command = async ({ argument: file, say, print }) => {
  const { pem, publicJwk } = newKeyPair();
  try {
    writeFileSync(file, pem, { mode: 0o600, flag: "wx", flush: true });
  } catch (error) {
    say(`no key was made: ${error instanceof Error ? error.message : String(error)}`);
    return FAILED;
  }
  print(JSON.stringify(publicJwk));
  return 0;
};
