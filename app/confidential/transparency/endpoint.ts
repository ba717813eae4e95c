import { listTransparency } from "@/lib/api-client/operations/transparency";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { listTransparency as list } from "@/lib/transparency/get-transparency";

export const endpoint = endpointAt("/confidential/transparency", [bind(listTransparency, (cx) => list(cx))]);
