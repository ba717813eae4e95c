import { getVerification } from "@/lib/api-client/operations/audit";
import { getVerification as readVerification } from "@/lib/audit/self-check/list-verifications";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/verifications/{id}", [
  bind(getVerification, (cx, { params }) => readVerification(cx, params.id)),
]);
