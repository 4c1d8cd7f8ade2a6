import type { StandShape } from "../../device/simulated/shape.ts";

/** What the demo's stand is made of, and what it sells. */

export const STAND_ID = "demo-1";
export const STAND_NAME = "Kopi Lobi";
/** Where it stands, in words and in degrees. */
export const SITE = "Lobi Barat, Jakarta";
export const PLACE = [-6.2146, 106.8451] as const;
export const SENSOR = "chute";
/** Its switch: the stand sells nothing while the door is open. */
export const DOOR = "door";
export const OUTPUTS = { lamp: "lamp", buzzer: "buzzer" } as const;
export const BUTTONS = { cancel: "cancel" } as const;

/** As in the stand's configuration; `sensor`: the chute sees it leave. */
export const PRODUCTS = [
  { id: "kopi-susu", name: "Kopi Susu", price: 15_000, button: "new", line: "slot-1", sensor: true },
  { id: "teh-botol", name: "Teh Botol", price: 8_000, button: "b2", line: "slot-2", sensor: false },
  { id: "air-mineral", name: "Air Mineral", price: 5_000, button: "b3", line: "slot-3", sensor: false },
] as const;

/** What falls takes so long from the slot to the chute. */
const FALL_MS = 450;

export const SHAPE: StandShape = {
  screen: { width: 480, height: 320 },
  printer: { dots: 384 },
  relays: PRODUCTS.map(({ line }) => line),
  buttons: [...PRODUCTS.map(({ button }) => button), BUTTONS.cancel],
  sensors: [{ name: SENSOR, follows: { line: "slot-1", afterMs: FALL_MS } }, { name: DOOR }],
  outputs: Object.values(OUTPUTS),
};
