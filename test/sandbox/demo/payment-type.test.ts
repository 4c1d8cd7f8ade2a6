import { expect, test } from "vitest";
import { PaymentTypeSwitch } from "../../../sandbox/demo/payment-type.ts";
import { until } from "../../support/until.ts";

/** What is done to the backend, in order. A stop lasts until `stopped` is called. */
function rig(start: () => Promise<void> = async () => undefined) {
  const done: string[] = [];
  let stopped: () => void = () => undefined;
  const backend = {
    stop: () => {
      done.push("stop");
      return new Promise<void>((resolve) => {
        stopped = resolve;
      });
    },
    start: async () => {
      done.push("start");
      await start();
    },
  };
  const payment = new PaymentTypeSwitch({
    backend,
    write: (type) => void done.push(type),
    ears: { tell: (told) => void done.push(`says ${told?.chapter}`), changed: () => undefined },
  });
  return { done, payment, stopped: () => stopped() };
}

test("the backend is stopped before its configuration is written, and started after", async () => {
  const { done, payment, stopped } = rig();
  payment.set("qris");
  expect(done).toEqual([]);
  payment.set("gopay");
  expect(payment.type).toBe("gopay");
  await until("it is stopped", () => done.length === 2);
  expect(done).toEqual(["says backend", "stop"]);
  stopped();
  await until("it is started", () => done.length === 4);
  expect(done.slice(2)).toEqual(["gopay", "start"]);
});

test("of changes in one moment only the last is made", async () => {
  const { done, payment, stopped } = rig();
  payment.set("gopay");
  payment.set("qris");
  await until("it is stopped", () => done.includes("stop"));
  stopped();
  await until("it is started", () => done.includes("start"));
  expect(done).toEqual(["says backend", "says backend", "stop", "qris", "start"]);
});

test("nothing is started when the demo ends meanwhile", async () => {
  const { done, payment, stopped } = rig();
  payment.set("gopay");
  await until("it is stopped", () => done.includes("stop"));
  payment.close();
  stopped();
  payment.set("qris");
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual(["says backend", "stop"]);
});

test("a backend that does not start again is told of", async () => {
  const { done, payment, stopped } = rig(() => Promise.reject(new Error("no port")));
  payment.set("gopay");
  await until("it is stopped", () => done.includes("stop"));
  stopped();
  await until("it is told", () => done.includes("says trouble"));
});
