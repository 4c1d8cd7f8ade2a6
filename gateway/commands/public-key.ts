import { readFileSync } from "node:fs";
import { type Command, FAILED } from "../../host/program.ts";
import { BadKey, privateKeyFrom } from "../../protocol/keys.ts";

/** Shows the public half of a key that `new-key` made, as a JWK, for the other side's configuration. */
export const publicKey: Command = async ({ argument: file, say, print }) => {
  try {
    print(JSON.stringify(privateKeyFrom(readFileSync(file, "utf8")).publicJwk));
    return 0;
  } catch (error) {
    if (!(error instanceof BadKey || isOfFiles(error))) throw error;
    say(`${file} holds no key that can be shown: ${error.message}`);
    return FAILED;
  }
};

const isOfFiles = (error: unknown): error is Error => error instanceof Error && "code" in error;
