/* Who may do what at EMQX by a file of rules, worked out here as EMQX 5 does it (its emqx_authz_rule and emqx_topic): no test can start one. */

export type Deed = "publish" | "subscribe";
/** Whether `who`, nothing for somebody without a name, may do this to a topic, or to a filter of topics. */
export type Judge = (who: string | undefined, deed: Deed, topic: string) => boolean;

type Rule = {
  readonly isAllowed: boolean;
  isOf(who: string | undefined): boolean;
  readonly deed: Deed | "all";
  readonly topics: readonly string[];
};

const RULE = /^\{(allow|deny), (all|\{username, .*?\}), (publish|subscribe|all), \[(.*)\]\}\.$/;
const ALL = /^\{(allow|deny), all\}\.$/;
const PLACE = /\$\{username\}/;
const NAME = /^\{username, "((?:[^"\\]|\\.)*)"\}$/;
const PATTERN = /^\{username, \{re, "((?:[^"\\]|\\.)*)"\}\}$/;

/** Throws at a line that is more than the forms that are used here. The first rule that fits decides; none: denied. */
export function emqxRules(text: string): Judge {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("%%"));
  const rules = lines.map(ruleOf);
  return (who, deed, topic) => {
    const name = topic.replace(/^\$share\/[^/]+\//, "");
    const fits = (rule: Rule): boolean =>
      rule.isOf(who) &&
      [deed, "all"].includes(rule.deed) &&
      rule.topics.some((each) => covers(filled(each, who), name));
    return rules.find(fits)?.isAllowed ?? false;
  };
}

function ruleOf(line: string): Rule {
  const [, permission, who, deed, topics] = RULE.exec(line) ?? [];
  if (permission !== undefined)
    return {
      isAllowed: permission === "allow",
      isOf: peopleOf(who ?? ""),
      deed: deed as Rule["deed"],
      topics: textsIn(topics ?? ""),
    };
  const [, all] = ALL.exec(line) ?? [];
  if (all === undefined) throw new Error(`no rule that is understood here: ${line}`);
  return { isAllowed: all === "allow", isOf: () => true, deed: "all", topics: ["#"] };
}

function peopleOf(who: string): Rule["isOf"] {
  if (who === "all") return () => true;
  const [, name] = NAME.exec(who) ?? [];
  if (name !== undefined) return (somebody) => somebody === unescaped(name);
  const [, pattern] = PATTERN.exec(who) ?? [];
  if (pattern === undefined) throw new Error(`nobody that is understood here: ${who}`);
  const names = new RegExp(unescaped(pattern), "u");
  return (somebody) => somebody !== undefined && names.test(somebody);
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, "$1");

const textsIn = (list: string): readonly string[] =>
  [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => unescaped(text));

/** Nothing fits a rule of `${username}` for somebody without a name. */
function filled(topic: string, who: string | undefined): string | undefined {
  if (!PLACE.test(topic)) return topic;
  return who === undefined ? undefined : topic.replace(PLACE, () => who);
}

/** Whether a filter covers a topic or another filter, whose wild cards stand for themselves. */
export function covers(filter: string | undefined, topic: string): boolean {
  if (filter === undefined) return false;
  const [wanted, words] = [filter.split("/"), topic.split("/")];
  const isRest = wanted.at(-1) === "#";
  if (isRest ? words.length < wanted.length - 1 : words.length !== wanted.length) return false;
  const fixed = isRest ? wanted.slice(0, -1) : wanted;
  return fixed.every((word, nth) => word === "+" || word === words[nth]);
}
