import "server-only";
import { getRecovery } from "@/lib/api-client/operations/recoveries";
import { loadPage, type PageResult } from "@/lib/http/pages/page";
import { getRecovery as read } from "@/lib/keys/recovery/get-recovery";
import type { RecoveryStanding } from "@/lib/keys/recovery/schema";

/** The newest recovery of a key, exactly as the API gives it. */
export function loadRecovery(keyId: string): Promise<PageResult<RecoveryStanding>> {
  return loadPage(getRecovery, `/confidential/keys/${keyId}/recovery`, (cx) => read(cx, keyId));
}
