/** Where the kernel of a Raspberry Pi tells the firmware's word; `vcgencmd get_throttled` says the same. */
export const THROTTLED_FILE = "/sys/devices/platform/soc/soc:firmware/get_throttled";

/** What the firmware does, or has done since power came, for want of voltage or for heat. */
export type Throttling = {
  /** In hexadecimal, as the firmware says it. */
  readonly word: string;
  readonly isLow: boolean;
  readonly wasLow: boolean;
  readonly isHot: boolean;
  readonly wasHot: boolean;
};

/** Bits of the firmware's word, documented at raspberrypi.com under `vcgencmd get_throttled`. */
const LOW_NOW = 1 << 0;
const HOT_NOW = (1 << 1) | (1 << 2) | (1 << 3);
const LOW_BEFORE = 1 << 16;
const HOT_BEFORE = (1 << 17) | (1 << 18) | (1 << 19);

/** `undefined` where no firmware speaks. */
export function readThrottling(text: string | undefined): Throttling | undefined {
  const word = /^(?:throttled=)?(?:0x)?([0-9a-f]{1,8})\s*$/i.exec(text ?? "")?.[1];
  if (word === undefined) return undefined;
  const bits = Number.parseInt(word, 16);
  const has = (mask: number): boolean => (bits & mask) !== 0;
  return { word, isLow: has(LOW_NOW), wasLow: has(LOW_BEFORE), isHot: has(HOT_NOW), wasHot: has(HOT_BEFORE) };
}
