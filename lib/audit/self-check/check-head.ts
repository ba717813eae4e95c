import "server-only";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { around } from "../bundle-verifier/report/report";
import type { Walk } from "./progress";

const HASH_BYTES = 32;

/**
 * Compares the head row from the beginning of the walk with the leaves. The sequencer continues from its root,
 * frontier and chain, so a changed value would damage everything after it. If a leaf or root failed before, only the
 * chain is compared, because it continues from stored values.
 */
export function checkHead(walk: Walk): void {
  const { head, size } = walk;
  if (head === undefined || head.size !== size) return;
  const wrong: string[] = [];
  if (walk.failed === undefined) {
    if (!equalConstantTime(head.root, walk.frontier.root())) wrong.push("root");
    if (!areEqual(head.frontier, walk.frontier.hashes)) wrong.push("frontier");
  }
  if (walk.chain.length === HASH_BYTES && !equalConstantTime(head.chain, walk.chain)) wrong.push("chain");
  if (wrong.length === 0) return;
  const detail = `the head of ${size} leaves does not match the leaves: ${wrong.join(", ")}`;
  walk.add({ class: "content mismatch", detail, ...(size === 0 ? {} : around(size - 1)) });
}

function areEqual(held: readonly Uint8Array[], made: readonly Uint8Array[]): boolean {
  return (
    held.length === made.length &&
    made.every((hash, at) => equalConstantTime(held[at] ?? new Uint8Array(0), hash))
  );
}
