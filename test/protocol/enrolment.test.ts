import { describe, expect, test } from "vitest";
import {
  enrolAnswerSchema,
  enrolProof,
  enrolRequestSchema,
  isProof,
  prove,
  renewProof,
  renewRequestSchema,
} from "../../protocol/enrolment.ts";
import { downExamples } from "../../protocol/examples.ts";
import type { StandId } from "../../protocol/ids.ts";
import { newKeyPair } from "../../protocol/keys.ts";

const pair = newKeyPair();
const csr = "-----BEGIN CERTIFICATE REQUEST-----\nMA==\n-----END CERTIFICATE REQUEST-----\n";
const code = "7K3M-9QXD-4C7H";
const certificate = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";

describe("a proof", () => {
  const proof = prove(pair.signing, enrolProof({ code, csr }));

  test("shows who has the private half", () => {
    expect(isProof(pair.publicJwk, enrolProof({ code, csr }), proof)).toBe(true);
  });

  test.each<[string, Buffer]>([
    ["another code", enrolProof({ code: `${code}X`, csr })],
    ["another request", enrolProof({ code, csr: `${csr} ` })],
    ["a renewal under the code's name", renewProof({ stand: code as StandId, csr })],
  ])("says nothing of %s", (_, over) => {
    expect(isProof(pair.publicJwk, over, proof)).toBe(false);
  });

  test("of somebody else, or cut short, is none", () => {
    expect(isProof(newKeyPair().publicJwk, enrolProof({ code, csr }), proof)).toBe(false);
    expect(isProof(pair.publicJwk, enrolProof({ code, csr }), proof.slice(2))).toBe(false);
    expect(isProof(pair.publicJwk, enrolProof({ code, csr }), "")).toBe(false);
  });
});

test("requests and answers are what the schemas say", () => {
  const proof = prove(pair.signing, enrolProof({ code, csr }));
  expect(enrolRequestSchema.safeParse({ code, key: pair.publicJwk, csr, proof }).success).toBe(true);
  expect(enrolRequestSchema.safeParse({ code: "a b", key: pair.publicJwk, csr, proof }).success).toBe(false);
  expect(renewRequestSchema.safeParse({ stand: "lobby-1", csr, proof }).success).toBe(true);
  const answer = {
    stand: "lobby-1",
    name: "Kopi Lobi",
    broker: { url: "mqtts://broker.example.id:8883", ca: certificate },
    certificate,
    keys: { version: 1, keys: [pair.publicJwk] },
    settings: { version: 1, settings: downExamples.settings.settings },
  };
  expect(enrolAnswerSchema.parse({ ...answer, tomorrow: 1 })).toEqual(answer);
  expect(enrolAnswerSchema.safeParse({ ...answer, broker: { url: "https://broker.example.id" } }).success).toBe(false);
  expect(enrolAnswerSchema.safeParse({ ...answer, keys: { version: 1, keys: [] } }).success).toBe(false);
});
