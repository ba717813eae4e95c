import type { ListRow } from "./read-rows";
import type { RowFault } from "./row-fault";

/** What importing a line would do: create something, nothing because it exists, or nothing because the line is wrong. */
export type Planned<B> =
  | {
      readonly what: "create";
      readonly body: B;
      /** A second administrator has to agree. */
      readonly asks?: true;
    }
  | { readonly what: "exists" }
  | { readonly what: "wrong"; readonly faults: readonly RowFault[] };

export type PlannedRow<B> = Planned<B> & { readonly line: number; readonly name: string };

/** How lines of one kind are read and planned. */
export interface RowPlan<B> {
  /** The column that names the record. */
  readonly key: string;
  /** Returns what two spellings of one name have in common. */
  readonly same: (name: string) => string;
  readonly plan: (values: ListRow["values"]) => Planned<B>;
  /** Returns those of the new records, in the order of the file, to which a second administrator has to agree. */
  readonly asked?: (bodies: readonly B[]) => ReadonlySet<B>;
}

/** Lines whose name an earlier line has, with that line. */
function linesTwice(rows: readonly ListRow[], { key, same }: Pick<RowPlan<never>, "key" | "same">) {
  const first = new Map<string, number>();
  const found = new Map<number, number>();
  for (const { line, values } of rows) {
    const name = same(values[key] ?? "");
    const before = first.get(name);
    if (before === undefined) first.set(name, line);
    else if (name !== "") found.set(line, before);
  }
  return found;
}

/** Plans every line. One wrong line stops an import, so that a file is never imported in part by mistake. */
export function planRows<B>(rows: readonly ListRow[], plan: RowPlan<B>): PlannedRow<B>[] {
  const twice = linesTwice(rows, plan);
  const planned = rows.map(({ line, values, faults: read }): PlannedRow<B> => {
    const before = twice.get(line);
    const faults = [...read, ...(before === undefined ? [] : [{ code: "twice" as const, line: before }])];
    const found: Planned<B> = faults.length > 0 ? { what: "wrong", faults } : plan.plan(values);
    return { line, name: values[plan.key] ?? "", ...found };
  });
  const asked = plan.asked?.(planned.flatMap((row) => (row.what === "create" ? [row.body] : [])));
  return planned.map((row) =>
    row.what === "create" && asked?.has(row.body) === true ? { ...row, asks: true } : row,
  );
}
