import type { Accounts } from "../accounts/accounts.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { conflict, notFound, ok } from "./answers.ts";
import { accountChangeBody, newAccountBody } from "./bodies.ts";
import { act, type Endpoint, get } from "./endpoint.ts";
import type { NewPassword } from "./words.ts";

export type AccountsApiParts = { readonly accounts: Accounts; readonly sessions: Pick<Sessions, "changed"> };

export const accountsEndpoints = ({ accounts, sessions }: AccountsApiParts): readonly Endpoint[] => [
  get("admin", "/api/accounts", async () => ok({ accounts: await accounts.list() })),
  act({
    method: "POST",
    path: "/api/accounts",
    may: "admin",
    what: "account.add",
    recordsItself: true,
    body: newAccountBody,
    details: (body) => body,
    answer: async ({ actor, body }) => {
      const added = await accounts.add(actor, body.name, body.role);
      if (added.is === "taken") return conflict("taken", `There is an account ${body.name} already.`);
      const { account, password } = added;
      return ok({ account, password } satisfies NewPassword, 201);
    },
  }),
  act({
    method: "PATCH",
    path: "/api/accounts/:name",
    may: "admin",
    what: "account.change",
    recordsItself: true,
    body: accountChangeBody,
    details: (body) => body,
    answer: async ({ actor, body, request }) => {
      const changed = await accounts.change(actor, request.params["name"] ?? "", body);
      if (changed.is === "unknown") return notFound("account");
      if (changed.is !== "changed") return conflict(changed.is, WHY[changed.is]);
      sessions.changed();
      const { account, password } = changed;
      return ok({ account, ...(password && { password }) } satisfies NewPassword);
    },
  }),
];

const WHY = {
  "last-admin": "Nobody else could let people in: make another account an administrator first.",
  foreign: "Role and password of this account come from where it signs in.",
} as const;
