import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { KeyPair, SnapKeys } from "../../sandbox/snap/keys.ts";

/** Made once, because making them takes a good part of a second: `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`. */
function pairIn(name: "merchant" | "provider"): KeyPair {
  const file = new URL(`../backend/providers/fixtures/snap/${name}.key.pem`, import.meta.url);
  const privateKey = readFileSync(file, "utf8");
  return { privateKey, publicKey: createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString() };
}

/** Both sides' keys of BI-SNAP, known to everybody: for tests. */
export const SNAP_KEYS: SnapKeys = {
  clientId: "962489e9-de5d-4eb7-92a4-b07d44d64bf4",
  clientSecret: "fdppqbF5wq7vVegyvsV1CROMv646nJ7A",
  partnerId: "BMRI",
  merchant: pairIn("merchant"),
  provider: pairIn("provider"),
};
