import { fromBase64url } from "@/lib/crypto/bytes";
import { spokenGroups } from "@/lib/format";

/** 128 bits of the fingerprint: enough that nobody makes another key with the same, and short enough to be read. */
const GROUPS = 8;

/** A key as two people compare it on the telephone: the same groups on both pages. */
export function KeyWords({ fingerprint }: { fingerprint: string }) {
  return (
    <span className="block max-w-[25rem] font-mono text-body">
      {spokenGroups(fromBase64url(fingerprint), GROUPS)}
    </span>
  );
}
