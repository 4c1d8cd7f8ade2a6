import { BlockList, isIP } from "node:net";

/** An address with the number of its bits that count: `103.10.1.2`, `103.10.0.0/16`, `2001:db8::/64`. */
type Range = { readonly address: string; readonly family: "ipv4" | "ipv6"; readonly bits: number };

/** Longer headers are nobody's honest list of proxies. */
const LONGEST_FORWARDED = 2_000;

/** Nothing for what is no address, or has a prefix that its family does not have. */
function readRange(text: string): Range | undefined {
  const [, address = "", prefix] = /^([0-9A-Fa-f:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = familyOf(address);
  if (family === undefined) return undefined;
  const most = family === "ipv4" ? 32 : 128;
  const bits = prefix === undefined ? most : Number(prefix);
  return bits <= most ? { address, family, bits } : undefined;
}

/** Whether this text names an address or a range of them. */
export const isRange = (text: string): boolean => readRange(text) !== undefined;

/** Tells whether an address lies in one of these ranges; throws `RangeError` on what is no range. */
export function addressList(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of ranges) {
    const range = readRange(text);
    if (range === undefined)
      throw new RangeError(`"${text}" is no address: write 103.10.1.2, or with a prefix 103.10.0.0/16`);
    list.addSubnet(range.address, range.bits, range.family);
  }
  return (address) => {
    const plain = plainOf(address);
    const family = familyOf(plain);
    return family !== undefined && list.check(plain, family);
  };
}

/**
 * Who sent a request that may have come through proxies: the last address on the way that is not a proxy of ours. Only what a
 * proxy of ours wrote into `X-Forwarded-For` is believed, hence it is read from the right; what stands further left, anybody
 * can make up. Nothing where a proxy of ours wrote what is no address.
 */
export function senderOf(
  peer: string,
  forwardedFor: string | undefined,
  isProxy: (address: string) => boolean,
): string | undefined {
  const way = forwardedFor === undefined || forwardedFor.length > LONGEST_FORWARDED ? [] : forwardedFor.split(",");
  const addresses = [...way.map((each) => each.trim()), peer].map(plainOf);
  const sender = addresses.findLast((address) => !isProxy(address)) ?? addresses[0] ?? "";
  return familyOf(sender) === undefined ? undefined : sender;
}

function familyOf(address: string): Range["family"] | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? "ipv4" : "ipv6";
}

/** As both families are compared: an IPv4 address in IPv6's clothes without them, an IPv6 one without its zone. */
const plainOf = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, "").replace(/%.*$/, "");
