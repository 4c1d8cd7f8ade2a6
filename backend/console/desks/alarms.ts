import type { AlarmBook } from "../../alarms/book.ts";
import type { AlarmsDesk } from "../api/desks.ts";

/** The alarms, as people see and acknowledge them. */
export const alarmsDesk = (book: Pick<AlarmBook, "now" | "acknowledge" | "onChange">): AlarmsDesk => ({
  now: () => book.now(),
  acknowledge: (id, by) => book.acknowledge(id, by),
  onChange: (hear) => book.onChange(hear),
});
