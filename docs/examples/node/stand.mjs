// The order API of a qris-gateway stand, with nothing but Node (20 or newer).
import { request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

export const SOCKET = "/run/qris-gateway/orders.sock";
// A heartbeat comes every 15 seconds: who is silent for longer is gone.
const SILENCE_MS = 45_000;
const FINAL = ["delivered", "troubled", "closed"];

/** The stand understood, and says no. `error` is a word for programs, `body` all it said. */
export class Refused extends Error {
  constructor(status, body) {
    super(`${status}: ${body.message}`);
    this.status = status;
    this.error = body.error;
    this.body = body;
  }
}

export class Stand {
  constructor(socketPath = SOCKET) {
    this.socketPath = socketPath;
  }

  /** Orders. Repeating is safe: the reference makes it the same order. Waits while the stand is busy or not ready. */
  async place(order, patienceMs = 60_000) {
    const giveUp = performance.now() + patienceMs;
    for (;;) {
      try {
        return await this.#call("POST", "/orders", order);
      } catch (error) {
        const isTemporary = !(error instanceof Refused) || error.status === 503 || error.error === "busy";
        if (!isTemporary || performance.now() > giveUp) throw error;
      }
      await pause(1_000);
    }
  }

  async cancel(id) {
    return this.#call("DELETE", `/orders/${id}`);
  }

  /** Says what became of a release, until the stand has it on its disk. Repeating is safe. */
  async answer(id, release, outcome) {
    for (;;) {
      try {
        return await this.#call("POST", `/orders/${id}/release/${release}`, outcome);
      } catch (error) {
        if (error instanceof Refused && error.status !== 503) throw error;
      }
      await pause(500);
    }
  }

  /** Every state of the order, the present one first, up to and with the one that ends it; also when the stand restarts. */
  async *follow(id) {
    let last;
    for (;;) {
      try {
        for await (const event of this.#events(id, last)) {
          last = event.id;
          yield event.order;
          if (FINAL.includes(event.order.state)) return;
        }
      } catch (error) {
        if (error instanceof Refused && error.status !== 503) throw error;
      }
      await pause(500);
    }
  }

  async #call(method, path, body) {
    const answer = await this.#ask(method, path, { body, timeout: 10_000 });
    const said = JSON.parse(await textOf(answer));
    if (answer.statusCode >= 400) throw new Refused(answer.statusCode, said);
    return said;
  }

  async *#events(id, last) {
    const headers = last === undefined ? {} : { "last-event-id": last };
    const answer = await this.#ask("GET", `/orders/${id}/events`, { headers, timeout: SILENCE_MS });
    if (answer.statusCode !== 200) throw new Refused(answer.statusCode, JSON.parse(await textOf(answer)));
    let text = "";
    for await (const part of answer.setEncoding("utf8")) {
      const blocks = (text + part).split("\n\n");
      text = blocks.pop();
      for (const block of blocks.filter((each) => each.includes("data: "))) yield eventIn(block);
    }
  }

  #ask(method, path, { body, headers, timeout }) {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: this.socketPath, method, path, headers, timeout }, resolve);
      asked.on("timeout", () => asked.destroy(new Error("the stand is silent")));
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function textOf(answer) {
  let text = "";
  for await (const part of answer.setEncoding("utf8")) text += part;
  return text;
}

function eventIn(block) {
  const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s, 2)));
  return { id: fields.id, order: JSON.parse(fields.data) };
}
