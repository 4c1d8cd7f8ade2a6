import { copyFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type BrokerLink, brokerLinkIssues, brokerTls } from "../../host/broker-files.ts";
import { NamedFiles } from "../../host/setup.ts";
import { openAuthority } from "../support/authority.ts";

const authority = openAuthority();
afterAll(() => authority.close());
const mine = authority.client("lobby-1");
const hers = authority.client("lobby-2");
const { ca_file } = authority;
const url = "mqtts://localhost";

function read(link: Partial<BrokerLink>) {
  const files = new NamedFiles({}, []);
  const tls = brokerTls({ url, ...link }, files);
  return { tls, problems: files.problems.map(({ path, problem }) => `${path}: ${problem}`) };
}

function written(name: string, text: string): string {
  const file = join(authority.folder, name);
  writeFileSync(file, text);
  return file;
}

describe("what the configuration says of a broker", () => {
  const wrong = (link: Partial<BrokerLink>) =>
    brokerLinkIssues({ link: { url, ...link } }).map(({ path, message }) => `${path.join(".")} ${message}`);

  test("may be its address alone, a password, a certificate, or both", () => {
    expect(wrong({})).toEqual([]);
    expect(wrong({ username: "a", password_file: "/p" })).toEqual([]);
    expect(wrong({ ...mine, ca_file, username: "a", password_file: "/p" })).toEqual([]);
  });

  test("is told everything that does not go together at once", () => {
    expect(wrong({ password_file: "/p", key_file: "/k" })).toEqual([
      "link.username is missing: there is a password, but whose?",
      "link.cert_file is missing: key_file is the key of which one?",
    ]);
    expect(wrong({ url: "mqtt://localhost", cert_file: "/c" })).toEqual([
      "link.key_file is missing: cert_file is of no use without it",
      "link.url must begin with mqtts://: nobody asks for cert_file without TLS",
    ]);
  });
});

describe("the files for TLS", () => {
  test("are none when none is named", () => {
    expect(read({})).toEqual({ tls: undefined, problems: [] });
  });

  test("hold authority, certificate and key", () => {
    const tls = read({ ca_file, ...mine }).tls?.();
    expect(tls?.ca).toContain("BEGIN CERTIFICATE");
    expect(tls?.cert).toContain("BEGIN CERTIFICATE");
    expect(tls?.key).toContain("BEGIN PRIVATE KEY");
  });

  test("that are not what they should be are all told, by path and without their content", () => {
    const secret = written("secret.pem", "hunter2");
    const { tls, problems } = read({ ca_file: "/nowhere/ca.pem", cert_file: secret, key_file: secret });
    expect(tls).toBeUndefined();
    expect(problems).toEqual([
      "link.ca_file: /nowhere/ca.pem does not exist: create it, readable by the daemon's user only",
      `link.cert_file: ${secret}: no certificate: expected PEM, -----BEGIN CERTIFICATE-----`,
      `link.key_file: ${secret}: no private key: expected PEM without a passphrase, -----BEGIN PRIVATE KEY-----`,
    ]);
  });

  test("of two different stands do not go together", () => {
    const { tls, problems } = read({ cert_file: mine.cert_file, key_file: hers.key_file });
    expect(tls).toBeUndefined();
    expect(problems).toEqual(["link.key_file: is not the key of the certificate in cert_file"]);
  });

  test("are read anew each time, and a half-renewed pair is not handed out", () => {
    const [cert_file, key_file] = [written("renewed.pem", ""), written("renewed-key.pem", "")];
    copyFileSync(mine.cert_file, cert_file);
    copyFileSync(mine.key_file, key_file);
    const { tls } = read({ cert_file, key_file });
    const before = tls?.();
    copyFileSync(hers.cert_file, cert_file);
    expect(tls).toThrow("link.key_file: is not the key of the certificate in cert_file");
    copyFileSync(hers.key_file, key_file);
    expect(tls?.()).not.toEqual(before);
    renameSync(key_file, `${key_file}.gone`);
    expect(tls).toThrow("does not exist");
  });
});
