import { expect, test } from "vitest";
import { readSettings } from "../../../sandbox/demo/settings.ts";

test.each([
  { args: [], settings: { json: false } },
  { args: ["--json", "--port", "0"], settings: { json: true, port: 0 } },
  {
    args: ["--broker", "mqtt://broker.example.id"],
    settings: { json: false, broker: { host: "broker.example.id", port: 1883 } },
  },
  { args: ["--broker", "mqtt://[::1]:2883/"], settings: { json: false, broker: { host: "::1", port: 2883 } } },
  { args: ["--state", "kept"], settings: { json: false, state: "kept" } },
])("$args is understood", ({ args, settings }) => {
  expect(readSettings(args)).toEqual({ is: "settings", settings });
});

test.each([
  { args: ["--port", "65536"], because: "--port 65536" },
  { args: ["--port", "-1"], because: "--port" },
  { args: ["--port", "8e3"], because: "--port 8e3" },
  { args: ["--broker", "mqtts://broker.example.id"], because: "--broker" },
  { args: ["--broker", "mqtt://me:secret@broker.example.id"], because: "--broker" },
  { args: ["--broker", "broker"], because: "--broker" },
  { args: ["--speed", "2"], because: "--speed" },
  { args: ["now"], because: "now" },
])("$args is refused, with the reason", ({ args, because }) => {
  const read = readSettings(args);
  expect(read.is).toBe("bad");
  expect(read.is === "bad" && read.because).toContain(because);
});
