import "server-only";
import { listEscrowEpochs, listKeys, listRotations } from "@/lib/api-client/operations/keys";
import { getRecovery } from "@/lib/api-client/operations/recoveries";
import { isUuid } from "@/lib/crypto/uuid";
import { loadPage, type PageResult } from "@/lib/http/pages/page";
import { listEscrowEpochs as readEpochs } from "@/lib/keys/escrow-epochs/list-escrow-epochs";
import { listKeys as readKeys } from "@/lib/keys/list-keys";
import { getRecovery as read } from "@/lib/keys/recovery/get-recovery";
import type { RecoveryStanding } from "@/lib/keys/recovery/schema";
import type { RotationList } from "@/lib/keys/rotation/schema";
import { listRotations as list } from "@/lib/keys/rotation/view";
import { type EscrowEpochList, type KeyPage, KeyQuery } from "@/lib/keys/schema";

const LIMIT = "50";

/** Key versions of one participant, or of all, exactly as the API gives them. */
export function loadKeys(where: {
  readonly participantId?: string | undefined;
  readonly cursor?: string | undefined;
}): Promise<PageResult<KeyPage>> {
  const { participantId, cursor } = where;
  const query = KeyQuery.parse({
    limit: LIMIT,
    // The newest versions of one participant include the one in use, so one page of them is enough.
    order: participantId === undefined ? "oldest" : "newest",
    ...(participantId === undefined ? {} : { participant_id: participantId }),
    ...(cursor === undefined || !isUuid(cursor) ? {} : { cursor }),
  });
  return loadPage(listKeys, "/confidential/keys", (cx) => readKeys(cx, query));
}

/** The escrow epochs with the custodian's signatures. */
export function loadEpochs(): Promise<PageResult<EscrowEpochList>> {
  return loadPage(listEscrowEpochs, "/confidential/keys/escrow", readEpochs);
}

/** The newest recovery of a key, exactly as the API gives it. */
export function loadRecovery(keyId: string): Promise<PageResult<RecoveryStanding>> {
  return loadPage(getRecovery, `/confidential/keys/${keyId}/recovery`, (cx) => read(cx, keyId));
}

/** The newest rotations of a participant's key, exactly as the API gives them. */
export function loadRotations(participantId: string): Promise<PageResult<RotationList>> {
  return loadPage(listRotations, "/confidential/rotations", (cx) => list(cx, participantId));
}
