import "server-only";
import type { Context } from "@/lib/context/context";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { Keystore } from "@/lib/keystore/keystore";
import { loadSigningKey } from "@/lib/keystore/signing-key";

interface Place {
  readonly rosterFile: string;
  readonly keystore: Keystore;
}

/** Writes a roster of these people, for whom the portal signs: the custodian takes orders for epochs from its administrators. */
export async function writeAdministratorsRoster(
  { rosterFile, keystore }: Place,
  people: readonly Pick<Context, "principal" | "instance">[],
): Promise<void> {
  const [first] = people;
  if (first === undefined) throw new TypeError("no one to put on the roster");
  await writeEvaluationRoster(rosterFile, {
    log: first.instance.log,
    persons: people.map(({ principal: { handle, organisationId, role, duties } }) => ({
      ...{ person: handle, organisation: organisationId, role, duties: [...duties] },
    })),
    evaluationKey: loadSigningKey(keystore, "evaluation").publicKey,
    sign: (statement) => signAsPortal(keystore, "roster", statement),
  });
}
