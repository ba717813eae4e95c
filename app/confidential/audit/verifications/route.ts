import { listVerifications, requestVerification } from "@/lib/api-client/operations/audit";
import {
  requestVerification as askVerification,
  listVerifications as readVerifications,
} from "@/lib/audit/self-check/list-verifications";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/verifications", [
  bind(listVerifications, (cx, { query }) => readVerifications(cx, query)),
  bind(requestVerification, (cx) => askVerification(cx)),
]);
