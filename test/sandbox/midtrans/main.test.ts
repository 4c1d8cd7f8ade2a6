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
      anywhere: false,
      json: false,
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
      "--anywhere",
      "--json",
    ];
    expect(readSettings([...args, "--notification-url", "http://127.0.0.1/n"])).toEqual({
      port: 0,
      host: "::1",
      serverKey: "k",
      merchantId: "m",
      speed: 60,
      anywhere: true,
      json: true,
      notificationUrl: "http://127.0.0.1/n",
    });
  });

  test.each([
    [["--port", "http"], "--port http"],
    [["--port", "70000"], "--port 70000"],
    [["--speed", "0"], "--speed 0"],
    [["--speed", "fast"], "--speed fast"],
    [["--notification-url", "here"], "--notification-url here"],
    [["--prot", "1"], "--prot"],
    [["8790"], "8790"],
    [["--help"], "--port N"],
  ])("%o is explained", (args, words) => {
    expect(readSettings(args)).toEqual({ bad: expect.stringContaining(words) });
  });
});
