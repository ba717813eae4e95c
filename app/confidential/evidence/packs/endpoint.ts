import { makeEvidencePack } from "@/lib/api-client/operations/evidence";
import { makePack } from "@/lib/evidence/make-pack";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/evidence/packs", [
  bind(makeEvidencePack, (cx, { body }) => makePack(cx, body)),
]);
