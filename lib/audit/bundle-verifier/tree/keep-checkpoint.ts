import { parseSide } from "@/lib/audit/bundle-verifier/tree/check-keys";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { splitNote } from "@/lib/crypto/log/signed-note";
import type { Report } from "../report/report";
import { readPolicy } from "./check-keys";

/** Result of keeping a checkpoint: the policy's new text, that it is already kept, or why it is not kept. */
export type Keeping =
  | { readonly is: "kept"; readonly text: string; readonly size: number }
  | { readonly is: "had"; readonly size: number }
  | { readonly is: "refused"; readonly why: string };

function refused(why: string): Keeping {
  return { is: "refused", why };
}

/** Returns the size of a note that a policy keeps. */
function sizeOf(note: string): number {
  return parseCheckpointText(splitNote(note).text).size;
}

/**
 * Returns the text of a policy file with the last checkpoint of a verified bundle in place of earlier ones. The report
 * must come from a verification under exactly this text. The rest of the policy stays the same. The checkpoint is not
 * kept if the bundle is not verified or ends before a kept one. Earlier checkpoints can go, because the report shows that
 * this tree extends each of them. Throws FormatError for an invalid policy.
 */
export function keepCheckpoint(policyText: string, report: Report): Keeping {
  const { newest, verdict } = report;
  const { checkpoints } = readPolicy(policyText);
  if (verdict !== "verified" || newest === undefined)
    return refused("the bundle is not verified under this policy");
  const largest = checkpoints.reduce((size, note) => Math.max(size, sizeOf(note)), 0);
  if (largest > newest.size)
    return refused(
      `your policy file has a checkpoint over ${largest} leaves, but this bundle ends at ${newest.size} leaves`,
    );
  if (largest === newest.size) return { is: "had", size: newest.size };
  const policy = parseSide(policyText.replace(/^\uFEFF/, ""));
  const kept = { ...(typeof policy === "object" ? policy : {}), checkpoints: [newest.note] };
  return { is: "kept", text: `${JSON.stringify(kept, undefined, 2)}\n`, size: newest.size };
}
