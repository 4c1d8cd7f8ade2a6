import type { AlarmLine as Alarm, AlarmBook } from "../../alarms/book.ts";
import { wordsOf } from "../../alarms/detail-words.ts";
import type { AlarmsDesk } from "../api/desks.ts";
import type { AlarmLine } from "../api/words.ts";

/** The alarms, as people see and acknowledge them. */
export const alarmsDesk = (book: Pick<AlarmBook, "now" | "acknowledge" | "onChange">): AlarmsDesk => ({
  now: async () => (await book.now()).map(lineOf),
  acknowledge: (id, by) => book.acknowledge(id, by),
  onChange: (hear) => book.onChange((alarm) => hear(lineOf(alarm))),
});

const lineOf = (alarm: Alarm): AlarmLine => ({ ...alarm, detail: wordsOf(alarm.detail) });
