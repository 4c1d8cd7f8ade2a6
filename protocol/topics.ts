import { isStandId, type StandId } from "./ids.ts";

export const channels = ["up", "down", "presence", "health"] as const;
export type Channel = (typeof channels)[number];

const ROOT = "qris/v1/stands";

export const topicOf = (stand: StandId, channel: Channel): string => `${ROOT}/${stand}/${channel}`;

/** The topic with `{standId}` in the place of a stand, for the documents. */
export const topicTemplate = (channel: Channel): string => `${ROOT}/{standId}/${channel}`;

/** Every stand's topic of this channel; with `group`, shared among the backends of that group (`$share`, not on every broker). */
export const everyTopicOf = (channel: Channel, group?: string): string =>
  `${group === undefined ? "" : `$share/${group}/`}${ROOT}/+/${channel}`;

/** `undefined` for a topic that is none of ours. */
export function readTopic(topic: string): { readonly stand: StandId; readonly channel: Channel } | undefined {
  const [root, version, stands, stand, channel, ...rest] = topic.split("/");
  const isOurs = `${root}/${version}/${stands}` === ROOT && rest.length === 0;
  const known = channels.find((each) => each === channel);
  return isOurs && known !== undefined && isStandId(stand) ? { stand, channel: known } : undefined;
}
