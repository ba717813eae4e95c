import { countPlaces } from "@/lib/api-client/operations/home";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { readRail } from "@/lib/http/health/read-rail";

export const endpoint = endpointAt("/confidential/home/counts", [bind(countPlaces, (cx) => readRail(cx))]);
