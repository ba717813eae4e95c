import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import type { RosterDraft } from "@/lib/escrow/protocol/roster-draft";
import { findRoster } from "@/lib/identity/roster/current-roster";
import { listCandidates } from "@/lib/identity/roster/list-candidates";

/** The page that statements are signed on. */
export interface RosterSite {
  readonly rpId: string;
  readonly origin: string;
}

/**
 * Returns the draft of the custodian's first roster: all active people with their passkeys. Throws `request.conflict`
 * when the custodian has a roster: later ones are agreed to by the people on it.
 */
export async function draftFirstRoster(cx: Context, site: RosterSite): Promise<RosterDraft> {
  if ((await findRoster(cx)) !== undefined)
    throw new DomainError("request.conflict", {
      detail: "The custodian already has a roster. People on it agree to each change.",
    });
  const { tenantId, log } = cx.instance;
  const all = await inSnapshot(cx, (tx) => listCandidates(tx, { tenantId, rpId: site.rpId }));
  const persons: RosterPerson[] = [];
  const people: RosterDraft["people"] = [];
  const missing: RosterDraft["missing"] = [];
  for (const { handle: person, name, organisation, entry } of all.filter(({ isActive }) => isActive)) {
    if (entry.credentials.length === 0) missing.push({ person, name, organisation });
    else {
      persons.push(entry);
      people.push({ person, name, organisation, duties: entry.duties });
    }
  }
  const roster = { log, version: 1, persons, authorities: [], origins: [site.origin] };
  return { format: "sealport/roster-draft/1", roster, people, missing };
}
