import { FormatError } from "@/lib/crypto/format-error";

const PACKED_ANEW = Symbol("packed-anew");

/** The zip is one that another program packed in a way that is not read here. */
export class PackedAnew extends FormatError {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && PACKED_ANEW in value;
  }

  get [PACKED_ANEW](): true {
    return true;
  }
}

/** Refuses what honest programs write, and what could all the same show other readers something else. */
export function refusePacking(sign: string): never {
  throw new PackedAnew(
    "format.bundle",
    `the zip was packed anew by another program, in a way in which its entries cannot be checked: ${sign}`,
  );
}

/** Refuses what no program writes by itself: somebody made this zip to be read in two ways, or it is damaged. */
export function refuseCheat(fault: string, offset: number | undefined, file?: string): never {
  const at = offset === undefined ? "" : ` at byte ${offset}`;
  const inFile = file === undefined ? "" : `${at === "" ? " in" : ", in"} ${file}`;
  const place = { ...(offset === undefined ? {} : { offset }), ...(file === undefined ? {} : { file }) };
  throw new FormatError("format.bundle", `${fault}${at}${inFile}`, place);
}
