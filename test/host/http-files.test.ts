import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { steadyClock } from "../../host/clock.ts";
import { serve } from "../../host/http.ts";
import { fileRoutes } from "../../host/http-files.ts";
import { silentLog } from "../../host/log.ts";

const POLICY = "default-src 'none'";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "page-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): URL {
  const file = join(folder, name);
  writeFileSync(file, text);
  return pathToFileURL(file);
}

test("a page's files come as what they are, under one policy, and once to who keeps them", async () => {
  const files = {
    "/": written("page.html", "<p>Halo"),
    "/a.css": written("a.css", "p{}"),
    "/a.js": written("a.js", ";"),
  };
  const clock = steadyClock("test", { keepsAlive: false });
  const server = await serve({ port: 0, log: silentLog, clock, routes: fileRoutes(files, POLICY) });
  try {
    for (const [path, type, text] of [
      ["/", "text/html; charset=utf-8", "<p>Halo"],
      ["/a.css", "text/css; charset=utf-8", "p{}"],
      ["/a.js", "text/javascript; charset=utf-8", ";"],
    ] as const) {
      const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
      expect(answer.headers.get("content-type")).toBe(type);
      expect(answer.headers.get("content-security-policy")).toBe(POLICY);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(await answer.text()).toBe(text);
      const again = { "if-none-match": answer.headers.get("etag") ?? "" };
      const known = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers: again });
      expect([known.status, await known.text()]).toEqual([304, ""]);
    }
  } finally {
    await server.close();
  }
});

test("a file that is not there, or is none of a page's, is refused before anybody asks for it", () => {
  expect(() => fileRoutes({ "/x.css": pathToFileURL(join(folder, "x.css")) }, POLICY)).toThrow(/x\.css/);
  expect(() => fileRoutes({ "/x.exe": written("x.exe", "") }, POLICY)).toThrow(/x\.exe is no file of a page/);
});
