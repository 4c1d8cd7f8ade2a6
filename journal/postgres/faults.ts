import { JournalFault } from "../journal.ts";

/**
 * What an error says of the statement that met it. `lost`: the connection is of no use any more, and nobody knows whether the statement
 * was carried out. `again`: it was not, and may be tried at once. `final`: it was not, and never will be.
 */
export type Verdict = "lost" | "again" | "final";

/** SQLSTATEs (PostgreSQL's manual, appendix A) of a connection that ends, or of a server that is not the one that writes. */
const LOST = /^(08|57P0[1-5]|25006|25P03)/;
/** Deadlock, serialisation, a lock or a statement that took too long: undone by the server. */
const AGAIN = /^(40001|40P01|55P03|57014)/;
/** Not let in, or not enough room: nothing was begun. */
const NO_ROOM = /^(53300|57P03|53200)/;
/** Undone, and carried out as soon as somebody makes space: mostly the server itself, by its next checkpoint. */
const FULL = /^53100/;
/** At the door of a server that cannot write what it keeps for new connections, as on a full disk. */
const NOT_BEGUN = /^XX000/;
/** What TLS has against the server's certificate. */
const UNTRUSTED = /^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO)/;
/** What the system says of sockets, and pg of connections it has lost or given up. */
const SOCKET = /^(ECONN|EPIPE|ETIMEDOUT|ENOENT|EHOST|ENET|EAI_|ENOTFOUND)/;
const BROKEN =
  /Connection terminated|Client has encountered|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client was closed|Cannot use a pool/;

export function verdictOf(error: unknown): Verdict {
  if (!(error instanceof Error)) return "final";
  const code = codeOf(error);
  if (AGAIN.test(code) || NO_ROOM.test(code) || FULL.test(code)) return "again";
  if (NOT_BEGUN.test(code) && "severity" in error && error.severity === "FATAL") return "lost";
  if (LOST.test(code) || SOCKET.test(code) || BROKEN.test(error.message)) return "lost";
  return "final";
}

/** A row with this key was there already. */
export const isTaken = (error: unknown): boolean => error instanceof Error && codeOf(error) === "23505";

/** Turns what pg and the database throw into `JournalFault`; what is neither stays what it is. */
export function faultOf(error: unknown, where: string, holds: "journal" | "store" = "journal"): unknown {
  if (error instanceof JournalFault || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const fault = (is: JournalFault["code"], advice: string) =>
    new JournalFault(is, `the ${holds} ${where} ${advice} (${code || "no code"}: ${error.message})`, error);
  if (FULL.test(code) || /^54000/.test(code)) return fault("full", "finds no space: free some on the database's disk");
  if (NO_ROOM.test(code)) return fault("busy", "takes no more connections now: raise max_connections or stop others");
  if (AGAIN.test(code)) return fault("busy", "is too slow: look for long transactions and locks");
  if (/^28/.test(code)) return fault("unwritable", "does not let this user in: check user, password and pg_hba.conf");
  if (UNTRUSTED.test(code))
    return fault("unwritable", "shows a certificate that is not trusted: name its signer as ca_file");
  if (/does not support SSL/.test(error.message))
    return fault(
      "unwritable",
      "does not speak TLS: set ssl = on there, or plaintext = true where nobody else is on the way",
    );
  if (/^3D000/.test(code)) return fault("unwritable", "is not there: create the database");
  if (/^(42501|3F000)/.test(code)) return fault("unwritable", "may not be used: give its schema to the backend's user");
  if (/^(42P01|42703|42883)/.test(code))
    return fault("corrupt", "has other tables than this program made: restore them");
  if (/^XX00[12]/.test(code)) return fault("corrupt", "is damaged: restore it from a backup");
  if (verdictOf(error) === "lost")
    return fault("unwritable", "cannot be reached: check the database and the way to it");
  return error;
}

const codeOf = (error: Error): string => ("code" in error ? String(error.code) : "");
