import "server-only";

/** One line of `sealport-op config check`. */
export interface Finding {
  readonly what: string;
  /** Undefined when it is as it must be. */
  readonly fault?: string;
  /** What the operator must know about a setting that may be intended. The check does not fail for it. */
  readonly warning?: string;
}

export type Given = Readonly<Record<string, string | undefined>>;

/** Thrown by a check that could not reach the database. The database's own variable has a line about that. */
export class Unasked extends Error {
  override readonly name = "Unasked";
}

/** Returns the finding of one check, with a fault if it throws; undefined if it throws Unasked. */
export async function finding(what: string, check: () => unknown): Promise<Finding | undefined> {
  try {
    await check();
    return { what };
  } catch (error) {
    if (error instanceof Unasked) return undefined;
    return { what, fault: error instanceof Error ? error.message : String(error) };
  }
}

/** Returns the finding as a line of the terminal. */
export function findingLine({ what, fault, warning }: Finding): string {
  if (fault !== undefined) return `FAULT ${what}: ${fault}`;
  return warning === undefined ? `ok    ${what}` : `WARN  ${what}: ${warning}`;
}
