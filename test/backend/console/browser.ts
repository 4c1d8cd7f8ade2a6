import { expect } from "vitest";

export type Got<Body = Readonly<Record<string, unknown>>> = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
};

/** What a browser does for a page of the console: keeps its cookies, says where it comes from, and the token of the session. */
export class Browser {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  csrf = "";

  constructor(url: string) {
    this.url = url;
  }

  /** The same cookies and token in other hands. */
  copy(): Browser {
    const other = new Browser(this.url);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    other.csrf = this.csrf;
    return other;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
    return this.ask("GET", path, undefined, headers);
  }

  post(path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
    return this.ask("POST", path, body, headers);
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Got> {
    const own = { origin: this.url, "sec-fetch-site": "same-origin", "x-csrf-token": this.csrf };
    const all: Record<string, string> = {
      ...(method === "GET" ? {} : own),
      ...(this.cookies.size === 0 ? {} : { cookie: this.cookie }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    };
    const raw = typeof body === "string" ? body : JSON.stringify(body);
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ABSENT));
    const answer = await fetch(this.url + path, {
      method,
      headers: given,
      redirect: "manual",
      ...(body === undefined ? {} : { body: raw }),
    });
    this.#keep(answer.headers.getSetCookie());
    const text = await answer.text();
    const type = answer.headers.get("content-type") ?? "";
    const json = type.includes("json") && text !== "" ? JSON.parse(text) : {};
    if (typeof json.csrf === "string") this.csrf = json.csrf;
    return { status: answer.status, headers: answer.headers, text, body: json };
  }

  async signIn(name: string, password: string): Promise<Got> {
    const got = await this.post("/api/login", { name, password });
    expect(got).toMatchObject({ status: 200 });
    return got;
  }

  #keep(given: readonly string[]): void {
    for (const each of given) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/** In place of a header that is left out. */
export const ABSENT = "\0absent";
