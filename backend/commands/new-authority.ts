import { writeFileSync } from "node:fs";
import { newAuthority } from "../../host/certificates.ts";
import { utcClock } from "../../host/clock.ts";
import { type Command, FAILED } from "../../host/program.ts";

const TEN_YEARS_MS = 3_652 * 86_400_000;

/**
 * Makes an authority for stands' certificates: its key into a new file that only its owner reads, its certificate onto the
 * terminal, for the broker and for the configuration. Never writes over a file.
 */
export const newAuthorityFile: Command = async ({ argument: file, options, say, print }) => {
  const name = options["name"] ?? "QRIS stands";
  const { certificate, key } = newAuthority({ name, nowMs: utcClock().wall(), forMs: TEN_YEARS_MS });
  try {
    writeFileSync(file, key, { mode: 0o600, flag: "wx", flush: true });
  } catch (error) {
    say(`no authority was made: ${error instanceof Error ? error.message : String(error)}`);
    return FAILED;
  }
  print(certificate.trimEnd());
  return 0;
};
