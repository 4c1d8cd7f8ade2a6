import { describe, expect, test } from "vitest";
import { backendConfigSchema } from "../../../backend/config/config.ts";
import { checkPayKey } from "../../../backend/pay/token.ts";
import { readConfig } from "../../../host/config.ts";

const PAY = 'base_url = "https://pay.example.id"\nkey_file = "/pay-key"';
const PROXY = 'trusted_proxies = ["127.0.0.1"]';

const read = (pay: string, http = PROXY) =>
  readConfig(
    `[http]
${http}
[journal]
file = "/ledger.sqlite"
[link]
url = "mqtts://broker.example.id"
[keys]
private_file = "/key.pem"
[[merchants]]
base_url = "https://api.midtrans.com"
server_key_file = "/k"
${pay}`,
    backendConfigSchema,
  );

function payOf(lines: string) {
  const config = read(lines);
  if (config.is === "bad") throw new Error(JSON.stringify(config.errors));
  return config.config.pay;
}

function wrong(pay: string, http?: string): readonly string[] {
  const config = read(`[pay]\n${pay}`, http);
  return config.is === "good" ? [] : config.errors.map(({ path, problem }) => `${path}: ${problem}`);
}

describe("the pages in the configuration", () => {
  test("are closed when nothing is said of them", () => {
    expect(payOf("")).toBeUndefined();
  });

  test("need an address and a key, and send to the staff at the machine unless somebody is named", () => {
    expect(payOf(`[pay]\n${PAY}`)).toMatchObject({ contact: {}, requests_a_minute: 600 });
    const contact = '[pay.contact]\nname = "Kopi Lobi"\nemail = "a@example.id"\nphone = "+62 812-3456-7890"';
    expect(payOf(`[pay]\n${PAY}\n${contact}`)?.contact).toEqual({
      name: "Kopi Lobi",
      email: "a@example.id",
      phone: "+62 812-3456-7890",
    });
    expect(wrong("")).toHaveLength(2);
  });

  test.each([
    ["has 90 characters: 73 fit on a receipt", `https://${"a".repeat(79)}.id`],
    ["is more than host and path", "https://pay.example.id/?stand=1"],
  ])("want no address that %s", (problem, base) => {
    expect(wrong(`base_url = "${base}"\nkey_file = "/k"`)).toEqual([expect.stringContaining(problem)]);
  });

  test("behind a proxy want it named, or all customers would be one", () => {
    expect(wrong(PAY, "")).toEqual([expect.stringMatching(/^http.trusted_proxies: is empty/)]);
    expect(wrong(PAY, 'host = "0.0.0.0"')).toEqual([]);
  });

  test.each(['phone = "javascript:1"', 'email = "nobody"', 'fax = "1"'])("take no %s for a contact", (line) => {
    expect(wrong(`${PAY}\n[pay.contact]\n${line}`)).toHaveLength(1);
  });
});

test("a key that may be guessed is refused, without a word of it", () => {
  const guess = "hunter2hunter2hunter2hunter2hun";
  expect(() => checkPayKey(guess)).toThrow(/has 31 characters, 32 or more are needed: openssl rand -hex 32/);
  expect(() => checkPayKey(guess)).toThrow(expect.not.stringContaining("hunter"));
  expect(() => checkPayKey(`${guess}t`)).not.toThrow();
});
