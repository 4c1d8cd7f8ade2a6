import { execFileSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CertificateAuthority,
  type CertificateRequest,
  certificateFacts,
  newAuthority,
  newRequest,
  openAuthority,
  readRequest,
} from "../../host/certificates.ts";
import { childrenOf, readNode } from "../../host/der.ts";
import { needs } from "../support/needs.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0, 750);

const folder = mkdtempSync(join(tmpdir(), "certificates-"));
const openssl = (...words: string[]): string =>
  execFileSync(needs("openssl"), words, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

let texts: { readonly certificate: string; readonly key: string };
let authority: CertificateAuthority;

beforeAll(() => {
  texts = newAuthority({ name: "stands of kopi", nowMs: NOW_MS, forMs: 3_650 * DAY_MS });
  authority = openAuthority(texts);
  writeFileSync(join(folder, "ca.pem"), texts.certificate);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function good(csr: string): CertificateRequest {
  const read = readRequest(csr);
  if (read.is === "bad") throw new Error(read.because);
  return read.request;
}

describe("a certificate", () => {
  test("is issued to the key of the request, for a client of this name, and OpenSSL agrees", () => {
    const { key, csr } = newRequest("lobby-1");
    const issued = authority.issue(good(csr), { name: "lobby-1", nowMs: NOW_MS, forMs: 90 * DAY_MS });
    writeFileSync(join(folder, "lobby-1.pem"), issued.certificate);
    const own = new X509Certificate(issued.certificate);
    expect(own.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(own.subject).toBe("CN=lobby-1");
    const moment = String(Math.floor(NOW_MS / 1_000));
    const verify = ["verify", "-x509_strict", "-purpose", "sslclient", "-attime", moment, "-CAfile", "ca.pem"];
    expect(openssl(...verify, "lobby-1.pem")).toContain("lobby-1.pem: OK");
    const asServer = verify.map((word) => (word === "sslclient" ? "sslserver" : word));
    expect(() => openssl(...asServer, "lobby-1.pem")).toThrow(/purpose/);
  });

  test("says that it is a client's and no authority's, and what its key may do; the authority's may sign no further one", () => {
    const issued = authority.issue(good(newRequest("lobby-1").csr), { name: "lobby-1", nowMs: NOW_MS, forMs: DAY_MS });
    writeFileSync(join(folder, "told.pem"), issued.certificate);
    const words = (file: string): string => openssl("x509", "-in", file, "-noout", "-text").replaceAll(/\s+/g, " ");
    expect(words("told.pem")).toContain("Basic Constraints: critical CA:FALSE");
    expect(words("told.pem")).toContain("X509v3 Key Usage: critical Digital Signature X509v3");
    expect(words("ca.pem")).toContain("Basic Constraints: critical CA:TRUE, pathlen:0");
    expect(words("ca.pem")).toContain("X509v3 Key Usage: critical Certificate Sign, CRL Sign X509v3");
  });

  test("begins an hour before, ends when it should, and has a number of its own", () => {
    const request = good(newRequest("lobby-1").csr);
    const issuing = { name: "lobby-1", nowMs: NOW_MS, forMs: 90 * DAY_MS };
    const [one, two] = [authority.issue(request, issuing), authority.issue(request, issuing)];
    const whole = Math.floor(NOW_MS / 1_000) * 1_000;
    expect(certificateFacts(one.certificate)).toEqual({
      name: "lobby-1",
      serial: one.serial,
      beginsMs: whole - 3_600_000,
      endsMs: whole + 90 * DAY_MS,
    });
    expect(one.endsMs).toBe(whole + 90 * DAY_MS);
    const more = Array.from({ length: 16 }, () => authority.issue(request, issuing));
    for (const { serial } of more) expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/);
    expect(two.serial).not.toBe(one.serial);
  });

  test("holds nothing that the request asks for but its key", () => {
    const wishes = ["-addext", "basicConstraints=critical,CA:true", "-addext", "subjectAltName=DNS:broker.example.id"];
    const made = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl(...made, "-subj", "/O=kopi/CN=backend.1", ...wishes, "-keyout", "wish-key.pem", "-out", "wish.csr");
    const csr = openssl("req", "-in", "wish.csr");
    const issued = authority.issue(good(csr), { name: "lobby-2", nowMs: NOW_MS, forMs: DAY_MS });
    const own = new X509Certificate(issued.certificate);
    expect([own.subject, own.ca, own.subjectAltName]).toEqual(["CN=lobby-2", false, undefined]);
    expect(own.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  });

  test("is never good for longer than its authority", () => {
    const short = openAuthority(newAuthority({ name: "short", nowMs: NOW_MS, forMs: 10 * DAY_MS }));
    const request = good(newRequest("lobby-1").csr);
    const issued = short.issue(request, { name: "lobby-1", nowMs: NOW_MS, forMs: 90 * DAY_MS });
    expect(issued.endsMs).toBe(short.endsMs);
  });

  test("is named by its name, whatever is in it", () => {
    const request = good(newRequest("a,CN=b+C=ID").csr);
    const issued = authority.issue(request, { name: "a,CN=b", nowMs: NOW_MS, forMs: DAY_MS });
    writeFileSync(join(folder, "odd.pem"), issued.certificate);
    expect(openssl("x509", "-in", "odd.pem", "-noout", "-subject", "-nameopt", "sep_multiline,utf8")).toMatch(
      /^subject=\s+CN=a,CN=b\s*$/,
    );
  });
});

describe("a request", () => {
  const der = (csr: string): Buffer => Buffer.from(csr.replace(/-----[^-]+-----/g, ""), "base64");
  const pem = (bytes: Uint8Array): string =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(bytes).toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;

  test("with the key of somebody else is refused: its sender does not have it", () => {
    const mine = der(newRequest("lobby-1").csr);
    const theirs = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey;
    const point = (spki: Buffer): Buffer => spki.subarray(-65);
    const facts = good(pem(mine));
    const own = point(facts.publicKey.export({ format: "der", type: "spki" }));
    const at = mine.indexOf(own);
    const forged = Buffer.from(mine);
    point(theirs.export({ format: "der", type: "spki" })).copy(forged, at);
    expect(readRequest(pem(forged))).toEqual({ is: "bad", because: "not signed by the key that it names" });
  });

  test("with any bit of it changed is refused, and nothing throws", () => {
    const bytes = der(newRequest("lobby-1").csr);
    const answers = Array.from({ length: bytes.length }, (_, at) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return readRequest(pem(changed));
    });
    expect(answers.filter(({ is }) => is === "good")).toEqual([]);
  });

  test.each([
    ["of nothing", ""],
    ["of other text", "hello"],
    ["of a certificate", () => texts.certificate],
    ["of half a one", () => newRequest("lobby-1").csr.slice(0, 200)],
    ["of bytes that nest without end", () => pem(Buffer.alloc(3_000, 0x30))],
    ["that is very long", () => `${newRequest("lobby-1").csr}${"\n".repeat(5_000)}`],
    ["with an RSA key", () => rsaRequest()],
  ])("%s is refused in words", (_, text) => {
    const read = readRequest(typeof text === "string" ? text : text());
    expect(read).toMatchObject({ is: "bad", because: expect.stringMatching(/PEM|bytes|P-256/) });
  });

  function rsaRequest(): string {
    openssl(
      "req",
      "-new",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-subj",
      "/CN=x",
      "-keyout",
      "rsa-key.pem",
      "-out",
      "rsa.csr",
    );
    return openssl("req", "-in", "rsa.csr");
  }
});

describe("an authority", () => {
  test("says which certificates are not good any more, and OpenSSL refuses those and no others", () => {
    const issuing = { name: "gate-1", nowMs: NOW_MS, forMs: 90 * DAY_MS };
    const request = good(newRequest("gate-1").csr);
    const [gone, stays] = [authority.issue(request, issuing), authority.issue(request, issuing)];
    const list = authority.list({
      revoked: [{ serial: gone.serial, sinceMs: NOW_MS }],
      nowMs: NOW_MS,
      untilMs: NOW_MS + 7 * DAY_MS,
      number: 200,
    });
    writeFileSync(join(folder, "gone.pem"), gone.certificate);
    writeFileSync(join(folder, "stays.pem"), stays.certificate);
    writeFileSync(join(folder, "crl.pem"), list);
    const moment = ["-attime", String(Math.floor(NOW_MS / 1_000) + 60)];
    const verify = (file: string) =>
      openssl("verify", ...moment, "-crl_check", "-CAfile", "ca.pem", "-CRLfile", "crl.pem", file);
    expect(verify("stays.pem")).toContain("OK");
    expect(() => verify("gone.pem")).toThrow(/revoked/);
    expect(openssl("crl", "-in", "crl.pem", "-noout", "-crlnumber")).toMatch(/=(?:0x)?00C8|=(?:0x)?C8/);
  });

  test("says since when each is not good any more, and has no place for them in its list when there are none", () => {
    const listed = (serials: readonly string[]): string => {
      const revoked = serials.map((serial) => ({ serial, sinceMs: NOW_MS - DAY_MS }));
      return authority.list({ revoked, nowMs: NOW_MS, untilMs: NOW_MS + 7 * DAY_MS, number: 1 });
    };
    writeFileSync(join(folder, "one.pem"), listed(["40ff"]));
    const words = openssl("crl", "-in", "one.pem", "-noout", "-text").replaceAll(/\s+/g, " ");
    expect(words).toContain("Serial Number: 40FF Revocation Date: Nov 20 12:00:00 2026 GMT");
    expect(words).toContain("Last Update: Nov 21 12:00:00 2026 GMT Next Update: Nov 28 12:00:00 2026 GMT");
    const parts = (list: string): number => {
      const [body] = childrenOf(readNode(Buffer.from(list.replace(/-----[^-]+-----/g, ""), "base64")));
      return body === undefined ? 0 : childrenOf(body).length;
    };
    expect([parts(listed(["40ff"])), parts(listed([]))]).toEqual([7, 6]);
  });

  test("may have been made by OpenSSL", () => {
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    openssl(...made, "-subj", "/CN=by hand", "-keyout", "hand-key.pem", "-out", "hand.pem");
    const own = openAuthority({
      certificate: openssl("x509", "-in", "hand.pem"),
      key: openssl("pkey", "-in", "hand-key.pem"),
    });
    const now = Date.now();
    const request = good(newRequest("lobby-1").csr);
    const { certificate } = own.issue(request, { name: "lobby-1", nowMs: now, forMs: DAY_MS });
    writeFileSync(join(folder, "by-hand.pem"), certificate);
    expect(openssl("verify", "-purpose", "sslclient", "-CAfile", "hand.pem", "by-hand.pem")).toContain("OK");
  });

  test.each([
    ["another's key", () => ({ ...texts, key: newRequest("x").key }), /not the key/],
    ["a client's certificate", () => clientTexts(), /may not sign/],
    ["no certificate", () => ({ ...texts, certificate: "x" }), /no certificate/],
    ["no key", () => ({ ...texts, key: texts.certificate }), /no private key/],
    ["a key of another kind", () => ({ ...texts, key: ed25519() }), /P-256/],
  ])("is refused with %s", (_, make, words) => {
    const made = make();
    expect(() => openAuthority(made)).toThrow(words);
  });

  function clientTexts() {
    const { key, csr } = newRequest("lobby-1");
    const { certificate } = authority.issue(good(csr), { name: "lobby-1", nowMs: NOW_MS, forMs: DAY_MS });
    return { certificate, key };
  }

  const ed25519 = (): string =>
    String(generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }));
});
