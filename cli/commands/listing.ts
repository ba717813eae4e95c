import type { Column, Cx, Given, OptionSpec } from "../command";

const MOST = 1_000_000;
const USUAL = 50;

/** Options of every list. */
export const LIST_OPTIONS: readonly OptionSpec[] = [
  { name: "limit", kind: "text", value: "N", help: `The number of items at most. Default: ${USUAL}.` },
  { name: "all", kind: "flag", help: "List all items." },
  { name: "csv", kind: "flag", help: "Write CSV. Cells that would run as formulas are marked." },
];

async function* first<T>(items: AsyncIterable<T>, limit: number, onMore: () => void): AsyncGenerator<T> {
  let count = 0;
  for await (const item of items) {
    if (count === limit) return onMore();
    count += 1;
    yield item;
  }
}

/** Writes as much of a paged list as was asked for, and reports when the list has more. */
export async function writeList<T>(
  cx: Cx,
  given: Given,
  items: AsyncIterable<T>,
  columns: readonly Column<T>[],
): Promise<undefined> {
  const limit = given.flag("all") ? MOST : (given.whole("limit", 1, MOST) ?? USUAL);
  const more = (): void => cx.out.remark(`There are more: --limit N or --all.`);
  await cx.out.list(first(items, limit, more), columns, given);
  return undefined;
}

/** The page size, so that a short list is one call. */
export function pageSize(given: Given): string {
  return given.flag("all") ? "500" : String(Math.min(500, (given.whole("limit", 1, MOST) ?? USUAL) + 1));
}

/** The members of an object that are given. */
export function present<T extends Readonly<Record<string, unknown>>>(
  members: T,
): {
  [K in keyof T]?: Exclude<T[K], undefined>;
} {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
