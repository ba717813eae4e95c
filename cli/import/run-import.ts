import type { Cx, Given } from "../command";
import { describeFailure } from "../describe-failure";
import { EXIT } from "../exit";
import { readNamed } from "../files";
import type { ImportRow } from "./read-rows";
import { readRows } from "./read-rows";

const MAX_INPUT = 16 << 20;

/** The result of planning one line: a call, no call if it exists already, or its fault. */
export type Planned<B> =
  | { readonly what: "create"; readonly name: string; readonly body: B }
  | { readonly what: "exists"; readonly name: string }
  | { readonly what: "wrong"; readonly name: string; readonly wrong: readonly string[] };

export interface ImportSpec<B> {
  readonly columns: { readonly needed: readonly string[]; readonly more?: readonly string[] };
  /** The member by which two lines are the same. */
  readonly key: string;
  /** Reads what exists, and returns a function that plans a line. */
  prepare(cx: Cx, given: Given): Promise<(row: ImportRow) => Planned<B>>;
  /** Carries one line out. Returns what became of it. */
  create(cx: Cx, body: B): Promise<string>;
}

/** Lines whose key an earlier line has. */
function twice(rows: readonly ImportRow[], key: string): Map<number, number> {
  const first = new Map<string, number>();
  const found = new Map<number, number>();
  for (const { line, values } of rows) {
    const value = (values[key] ?? "").toLowerCase();
    const before = first.get(value);
    if (before === undefined) first.set(value, line);
    else found.set(line, before);
  }
  return found;
}

function planAll<B>(
  rows: readonly ImportRow[],
  key: string,
  plan: (row: ImportRow) => Planned<B>,
): { readonly line: number; readonly planned: Planned<B> }[] {
  const again = twice(rows, key);
  return rows.map((row) => {
    const name = row.values[key] ?? "";
    const before = again.get(row.line);
    const wrong = [...row.wrong, ...(before === undefined ? [] : [`${name} is in line ${before} already`])];
    return { line: row.line, planned: wrong.length > 0 ? { what: "wrong", name, wrong } : plan(row) };
  });
}

/**
 * Imports a CSV file. Each line is planned first: with a wrong line, or with --dry-run, nothing is sent. What is there
 * already is left alone, so that the same command continues after an interruption and changes nothing when it is run twice.
 */
export async function runImport<B>(cx: Cx, given: Given, spec: ImportSpec<B>): Promise<number> {
  const rows = readRows(await readNamed(cx.host, given.operand("FILE"), MAX_INPUT), spec.columns);
  const lines = planAll(rows, spec.key, await spec.prepare(cx, given));
  const wrong = lines.filter(({ planned }) => planned.what === "wrong");
  const isDry = given.flag("dry-run") || wrong.length > 0;
  const counts = { created: 0, refused: 0 };
  for (const { line, planned } of lines) {
    if (planned.what !== "create" || isDry) {
      const { body: _body, ...told } = { body: undefined, ...planned };
      await cx.out.line({ line, ...told });
      continue;
    }
    try {
      await cx.out.line({ line, what: await spec.create(cx, planned.body), name: planned.name });
      counts.created += 1;
    } catch (error) {
      const { document, exit } = describeFailure(error);
      await cx.out.line({ line, what: "refused", name: planned.name, problem: document });
      if (exit !== EXIT.refused) throw error;
      counts.refused += 1;
    }
    cx.out.progress(`${counts.created + counts.refused} of ${lines.length}`);
  }
  cx.out.progress(undefined);
  const plans = lines.filter(({ planned }) => planned.what === "create").length;
  if (wrong.length > 0)
    cx.out.remark(`${wrong.length} of ${lines.length} lines are wrong; nothing was sent.`);
  else if (isDry) cx.out.remark(`${plans} of ${lines.length} lines would be sent; nothing was sent.`);
  else cx.out.remark(`${counts.created} of ${lines.length} lines were new, ${counts.refused} were refused.`);
  return wrong.length > 0 || counts.refused > 0 ? EXIT.refused : EXIT.done;
}
