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
  /** Throws CliError (usage) where the options do not suffice for these lines. Nothing was sent yet. */
  require?(planned: readonly PlannedRow<B>[]): void;
  /** Carries one line out. Returns what became of it. */
  create(cx: Cx, body: B): Promise<Readonly<Record<string, unknown>> & { readonly what: string }>;
}

/** What is printed of a line for which no call is made. */
function toldOf<B>({ line, what, name, ...planned }: PlannedRow<B>) {
  const wrong = "faults" in planned ? { wrong: planned.faults.map(sayRowFault) } : {};
  const asks = "asks" in planned ? { asks: true } : {};
  return { line, what, name, ...wrong, ...asks };
}

const RESULTS: Readonly<Record<string, string>> = {
  create: "new",
  exists: "exists",
  wrong: "wrong",
  active: "added",
  invited: "invited",
  asked: "waits",
  refused: "refused",
};

/** A line for a person: line number, result, entry, details. */
function textOf(line: number, what: string, name: string, details: readonly unknown[] = []): string {
  const shown = details.filter((one) => one !== undefined && one !== "").join("; ");
  return `${String(line).padStart(5)}  ${(RESULTS[what] ?? what).padEnd(8)}  ${name}  ${shown}`.trimEnd();
}

const AGREEMENT = "a second administrator has to agree";

function plannedText<B>(row: PlannedRow<B>): string {
  const faults = row.what === "wrong" ? row.faults.map(sayRowFault) : [];
  return textOf(row.line, row.what, row.name, row.what === "create" && row.asks ? [AGREEMENT] : faults);
}

/** Carries one new line out and writes what became of it. Throws what stops the import. */
async function sendRow<B>(
  cx: Cx,
  { line, name, body }: PlannedRow<B> & { readonly what: "create" },
  spec: ImportSpec<B>,
): Promise<"created" | "refused"> {
  try {
    const made = await spec.create(cx, body);
    const details = made.what === "asked" ? [AGREEMENT] : [made.link];
    await cx.out.row({ line, name, ...made }, textOf(line, made.what, name, details));
    return "created";
  } catch (error) {
    const { document, exit } = describeFailure(error);
    const details = [document.title, document.detail];
    await cx.out.row(
      { line, what: "refused", name, problem: document },
      textOf(line, "refused", name, details),
    );
    if (exit !== EXIT.refused) throw error;
    return "refused";
  }
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
  if (!isDry) spec.require?.(planned);
  const counts = { created: 0, refused: 0 };
  for (const row of planned) {
    if (row.what !== "create" || isDry) {
      await cx.out.row(toldOf(row), plannedText(row));
      continue;
    }
    counts[await sendRow(cx, row, spec)] += 1;
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
