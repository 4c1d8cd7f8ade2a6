import { isStandId, type StandId } from "../../protocol/ids.ts";
import { type Channel, topicOf } from "../../protocol/topics.ts";

/**
 * The words of Mosquitto's dynamic security plugin (mosquitto.org/documentation/dynamic-security, and the plugin's README of
 * 2.0). A client is known by the name in its certificate; all that is not allowed by a role of it is denied. Pure.
 */

export const COMMANDS_TOPIC = "$CONTROL/dynamic-security/v1";
export const RESPONSES_TOPIC = `${COMMANDS_TOPIC}/response`;

export type Command = { readonly command: string } & Readonly<Record<string, unknown>>;

/** What the broker has, as far as stands are concerned. */
export type Known = { readonly clients: ReadonlySet<StandId>; readonly roles: ReadonlySet<StandId> };

const SAYS: readonly Channel[] = ["up", "presence", "health"];

/** No stand's id begins so with the rest missing, and nobody else's role is called so. */
const ROLE = "stand-";
const roleOf = (stand: StandId): string => `${ROLE}${stand}`;

/** Lets a stand say and hear what is its own, and nothing else. */
export function letIn(stand: StandId): readonly Command[] {
  const down = topicOf(stand, "down");
  const acls = [
    ...SAYS.map((channel) => allowed("publishClientSend", topicOf(stand, channel))),
    allowed("subscribeLiteral", down),
    allowed("publishClientReceive", down),
  ];
  return [
    { command: "createRole", rolename: roleOf(stand), acls },
    { command: "createClient", username: stand, roles: [{ rolename: roleOf(stand) }] },
  ];
}

/** Ends its connection, and lets it say and hear nothing any more. */
export const throwOut = (stand: StandId): readonly Command[] => [
  { command: "deleteClient", username: stand },
  { command: "deleteRole", rolename: roleOf(stand) },
];

/** What makes the broker let in these stands and no others. */
export function difference(known: Known, wanted: ReadonlySet<StandId>): readonly Command[] {
  const strange = [...new Set([...known.clients, ...known.roles])].filter((stand) => !wanted.has(stand));
  const missing = [...wanted].filter((stand) => !known.clients.has(stand) || !known.roles.has(stand));
  return [...strange.flatMap(throwOut), ...missing.flatMap(letIn)];
}

const allowed = (acltype: string, topic: string) => ({ acltype, topic, priority: 0, allow: true });

/** Stands among these names of clients; backends and whoever else is there have names that no stand can have. */
export const standsAmong = (clients: readonly string[]): readonly StandId[] => clients.filter(isStandId);
export const standsOfRoles = (roles: readonly string[]): readonly StandId[] =>
  standsAmong(roles.filter((role) => role.startsWith(ROLE)).map((role) => role.slice(ROLE.length)));

/** Nothing is wrong with these: somebody was faster, or it was done before. */
const HARMLESS = ["Client already exists", "Role already exists", "Client not found", "Role not found"];
export const isHarmless = (error: string): boolean => HARMLESS.includes(error);
