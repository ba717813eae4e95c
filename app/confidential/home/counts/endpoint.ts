import { countPlaces } from "@/lib/api-client/operations/home";
import { countPlaces as count } from "@/lib/home/count-places";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/home/counts", [bind(countPlaces, (cx) => count(cx))]);
