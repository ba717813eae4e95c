import { type PlannedRow, planRows, type RowPlan } from "@/lib/import/lists/plan-rows";
import { type Columns, readRows } from "@/lib/import/lists/read-rows";
import { sayRowFault } from "@/lib/import/lists/row-fault";
import type { Cx, Given } from "../command";
import { describeFailure } from "../describe-failure";
import { EXIT } from "../exit";
import { readNamed } from "../files";

const MAX_INPUT = 16 << 20;

export interface ImportSpec<B> {
  readonly columns: Columns;
  /** Reads what exists, and returns how a line is planned. */
  prepare(cx: Cx): Promise<RowPlan<B>>;
  /** Carries one line out. Returns what became of it. */
  create(cx: Cx, body: B): Promise<Readonly<Record<string, unknown>> & { readonly what: string }>;
}

/** What is printed of a line for which no call is made. */
function toldOf<B>({ line, what, name, ...planned }: PlannedRow<B>) {
  const wrong = "faults" in planned ? { wrong: planned.faults.map(sayRowFault) } : {};
  return { line, what, name, ...wrong };
}

/**
 * Imports a CSV file. Each line is planned first: with a wrong line, or with --dry-run, nothing is sent. What exists is
 * left alone, so that the same command continues after an interruption and changes nothing when it is run twice.
 */
export async function runImport<B>(cx: Cx, given: Given, spec: ImportSpec<B>): Promise<number> {
  const rows = readRows(await readNamed(cx.host, given.operand("FILE"), MAX_INPUT), spec.columns);
  const planned = planRows(rows, await spec.prepare(cx));
  const wrong = planned.filter(({ what }) => what === "wrong");
  const isDry = given.flag("dry-run") || wrong.length > 0;
  const counts = { created: 0, refused: 0 };
  for (const row of planned) {
    const { line, name } = row;
    if (row.what !== "create" || isDry) {
      await cx.out.line(toldOf(row));
      continue;
    }
    try {
      await cx.out.line({ line, name, ...(await spec.create(cx, row.body)) });
      counts.created += 1;
    } catch (error) {
      const { document, exit } = describeFailure(error);
      await cx.out.line({ line, what: "refused", name, problem: document });
      if (exit !== EXIT.refused) throw error;
      counts.refused += 1;
    }
    cx.out.progress(`${counts.created + counts.refused} of ${planned.length}`);
  }
  cx.out.progress(undefined);
  const plans = planned.filter(({ what }) => what === "create").length;
  if (wrong.length > 0)
    cx.out.remark(`${wrong.length} of ${planned.length} lines are wrong; nothing was sent.`);
  else if (isDry) cx.out.remark(`${plans} of ${planned.length} lines would be sent; nothing was sent.`);
  else
    cx.out.remark(`${counts.created} of ${planned.length} lines were new, ${counts.refused} were refused.`);
  return wrong.length > 0 || counts.refused > 0 ? EXIT.refused : EXIT.done;
}
