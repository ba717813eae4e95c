import { getTransparency } from "@/lib/api-client/operations/transparency";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getTransparency as get } from "@/lib/transparency/get-transparency";

export const endpoint = endpointAt("/confidential/transparency/{quarter}", [
  bind(getTransparency, (cx, { params }) => get(cx, params.quarter)),
]);
