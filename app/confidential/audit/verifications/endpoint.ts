import { listVerifications, requestVerification } from "@/lib/api-client/operations/audit";
import {
  requestVerification as askVerification,
  listVerifications as readVerifications,
} from "@/lib/audit/self-check/list-verifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/verifications", [
  bind(listVerifications, (cx, { query }) => readVerifications(cx, query)),
  bind(requestVerification, (cx) => askVerification(cx)),
]);
