import { inPieces } from "./pieces.ts";

export const JSON_TYPE = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };

/** `{"<name>":[…]}` with what is said of each item, some hundred at once, for a list that is too long to be written in one go. */
export const jsonList = <Item>(name: string, items: Iterable<Item>, say: (item: Item) => object) =>
  inPieces(wordsOf(name, items, say));

function* wordsOf<Item>(name: string, items: Iterable<Item>, say: (item: Item) => object): Generator<string> {
  yield `{${JSON.stringify(name)}:[`;
  let comma = "";
  for (const item of items) {
    yield comma + JSON.stringify(say(item));
    comma = ",";
  }
  yield "]}";
}
