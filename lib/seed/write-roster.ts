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
 * Writes the demonstration people into the custodian's roster before the first decision. The roster is the custodian's
 * own file. The custodian refuses decisions and openings by people who are not on it.
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
