import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as words from "../../../device/pins/gpio-v2.ts";
import { needs } from "../../support/needs.ts";

/** What the kernel's own header, compiled, makes of the same wishes: numbers of the calls, and every byte of a request. */
const BY_THE_HEADER = `
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
static void show(const void *bytes, unsigned long size) {
  for (unsigned long at = 0; at < size; at++) printf("%02x", ((const unsigned char *)bytes)[at]);
  printf("\\n");
}
int main(void) {
  printf("%lx %lx %lx %lx %lx\\n", (long)GPIO_GET_CHIPINFO_IOCTL, (long)GPIO_V2_GET_LINEINFO_IOCTL,
         (long)GPIO_V2_GET_LINE_IOCTL, (long)GPIO_V2_LINE_GET_VALUES_IOCTL, (long)GPIO_V2_LINE_SET_VALUES_IOCTL);
  struct gpio_v2_line_request in = {0}, out = {0};
  in.offsets[0] = 17; in.num_lines = 1; in.event_buffer_size = 64;
  strcpy(in.consumer, "us");
  in.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_ACTIVE_LOW | GPIO_V2_LINE_FLAG_BIAS_PULL_UP |
                    GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING;
  in.config.num_attrs = 1;
  in.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
  in.config.attrs[0].attr.debounce_period_us = 20000;
  in.config.attrs[0].mask = 1;
  show(&in, sizeof in);
  out.offsets[0] = 27; out.num_lines = 1; out.event_buffer_size = 64;
  strcpy(out.consumer, "us");
  out.config.flags = GPIO_V2_LINE_FLAG_OUTPUT;
  out.config.num_attrs = 1;
  out.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
  out.config.attrs[0].mask = 1;
  show(&out, sizeof out);
  struct gpio_v2_line_values values = {.bits = 1, .mask = 1};
  show(&values, sizeof values);
  struct gpio_v2_line_info info = {.offset = 27};
  show(&info, sizeof info);
  struct gpio_v2_line_event events[3] = {{.timestamp_ns = 9, .id = GPIO_V2_LINE_EVENT_RISING_EDGE},
                                         {.id = GPIO_V2_LINE_EVENT_FALLING_EDGE},
                                         {.id = GPIO_V2_LINE_EVENT_RISING_EDGE}};
  show(events, sizeof events);
  return 0;
}`;

test("what is asked of the kernel is, byte for byte, what its header says", () => {
  const folder = mkdtempSync(join(tmpdir(), "gpio-"));
  try {
    writeFileSync(join(folder, "words.cc"), BY_THE_HEADER);
    const built = spawnSync(needs("compiler"), [
      "-fpermissive",
      "-w",
      "-o",
      join(folder, "words"),
      join(folder, "words.cc"),
    ]);
    expect(built.stderr.toString()).toBe("");
    const lines = spawnSync(join(folder, "words")).stdout.toString().trim().split("\n");
    const calls = [words.GET_CHIPINFO, words.GET_LINEINFO, words.GET_LINE, words.GET_VALUES, words.SET_VALUES];
    const input = words.inputRequest({ line: 17, activeLow: true, bias: "up", debounceMs: 20 }, "us");
    const requests = [input, words.outputRequest(27, false, "us"), words.valueWords(true), words.lineInfoRequest(27)];
    const ours = [
      calls.map((call) => call.toString(16)).join(" "),
      ...requests.map((request) => request.toString("hex")),
    ];
    const events = Buffer.from(lines.pop() ?? "", "hex");
    expect(lines).toEqual(ours);
    expect(words.changesIn(events, events.length)).toEqual([true, false, true]);
    expect(words.changesIn(events, events.length - words.EVENT_BYTES)).toEqual([true, false]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
