import { getCase as view } from "@/lib/access/cases/get-case";
import { getCase } from "@/lib/api-client/operations/cases";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/cases/{id}", [
  bind(getCase, (cx, { params }) => view(cx, params.id)),
]);
