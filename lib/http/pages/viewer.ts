import "server-only";
import type { Principal } from "@/lib/context/principal";
import { mapDatabaseError } from "@/lib/db/errors";
import { DomainError } from "@/lib/errors";
import { countPlaces } from "@/lib/home/count-places";
import type { PlaceCounts } from "@/lib/home/schema";
import { holdsApiKey } from "@/lib/identity/api-keys/list-api-keys";
import { readOrganisationName } from "@/lib/identity/people/read-organisation-name";
import { getRuntime } from "@/lib/runtime/slot";

/** What the shell shows of the signed-in person. */
export interface Viewer {
  readonly name: string;
  readonly organisation: string;
  readonly role: string;
  readonly duties: readonly string[];
}

export async function viewerOf(principal: Principal): Promise<Viewer> {
  const { name, role, duties, organisationId } = principal;
  const organisation = await readOrganisationName(await getRuntime(), organisationId);
  return { name, role, duties, organisation };
}

/** Counts next to the places. None while the database is away: the page itself reports that. */
export async function railCounts(principal: Principal): Promise<Partial<PlaceCounts>> {
  try {
    return await countPlaces({ ...(await getRuntime()), principal });
  } catch (error) {
    const mapped = mapDatabaseError(error);
    if (mapped instanceof DomainError) return {};
    throw mapped;
  }
}

/** Whether pages show calls and commands for programs. Not while the database is away. */
export async function usesApi(principal: Principal): Promise<boolean> {
  try {
    return await holdsApiKey({ ...(await getRuntime()), principal });
  } catch (error) {
    if (mapDatabaseError(error) instanceof DomainError) return false;
    throw error;
  }
}
