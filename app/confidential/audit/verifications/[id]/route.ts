import { getVerification } from "@/lib/api-client/operations/audit";
import { getVerification as readVerification } from "@/lib/audit/self-check/list-verifications";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/verifications/{id}",
  [bind(getVerification, (cx, { params }) => readVerification(cx, params.id))],
);
