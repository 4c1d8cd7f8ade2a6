import { describe, expect, test } from "vitest";
import { readSettings } from "../../../sandbox/midtrans/main.ts";

describe("the command line", () => {
  test("may be empty", () => {
    expect(readSettings([])).toEqual({
      port: 8790,
      host: "127.0.0.1",
      serverKey: "SB-Mid-server-sandbox",
      merchantId: "G490526303",
      speed: 1,
      keep: 20_000,
      anywhere: false,
      json: false,
      others: [],
    });
  });

  test("sets everything", () => {
    const args = [
      "--port",
      "0",
      "--host",
      "::1",
      "--server-key",
      "k",
      "--merchant-id",
      "m",
      "--speed",
      "60",
      "--keep",
      "7",
      "--anywhere",
      "--json",
      "--merchant",
      "m2=k2",
      "--merchant",
      "m3=k-3",
    ];
    expect(readSettings([...args, "--notification-url", "http://127.0.0.1/n"])).toEqual({
      port: 0,
      host: "::1",
      serverKey: "k",
      merchantId: "m",
      speed: 60,
      keep: 7,
      anywhere: true,
      json: true,
      others: [
        { merchantId: "m2", serverKey: "k2" },
        { merchantId: "m3", serverKey: "k-3" },
      ],
      notificationUrl: "http://127.0.0.1/n",
    });
  });

  test.each([
    [["--port", "http"], "--port http"],
    [["--port", "70000"], "--port 70000"],
    [["--speed", "0"], "--speed 0"],
    [["--keep", "0"], "--keep 0"],
    [["--keep", "1000001"], "--keep 1000001"],
    [["--keep", "all"], "--keep all"],
    [["--speed", "fast"], "--speed fast"],
    [["--notification-url", "here"], "--notification-url here"],
    [["--merchant", "m"], "--merchant m"],
    [["--prot", "1"], "--prot"],
    [["8790"], "8790"],
    [["--help"], "--port N"],
  ])("%o is explained", (args, words) => {
    expect(readSettings(args)).toEqual({ bad: expect.stringContaining(words) });
  });
});
