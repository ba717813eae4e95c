import "server-only";

/** One line of `sealport-op config check`. */
export interface Finding {
  readonly what: string;
  /** Undefined when it is as it must be. */
  readonly fault?: string;
  /** What the operator must know of something that can be meant. It fails no check. */
  readonly warning?: string;
}

export type Given = Readonly<Record<string, string | undefined>>;

/** What a check throws that could not ask: the database is away, and its variable has a line. */
export class Unasked extends Error {
  override readonly name = "Unasked";
}

/** Returns the finding of one check: at fault where it throws; undefined where it could not ask. */
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
