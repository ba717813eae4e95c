import { getVerification } from "@/lib/api-client/operations/audit";
import { getVerification as readVerification } from "@/lib/audit/verification/list-verifications";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/verifications/{id}",
  [bind(getVerification, (cx, { params }) => readVerification(cx, params.id))],
);
