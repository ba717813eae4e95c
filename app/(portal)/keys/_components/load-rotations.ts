import "server-only";
import { listRotations } from "@/lib/api-client/operations/keys";
import { loadPage, type PageResult } from "@/lib/http/pages/page";
import type { RotationList } from "@/lib/keys/rotation/schema";
import { listRotations as list } from "@/lib/keys/rotation/view";

/** The newest rotations of a participant's key, exactly as the API gives them. */
export function loadRotations(participantId: string): Promise<PageResult<RotationList>> {
  return loadPage(listRotations, "/confidential/keys/rotations", (cx) => list(cx, participantId));
}
