import type { HttpAnswer } from "../../host/http.ts";
import type { Obstacle } from "../readiness/preflight.ts";
import type { OrderShown, Refusal } from "./words.ts";

/** Everything that a controller is refused, in one place: a word for its program, and words for its maker. */

const refusal = (status: number, body: Refusal, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status,
  body,
  headers,
});

/** Long enough for a look at the printer, short enough for a customer who waits. */
const AGAIN_SECONDS = { "retry-after": "5" };

const obstacleWords: Record<Obstacle, string> = {
  updating: "The stand is being updated: wait some minutes.",
  "link-down": "The stand has no connection to its backend: look at the network.",
  "backend-silent": "The stand is connected, and its backend does not answer: tell the operator.",
  "no-paper": "The printer is out of paper: put a new roll in.",
  "printer-not-ready": "The printer is not ready: look at its cover, cable and power.",
  "screen-failed": "The screen does not show what it should: look at its cable.",
  "release-not-ready": "The relay is not ready, or a release is under way: wait, then look at the stand's log.",
  "sensor-stuck": "The sensor that sees goods leave is active before anything has moved: clear the chute.",
  "door-open": "The door is open: shut it.",
  tilted: "The machine is tilted: set it upright.",
  "out-of-order": "A switch says that the machine is out of order: look at what it watches.",
  "disk-full": "The stand's disk is full: make room on it.",
  "journal-failed": "The stand's disk does not take what is written: look at the stand's log, and replace the card.",
};

export const obstaclesShown = (obstacles: readonly Obstacle[]): NonNullable<Refusal["obstacles"]> =>
  obstacles.map((name) => ({ name, message: obstacleWords[name] }));

export const badRequest = (wrong: NonNullable<Refusal["wrong"]>): HttpAnswer =>
  refusal(400, {
    error: "bad-request",
    message: `The request is not usable: ${wrong.map(({ at, problem }) => (at === "" ? problem : `${at} ${problem}`)).join("; ")}`,
    wrong,
  });

export const noRelay = (line: string): HttpAnswer =>
  badRequest([{ at: "release.line", problem: `"${line}" is no relay of this stand` }]);

export const unknownOrder = (): HttpAnswer =>
  refusal(404, { error: "unknown-order", message: "No controller of this stand has begun such an order." });

export const unknownRelease = (order: OrderShown): HttpAnswer =>
  refusal(404, { error: "unknown-release", message: "The order has, or had, no such release.", order });

export const busy = (): HttpAnswer =>
  refusal(
    409,
    {
      error: "busy",
      message:
        "Another customer, or a technician, is being served: wait until GET /status says busy false, then try again.",
    },
    AGAIN_SECONDS,
  );

export const hindered = (obstacles: readonly Obstacle[]): HttpAnswer => {
  const shown = obstaclesShown(obstacles);
  const message = `The stand does not sell now. ${shown.map(({ message }) => message).join(" ")}`;
  return refusal(503, { error: "out-of-service", message, obstacles: shown }, AGAIN_SECONDS);
};

export const journalFailed = (): HttpAnswer => hindered(["journal-failed"]);

export const otherOrder = (order: OrderShown): HttpAnswer =>
  refusal(409, {
    error: "other-order",
    message: "This reference has an order with other content already: use a new reference for a new order.",
    order,
  });

export const paidAlready = (order: OrderShown): HttpAnswer =>
  refusal(409, { error: "paid-already", message: "The order is paid: it cannot be cancelled any more.", order });

export const ourRelease = (order: OrderShown): HttpAnswer =>
  refusal(409, {
    error: "not-yours",
    message: "The stand's own relay releases this order: its outcome is in the order.",
    order,
  });

export const otherOutcome = (order: OrderShown): HttpAnswer =>
  refusal(409, {
    error: "answered-otherwise",
    message: "This release has been answered with another outcome, which stands: tell the operator what is true.",
    order,
  });

export const tooLate = (order: OrderShown): HttpAnswer =>
  refusal(409, {
    error: "too-late",
    message: "The release was given up before this answer came, and the order is owed: tell the operator what is true.",
    order,
  });

export const tooManyListeners = (most: number): HttpAnswer =>
  refusal(
    503,
    { error: "too-many-listeners", message: `${most} listeners are connected: close those that are not needed.` },
    AGAIN_SECONDS,
  );

export const noToken = (): HttpAnswer =>
  refusal(401, {
    error: "no-token",
    message: "Say the token of controller.tcp.token_file: Authorization: Bearer TOKEN",
  });

export const foreign = (): HttpAnswer =>
  refusal(403, {
    error: "foreign",
    message: "Only programs of this machine are answered: Host must be this loopback address, and no web page may ask.",
  });
