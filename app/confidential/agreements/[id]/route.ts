import { getAgreement as get } from "@/lib/administration/agreements/list-agreements";
import { getAgreement } from "@/lib/api-client/operations/agreements";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/agreements/{id}", [
  bind(getAgreement, (cx, { params }) => get(cx, params.id)),
]);
