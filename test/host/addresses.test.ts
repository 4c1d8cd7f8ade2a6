import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressList, isRange, senderOf } from "../../host/addresses.ts";

describe("a range of addresses", () => {
  test.each(["103.10.1.2", "103.10.0.0/16", "0.0.0.0/0", "2001:db8::1", "2001:db8::/64", "::/0", "::ffff:103.10.1.2"])(
    "is read: %s",
    (text) => {
      expect(isRange(text)).toBe(true);
    },
  );

  test.each([
    "",
    "localhost",
    "103.10.1",
    "103.10.1.256",
    "103.10.1.2/33",
    "2001:db8::/129",
    "103.10.1.2/",
    "1.2.3.4/-1",
  ])("is not: %j", (text) => {
    expect(isRange(text)).toBe(false);
    expect(() => addressList([text])).toThrow(RangeError);
  });
});

describe("a list of addresses", () => {
  const holds = addressList(["103.10.1.2", "103.20.0.0/16", "2001:db8:1::/48"]);

  test.each([
    ["the address itself", "103.10.1.2", true],
    ["its neighbour", "103.10.1.3", false],
    ["the last of a range", "103.20.255.255", true],
    ["the first behind a range", "103.21.0.0", false],
    ["one of IPv6", "2001:db8:1:ffff::9", true],
    ["one of IPv6 beyond", "2001:db8:2::9", false],
    ["an IPv4 address as a socket for both families shows it", "::ffff:103.10.1.2", true],
    ["one with a zone", "fe80::1%eth0", false],
    ["no address", "unknown", false],
    ["nothing", "", false],
  ])("knows %s", (_, address, isIn) => {
    expect(holds(address)).toBe(isIn);
  });

  test("that is empty holds nobody", () => {
    expect(addressList([])("127.0.0.1")).toBe(false);
  });
});

describe("who sent a request", () => {
  const isProxy = addressList(["127.0.0.1", "::1", "10.0.0.0/8"]);

  test.each([
    ["the other end, without a proxy", "103.10.1.2", undefined, "103.10.1.2"],
    ["the other end, whatever it says of itself", "103.10.1.2", "8.8.8.8", "103.10.1.2"],
    ["whom the proxy names", "127.0.0.1", "103.10.1.2", "103.10.1.2"],
    ["whom the last proxy names, not what was written before", "127.0.0.1", "8.8.8.8, 103.10.1.2", "103.10.1.2"],
    ["whom the first of our proxies names", "127.0.0.1", "8.8.8.8, 103.10.1.2,10.1.1.1", "103.10.1.2"],
    ["whom a proxy over IPv4 in IPv6's clothes names", "::ffff:127.0.0.1", "::ffff:103.10.1.2", "103.10.1.2"],
    ["a proxy itself, when it asks for itself", "127.0.0.1", undefined, "127.0.0.1"],
    ["the furthest of our machines, when there are only such", "127.0.0.1", "10.2.2.2", "10.2.2.2"],
    ["nobody, when the proxy does not know", "127.0.0.1", "103.10.1.2, unknown", undefined],
    ["nobody, when it says nothing", "127.0.0.1", "", undefined],
    ["the proxy, when its list is endless", "127.0.0.1", "1.1.1.1,".repeat(1_000), "127.0.0.1"],
  ])("is %s", (_, peer, forwardedFor, sender) => {
    expect(senderOf(peer, forwardedFor, isProxy)).toBe(sender);
  });

  test("cannot be made up by whoever is in front of our proxy", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (made) => {
        expect(senderOf("127.0.0.1", `${made}, 103.10.1.2`, isProxy)).toBe("103.10.1.2");
      }),
    );
  });
});
