import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import type { EventStream } from "../../host/http-events.ts";
import { fileRoutes } from "../../host/http-files.ts";
import type { Stop } from "../../protocol/time.ts";
import type { Glance, Glances } from "./glance.ts";
import type { Switches } from "./switches.ts";
import type { Entry, Timeline } from "./timeline.ts";

export type PageParts = {
  readonly timeline: Timeline;
  readonly glances: Glances;
  readonly switches: Switches;
};

/** The page's own files, the stand's pictures and the phone in its frame; nothing from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const beside = (file: string): URL => new URL(`./page/${file}`, import.meta.url);
const NAMES = [
  "demo.css",
  "machine.css",
  "story.css",
  "staff.css",
  "demo.js",
  "machine.js",
  "story.js",
  "staff.js",
  "icon.svg",
] as const;

/** The page, what it hears, and its switches. The files lie beside this one, in the source as in the build. */
export function pageRoutes(parts: PageParts): readonly Route[] {
  const named = Object.fromEntries(NAMES.map((name) => [`/demo/${name}`, beside(name)]));
  const files = fileRoutes({ "/": beside("demo.html"), ...named }, POLICY);
  return [
    ...files,
    { method: "GET", path: "/demo/events", answer: async (request) => hearAll(parts, request) },
    { method: "GET", path: "/demo/glance", answer: async () => ok(parts.glances) },
    { method: "POST", path: "/demo/switches/:name", answer: async (request) => turn(parts, request) },
  ];
}

/** `entry`: one line of the timeline, those that were missed first. `glance`: how everything stands. */
function hearAll({ timeline, glances }: PageParts, { headers }: HttpRequest): HttpAnswer {
  const seen = Number(headers["last-event-id"] ?? 0);
  return {
    events: (stream: EventStream): Stop => {
      const tell = (entry: Entry): void => {
        stream.send({ event: "entry", id: String(entry.id), data: JSON.stringify(entry) });
      };
      const show = (glance: Glance): void => {
        stream.send({ event: "glance", data: JSON.stringify(glance) });
      };
      const glance = glances.now();
      if (glance !== undefined) show(glance);
      for (const entry of timeline.since(Number.isSafeInteger(seen) ? seen : 0)) tell(entry);
      const stops = [timeline.watch(tell), glances.watch(show)];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** `{"on": true}` or `{"on": false}`. */
function turn(parts: PageParts, { params, body }: HttpRequest): HttpAnswer {
  const name = params["name"] ?? "";
  const isOn = readOn(body);
  if (isOn === undefined) return refused(400, 'Send {"on": true} or {"on": false}.');
  const { switches } = parts;
  if (!switches.turn(name, isOn)) return refused(404, noSwitch(name, switches.names));
  return ok(parts.glances);
}

const noSwitch = (name: string, names: readonly string[]): string =>
  `There is no switch ${JSON.stringify(name.slice(0, 40))}. There are: ${names.join(", ")}.`;

const ok = (glances: Glances): HttpAnswer => ({ status: 200, body: glances.now() ?? {} });

const refused = (status: number, message: string): HttpAnswer => ({ status, body: { error: "refused", message } });

function readOn(body: Uint8Array): boolean | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    const on = typeof json === "object" && json !== null && "on" in json ? json.on : undefined;
    return typeof on === "boolean" ? on : undefined;
  } catch {
    return undefined;
  }
}
