import type { Log } from "../../host/log.ts";
import type { Detail } from "./detail.ts";
import { wordsOf } from "./detail-words.ts";

/** What an alarm is about, as log lines name it. */
export type About = {
  readonly order?: string;
  readonly stand?: string;
  readonly merchant?: string;
  readonly alarm: string;
};

/** Says an alarm in the log, in words and as facts, whether or not people are told otherwise. */
export const sayLoud = (log: Pick<Log, "error">, about: About, detail: Detail): void =>
  log.error("alarm", { ...about, detail: wordsOf(detail).en, facts: detail });
