import { askSeal as ask, getSeal as get } from "@/lib/administration/seal/seal-keys";
import { askSeal, getSeal } from "@/lib/api-client/operations/administration/seal";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/seal", [
  bind(getSeal, (cx) => get(cx)),
  bind(askSeal, (cx, { body }) => ask(cx, body)),
]);
