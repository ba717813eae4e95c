import { listVerifications, requestVerification } from "@/lib/api-client/operations/audit";
import {
  requestVerification as askVerification,
  listVerifications as readVerifications,
} from "@/lib/audit/verification/list-verifications";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/verifications", [
  bind(listVerifications, (cx, { query }) => readVerifications(cx, query)),
  bind(requestVerification, (cx) => askVerification(cx)),
]);
