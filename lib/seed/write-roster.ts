import "server-only";
import type { Principal } from "@/lib/context/principal";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import type { MadePerson } from "@/lib/seed/create-people";
import type { SeedRuntime } from "@/lib/seed/demo-context";

/** A person as the roster names them; those of a participant may sign for it. */
function rosterPersonOf({ handle, organisationId, role, duties, participantId }: Principal) {
  const isParty = role === "client" || role === "miner";
  return {
    person: handle,
    organisation: organisationId,
    role,
    duties: [...duties],
    ...(isParty && participantId !== undefined ? { participant: participantId } : {}),
  };
}

/**
 * Tells the custodian who the demonstration people are, before anybody decides: its roster is a file of its own,
 * and it takes no decision and no opening of persons that are not in it.
 */
export async function writeRoster(
  runtime: SeedRuntime,
  place: { readonly file: string; readonly baseUrl: string },
  people: readonly MadePerson[],
): Promise<void> {
  await writeEvaluationRoster(place.file, {
    log: runtime.instance.log,
    persons: people.map(({ principal }) => rosterPersonOf(principal)),
    origins: [new URL(place.baseUrl).origin],
    evaluationKey: loadSigningKey(runtime.keystore, "evaluation").publicKey,
    sign: (statement) => signAsPortal(runtime.keystore, "roster", statement),
  });
}
