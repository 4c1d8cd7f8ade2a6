import type { StandPower } from "../../device/simulated/http-routes.ts";
import type { SimulatedStand } from "../../device/simulated/world.ts";
import type { Child } from "./child.ts";
import type { Ears } from "./surroundings.ts";

export type PowerParts = {
  readonly daemon: Pick<Child, "start" | "cut">;
  readonly stand: Pick<SimulatedStand, "losePower">;
  readonly ears: Ears;
};

/**
 * The cord of the stand: out, the daemon is killed in the middle of whatever it does and everything goes dark; in, it starts
 * again on its journal. One move of the cord after the other.
 */
export function powerCord({ daemon, stand, ears: { tell, changed } }: PowerParts): StandPower {
  let isIn = true;
  let last: Promise<void> = Promise.resolve();
  const after = (move: () => Promise<void>): Promise<void> => {
    const moved = last.then(move);
    last = moved.catch(() => undefined);
    return moved;
  };
  const cut = async (): Promise<void> => {
    if (!isIn) return;
    isIn = false;
    tell({ chapter: "trouble", from: "demo", to: "stand", words: "Power cord pulled", tone: "bad" });
    const gone = daemon.cut();
    stand.losePower();
    changed();
    await gone;
  };
  const on = async (): Promise<void> => {
    if (isIn) return;
    isIn = true;
    tell({ chapter: "trouble", from: "demo", to: "stand", words: "Power cord back in", tone: "good" });
    changed();
    await daemon.start();
  };
  return { cut: () => after(cut), on: () => after(on), isOn: () => isIn };
}
