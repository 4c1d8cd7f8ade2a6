import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** How much work one guess is: memory of 128 · N · r bytes, p times. */
export type Cost = { readonly logN: number; readonly r: number; readonly p: number };

/**
 * 32 MiB three times over, as much work to a guesser as 128 MiB once (owasp.org, Password Storage Cheat Sheet), and a backend
 * that is selling meanwhile has to find only the 32.
 */
export const COST: Cost = { logN: 15, r: 8, p: 3 };

/** Costs that are read back from the store are bounded: a row that somebody altered must not eat the machine. */
const DEAREST: Cost = { logN: 18, r: 16, p: 8 };

const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** `scrypt$15$8$3$SALT$HASH`, both in base64url: what is stored of a password. */
export async function hashPassword(password: string, cost: Cost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, cost);
  return ["scrypt", cost.logN, cost.r, cost.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Whether this password was stored. Takes as long whether or not; false for what nobody can have stored. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const read = readStored(stored);
  if (read === undefined) return false;
  return timingSafeEqual(await derive(password, read.salt, read.cost), read.hash);
}

/** Stored with less work than new ones are. */
export function isCheap(stored: string, cost: Cost = COST): boolean {
  const read = readStored(stored)?.cost;
  return read === undefined || read.logN < cost.logN || read.r < cost.r || read.p < cost.p;
}

type Stored = { readonly cost: Cost; readonly salt: Buffer; readonly hash: Buffer };

function readStored(stored: string): Stored | undefined {
  const [, logN, r, p, salt = "", hash = ""] =
    /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/.exec(stored) ?? [];
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  const isBearable = cost.logN >= 1 && cost.logN <= DEAREST.logN && cost.r <= DEAREST.r && cost.p <= DEAREST.p;
  if (!isBearable) return undefined;
  return { cost, salt: Buffer.from(salt, "base64url"), hash: Buffer.from(hash, "base64url") };
}

/** The same characters typed on another keyboard are the same password: NFKC. */
function derive(password: string, salt: Buffer, { logN, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** logN;
  const options: ScryptOptions = { N, r, p, maxmem: 128 * N * r * 2 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, options, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}
