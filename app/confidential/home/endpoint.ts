import { getHome } from "@/lib/api-client/operations/home";
import { getHome as get } from "@/lib/home/get-home";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/home", [bind(getHome, (cx) => get(cx))]);
