import "server-only";
import type { PoolClient } from "pg";
import { canonicalJson } from "@/lib/crypto/canonical-json";
import type { Keystore } from "@/lib/custody/keystore";
import { sealingContext } from "../compartments";
import { keyDigest } from "../erasure/prepare-erasure";
import type { LogPlace } from "../worker/store";
import { destroyKey, listLivePersons, openDoor, writePlain } from "./store";

/**
 * Destroys again the keys that a restore brought back: what was erased stays erased. The erasing entries name keys
 * by public digests, so each person's key is opened once to be compared. Gives how many were found.
 */
export async function replayErasures(
  client: PoolClient,
  { tenantId }: LogPlace,
  keystore: Keystore,
  digests: readonly string[],
): Promise<number> {
  if (digests.length === 0) return 0;
  const wanted = new Set(digests);
  let found = 0;
  for (const row of await listLivePersons(client, tenantId)) {
    const name = { tenantId, kind: "subject" as const, subject: row.subject };
    const digest = keyDigest(keystore.openSecret(sealingContext(name), row.sealed_key));
    if (!wanted.has(digest)) continue;
    await openDoor(client, "erase");
    await writePlain(client, {
      class: "retention",
      action: "compartment.erase",
      pub: canonicalJson({ thumbprint: digest }),
      subjects: [`compartment:${row.id}`],
    });
    await destroyKey(client, row.id);
    found += 1;
  }
  return found;
}
