import type { Answer } from "../../device/simulated/http-answers.ts";
import { type Fields, findRoute, type Place } from "../../device/simulated/http-routes.ts";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";

/**
 * The stand's face below `at`, on the page's own server, so that the page may use it. `changed`: somebody did something to the
 * stand, of which it may give no news itself.
 */
export function standRoutes(at: string, place: Place, changed: () => void): readonly Route[] {
  const answer = async (request: HttpRequest): Promise<HttpAnswer> => {
    const answered = await serve(place, request, request.path.slice(at.length + 1));
    if (request.method === "POST") changed();
    return answered;
  };
  return [
    { method: "GET", path: `${at}/events`, answer: async () => listen(place) },
    { method: "GET", path: `${at}/*`, answer },
    { method: "POST", path: `${at}/*`, answer },
  ];
}

async function serve(place: Place, { method, body }: HttpRequest, path: string): Promise<HttpAnswer> {
  const found = findRoute(method, path);
  if (found.is === "none") return sent(found.answer);
  const fields = found.reads ? fieldsOf(body) : {};
  if (fields === undefined) {
    return { status: 400, body: { error: "the body is not a JSON object", hint: 'send one such as {"cord":"cut"}' } };
  }
  return sent(await found.answer(place, fields));
}

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

function sent(answer: Answer): HttpAnswer {
  if (answer.is === "png")
    return { status: 200, headers: { ...HEADERS, "content-type": "image/png" }, body: answer.bytes };
  if (answer.is === "json") return { status: 200, headers: HEADERS, body: Object(answer.value) };
  const { status, error, hint, allow } = answer;
  return { status, headers: { ...HEADERS, ...(allow === undefined ? {} : { allow }) }, body: { error, hint } };
}

/** No body is an empty object; `undefined` for anything but an object. */
function fieldsOf(body: Uint8Array): Fields | undefined {
  const text = new TextDecoder().decode(body);
  if (text.trim() === "") return {};
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}

function listen({ stand, power }: Place): HttpAnswer {
  return {
    events: (stream) => {
      stream.send({ event: "hello", data: "{}" });
      return stand.watch((news) => {
        stream.send({ event: news.is, data: JSON.stringify({ ...news, power: power.isOn() ? "on" : "cut" }) });
      });
    },
  };
}
