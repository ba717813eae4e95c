import "server-only";
import type { Principal } from "@/lib/context/principal";
import { mapDatabaseError } from "@/lib/db/errors";
import { DomainError } from "@/lib/errors";
import { countPlaces } from "@/lib/home/count-places";
import type { PlaceCounts } from "@/lib/home/schema";
import { getRuntime } from "@/lib/runtime/slot";

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
