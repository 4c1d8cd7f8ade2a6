import { stopwatch } from "../../host/clock.ts";
import type { Ground } from "../ground.ts";
import type { EndingMeter } from "../metrics/observation.ts";
import { tracingMeter } from "./order-traces.ts";

/** A collector that is gone is said once in so long. */
const SAY_AGAIN_MS = 300_000;

/** Opens the traces, where the configuration has them; the libraries for them are not even loaded where it has not. */
export async function openTracing(
  { setup, clock, log }: Pick<Ground, "setup" | "clock" | "log">,
  version: string,
): Promise<EndingMeter | undefined> {
  const { tracing, link } = setup.config;
  if (tracing === undefined) return undefined;
  const { openOtel } = await import("./otel.ts");
  const token = setup.tracingToken;
  let [lost, saidAt] = [0, Number.NEGATIVE_INFINITY];
  const sink = openOtel({
    ...tracing,
    instance: link.client_id,
    version,
    ...(token && { token: () => token.reveal() }),
    onLost: (spans, error) => {
      lost += spans;
      if (stopwatch() - saidAt < SAY_AGAIN_MS) return;
      saidAt = stopwatch();
      log.warn("traces not taken by the collector", { url: tracing.url, lost, error });
    },
  });
  return { meter: tracingMeter(sink, clock, stopwatch), close: () => sink.close() };
}
