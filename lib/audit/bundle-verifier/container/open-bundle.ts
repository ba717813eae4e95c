import { openForeignZip } from "@/lib/audit/verify/foreign-zip";
import { PackedAnew } from "@/lib/audit/verify/packed-anew";
import { FormatError } from "@/lib/crypto/format-error";
import { openContainer, type PlacedFile } from "./container";
import type { ByteSource } from "./source";

/** A bundle's files; `repacked` says why its container is not the one that was exported, where it is another. */
export interface OpenedBundle {
  readonly files: ReadonlyMap<string, PlacedFile>;
  readonly repacked?: string;
}

/**
 * Opens a bundle: the canonical zip, or one that another program packed of the same files, so that a file or an entry
 * that was changed besides can still be named. Throws FormatError for what is no bundle, and PackedAnew where the packing
 * does not let its files be read for certain.
 */
export async function openBundle(source: ByteSource): Promise<OpenedBundle> {
  try {
    return { files: await openContainer(source) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return openOther(source, error);
  }
}

async function openOther(source: ByteSource, first: FormatError): Promise<OpenedBundle> {
  try {
    const zip = await openForeignZip(source);
    if (zip === undefined) throw first;
    const signs = zip.signs.length === 0 ? "" : ` (${zip.signs.join(", ")})`;
    const repacked = `the zip was packed anew by another program${signs}: ${first.message}`;
    return { files: zip.files, repacked };
  } catch (error) {
    if (!(error instanceof FormatError) || error instanceof PackedAnew || error === first) throw error;
    // Both say where: the first byte that is not canonical, and what no zip of anybody has.
    if (error.message === first.message) throw first;
    throw new FormatError("format.bundle", `${first.message}; ${error.message}`);
  }
}

/** Refuses a zip whose bundle lies in a folder, as one that lacks its files. */
export function checkNeeded(files: ReadonlyMap<string, PlacedFile>, needed: readonly string[]): void {
  for (const name of needed) {
    if (files.has(name)) continue;
    const inFolder = [...files.keys()].find((other) => other.endsWith(`/${name}`));
    if (inFolder !== undefined)
      throw new PackedAnew(
        "format.bundle",
        `the zip was packed anew by another program, with its files in a folder: ${name} stands there as ${inFolder}`,
        { file: name },
      );
    throw new FormatError("format.bundle", `${name} is missing`, { file: name });
  }
}
