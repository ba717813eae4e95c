import { challengeRecovery } from "@/lib/api-client/operations/recoveries";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { challengeRecovery as challenge } from "@/lib/keys/recovery/challenge-recovery";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/keys/{id}/recovery/challenge",
  [bind(challengeRecovery, (cx, { params }) => challenge(cx, params.id))],
);
