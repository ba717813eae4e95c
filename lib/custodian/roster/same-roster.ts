import "server-only";
import type { Core } from "@/lib/custodian/core";
import { refuse } from "@/lib/custodian/refused";
import type { Roster } from "@/lib/escrow/protocol/roster";

/** Verifying signatures takes time. What was proven under a roster that has gone since is proven no more. */
export function requireSameRoster(core: Pick<Core, "memory">, roster: Roster): void {
  if (core.memory.roster !== roster) refuse("roster", "The roster changed in the meantime: try again.");
}
