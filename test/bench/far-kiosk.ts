import { drawPage } from "../../device/drawing/draw-page.ts";
import { until } from "../support/until.ts";
import { serveFar } from "./far.ts";
import { type BareToll, openBare } from "./floor.ts";
import { openKiosk, PANEL, type ShownQr } from "./kiosk.ts";
import { keysOf, type SideParts } from "./shop.ts";
import { nowMs } from "./stopwatch.ts";
import { Trace } from "./trace.ts";

export type FarKiosk = Awaited<ReturnType<typeof open>>;

/** The stand's side of a sale and of its floor. */
async function open({ broker, folder, pems }: SideParts) {
  const trace = new Trace();
  const kiosk = await openKiosk({ broker, folder, keys: keysOf(pems), random: Math.random, trace });
  let shown: ShownQr | undefined;
  let closedAt: number | undefined;
  let draws = false;
  const bare = await openBare("stand", folder, broker, () => {
    if (draws && shown !== undefined) drawPage(shown.page, PANEL);
  });
  kiosk.closed.each((at) => {
    closedAt = at;
  });
  return {
    connected: () => until("the stand is connected", () => kiosk.stand.link?.connected === true),
    idle: () => kiosk.stand.idle(),
    /** Resolves when the code is on the glass, and tells when the button was pressed and when the code was there. */
    press: async () => {
      const showing = kiosk.shown.next("a code is shown");
      const pressedAt = nowMs();
      kiosk.press();
      shown = await showing;
      return { pressedAt, shownAt: shown.at };
    },
    closedAt: () => closedAt,
    tolls: ({ since, until }: { readonly since: number; readonly until: number }) => trace.take(since, until),
    arm: (plan: { readonly tolls: readonly BareToll[]; readonly draws: boolean }) => {
      draws = plan.draws;
      bare.arm(plan.tolls);
    },
    go: () => bare.go(),
    paid: () => bare.paid(),
    close: async (): Promise<void> => {
      await bare.close();
      await kiosk.close();
    },
  };
}

serveFar(open);
