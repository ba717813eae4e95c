import { getFigures } from "@/lib/api-client/operations/figures";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { readOperatorFigures } from "@/lib/http/health/read-figures";

export const endpoint = endpointAt("/confidential/operations/figures", [
  bind(getFigures, (cx, { query }) => readOperatorFigures(cx, query.days)),
]);
