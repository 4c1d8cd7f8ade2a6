import type { Detail } from "../../../backend/alarms/detail.ts";
import { wordsOf } from "../../../backend/alarms/detail-words.ts";
import type { AlarmLine, OrderLine, StandLine } from "../../../backend/console/api/words.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./words.ts";

export function makeAlarms(
  now: number,
  stands: readonly StandLine[],
  orders: readonly OrderLine[],
  taint: string,
): AlarmLine[] {
  const told = (detail: Detail): AlarmLine["detail"] => {
    const { id, en } = wordsOf(detail);
    return { id: id + taint, en: en + taint };
  };
  const ofStands = stands.slice(0, 48).flatMap(({ id, state, obstacles }, nth): readonly AlarmLine[] => {
    if (state === "offline")
      return [
        {
          id: `a${nth}`,
          kind: "stand-silent",
          stand: id,
          detail: told({ is: "not-heard", minutes: 180 }),
          sinceMs: now - 3 * HOUR_MS,
        },
      ];
    if (state === "trouble")
      return [
        {
          id: `a${nth}`,
          kind: obstacles[0] === "no-paper" ? "printer" : "release",
          stand: id,
          detail: told({ is: "obstacle", obstacle: obstacles[0] ?? "" }),
          sinceMs: now - 25 * MINUTE_MS,
        },
      ];
    return [];
  });
  const order = orders.find(({ state }) => state === "owed");
  const about: readonly AlarmLine[] =
    order === undefined
      ? []
      : [
          {
            id: "order-1",
            kind: "not-delivered",
            order: order.order,
            stand: order.stand,
            detail: told({ is: "no-word-of-goods" }),
            sinceMs: now - 13 * MINUTE_MS,
          },
        ];
  const known: AlarmLine = {
    id: "k1",
    kind: "certificate-broker",
    detail: wordsOf({ is: "certificate-ends", days: 12 }),
    sinceMs: now - DAY_MS,
    acknowledged: { by: "sari", atMs: now - HOUR_MS },
  };
  return [...about, ...ofStands, known];
}
